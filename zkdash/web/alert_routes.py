"""The page of a route: who is told of what and when, a test, and what it would have been told of the past days."""

from __future__ import annotations

from aiohttp import web
from markupsafe import Markup

from zkdash.config import AlertConfig
from zkdash.web import done, preview, who
from zkdash.web.audited import note
from zkdash.web.bodies import BadFields, form_of
from zkdash.web.gate import person_of
from zkdash.web.keys import ALERTING, ZKDASH
from zkdash.web.query import Query
from zkdash.web.render import fragment, render
from zkdash.web.seen import Seen, seen
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
    mine = seen(request)
    return render(
        request,
        "alerts/route.html",
        status=400 if form.problems else 200,
        alerts=await request.app[ALERTING].draw(f"alerts/routes/{route.name}", mine.level),
        route=route,
        form=form,
        seen=None if form.problems else await preview.look(mine, form, request.app[ALERTING].previewing),
        spans=preview.SPANS,
        name=who.remembered(request),
    )


async def draw(seen: Seen, what: str) -> Markup | None:
    """What is known of the route of this name."""
    route = seen.alerts.route(what)
    if route is None:
        return None
    return fragment(
        "alerts/_route.html",
        route=route,
        failing=route.name in seen.alerts.failing(),
        where=seen.alerts.where(route),
        written=preview.written(route),
        span=preview.span,
        hours=route.hours,
        deliveries=await seen.alerts.deliveries(routes=[route.name], limit=RECENT),
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


def find(request: web.Request) -> AlertConfig:
    """The route that the address names. Raises 404."""
    found = seen(request).alerts.route(request.match_info["route"])
    if found is None:
        raise web.HTTPNotFound(text="No route of alerts has this name: each is a section [alert:NAME].")
    return found
