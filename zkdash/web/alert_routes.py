"""The page of a route: who is told of what and when, a test, and what it would have been told of the past days."""

from __future__ import annotations

from aiohttp import web
from markupsafe import Markup

from zkdash.alerts import pages
from zkdash.config import AlertConfig
from zkdash.web import done, preview, who
from zkdash.web.audited import note
from zkdash.web.bodies import BadFields, form_of
from zkdash.web.gate import person_of
from zkdash.web.keys import ALERTING, ZKDASH, Dashboard
from zkdash.web.query import Query
from zkdash.web.render import fragment, render
from zkdash.web.urls import url_for_route

RECENT = 10
"""How many of a route's deliveries its page shows, the newest."""


async def show(request: web.Request) -> web.Response:
    """GET /alerts/routes/{route}?for=&group_wait=&group_interval=&repeat_interval=&send_resolved=&since="""
    route = find(request)
    query = Query(request, preview.FIELDS)
    form = preview.Tuning(route, {name: query.text(name) for name in preview.FIELDS if name in query})
    return await page(request, route, form)


async def page(request: web.Request, route: AlertConfig, form: preview.Tuning) -> web.Response:
    """The page, with a preview for what the form says."""
    dashboard = request.app[ZKDASH]
    return render(
        request,
        "alerts/route.html",
        status=400 if form.problems else 200,
        alerts=await request.app[ALERTING].draw(f"alerts/routes/{route.name}"),
        route=route,
        form=form,
        seen=None if form.problems else await preview.look(dashboard, form, request.app[ALERTING].previewing),
        spans=preview.SPANS,
        name=who.remembered(request),
    )


async def draw(dashboard: Dashboard, what: str) -> Markup | None:
    """What is known of the route of this name."""
    route = by_name(dashboard, what)
    if route is None:
        return None
    return fragment(
        "alerts/_route.html",
        route=route,
        failing=route.name in dashboard.alerts.failing(),
        where=where(route),
        written=preview.written(route),
        span=preview.span,
        hours=route.hours,
        deliveries=await pages.deliveries(dashboard.store, routes=[route.name], limit=RECENT),
    )


async def test(request: web.Request) -> web.Response:
    """POST /alerts/routes/{route}/test (by)"""
    person = person_of(request)
    route = find(request)
    form, problems = await form_of(request, ("by",)), dict[str, str]()
    by = who.name_in(request, person, form, problems)
    if not by and not problems:
        return done.go_to(f"{url_for_route(route.name)}#test", "who")
    if problems:
        raise BadFields(problems)
    await request.app[ZKDASH].alerts.send_test(route.name, by)
    await note(request, "route-test", f"route {route.name}", by=by)
    return who.remember(done.go_to(url_for_route(route.name), "tested"), by)


def where(route: AlertConfig) -> str:
    """Where a route sends to, without secrets."""
    return route.settings.shown() if route.settings is not None else ""


def find(request: web.Request) -> AlertConfig:
    """The route that the address names. Raises 404."""
    found = by_name(request.app[ZKDASH], request.match_info["route"])
    if found is None:
        raise web.HTTPNotFound(text="No route of alerts has this name: each is a section [alert:NAME].")
    return found


def by_name(dashboard: Dashboard, name: str) -> AlertConfig | None:
    """A configured route."""
    return next((route for route in dashboard.config.alerts if route.name == name), None)
