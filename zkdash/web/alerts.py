"""The alerts: what is wrong now, who was told what; and what was wrong before."""

from __future__ import annotations

import enum

from aiohttp import web
from markupsafe import Markup

from zkdash.alerts import pages
from zkdash.alerts.delivery import Delivery, DeliveryState
from zkdash.alerts.incident import Incident
from zkdash.clock import now_ms
from zkdash.web import alert_words
from zkdash.web.keys import ALERTING
from zkdash.web.query import Query
from zkdash.web.render import fragment, render
from zkdash.web.seen import Seen, level_of, seen
from zkdash.web.seen_alerts import SeenAlerts
from zkdash.web.urls import at, with_query
from zkdash.zookeeper.states import Severity

SHOWN = 100
"""How many open incidents the page shows, and how many of its history one page has."""
RECENT = 20
"""How many deliveries, and how many incidents that are over, stand on the page of what is now."""


class Standing(enum.StrEnum):
    """Which incidents the history shows, as the URL spells it."""

    OPEN = "open"
    OVER = "over"


async def draw(seen: Seen, _what: str = "") -> Markup:
    """What is now. Raises what the store raises."""
    alerts, now = seen.alerts, now_ms()
    routes = alerts.routes()
    is_open = await alerts.page(pages.Filter(is_open=True), SHOWN + 1)
    over = await alerts.page(pages.Filter(is_open=False), RECENT)
    silences = [each for each in await alerts.silences() if not each.is_over(now)]
    return fragment(
        "alerts/_now.html",
        incidents=await with_what_belongs(alerts, sorted(is_open[:SHOWN], key=worst_first)),
        more=len(is_open) > SHOWN,
        over=alert_words.shown(over),
        deliveries=await alerts.deliveries(limit=RECENT),
        routes=routes,
        failing=set(alerts.failing()),
        lasts={route.name: await last_to(alerts, route.name) for route in routes},
        silences=silences,
        now=now,
    )


def worst_first(incident: Incident) -> tuple[int, int]:
    """Sorts incidents by how bad they are, and then the newest first."""
    return list(Severity).index(incident.severity), -incident.id


async def last_to(alerts: SeenAlerts, route: str) -> Delivery | None:
    """The newest delivery to a route."""
    return next(iter(await alerts.deliveries(routes=[route], limit=1)), None)


async def with_what_belongs(alerts: SeenAlerts, incidents: list[Incident]) -> list[alert_words.Shown]:
    """Incidents with who was told, and what mutes them."""
    ids = [each.id for each in incidents]
    if not ids:
        return []
    told = await alerts.told(ids)
    arrivals = await alerts.arrivals(ids)
    return alert_words.shown(incidents, told, arrivals, await alerts.mutes(ids, now_ms()))


async def index(request: web.Request) -> web.Response:
    """GET /alerts"""
    drawn = await request.app[ALERTING].draw("alerts", level_of(request))
    return render(request, "alerts/index.html", alerts=drawn, has_clusters=bool(seen(request).clusters.names()))


async def history(request: web.Request) -> web.Response:
    """GET /alerts/history?cluster=&rule=&severity=&state=&before="""
    query = Query(request, ("cluster", "rule", "severity", "state", "before"))
    standing = query.choice("state", Standing)
    wanted = pages.Filter(
        clusters=tuple(dict.fromkeys(query.texts("cluster"))),
        rules=tuple(dict.fromkeys(query.texts("rule"))),
        severities=tuple(query.choices("severity", Severity)),
        is_open=None if standing is None else standing is Standing.OPEN,
        before=query.integer("before"),
    )
    alerts = seen(request).alerts
    found = await alerts.page(wanted, SHOWN + 1)
    clusters, rules = await alerts.names()
    asked = {
        "cluster": list(wanted.clusters),
        "rule": list(wanted.rules),
        "severity": [str(each) for each in wanted.severities],
        "state": standing and str(standing),
    }
    return render(
        request,
        "alerts/history.html",
        incidents=await with_what_belongs(alerts, found[:SHOWN]),
        wanted=wanted,
        asked=asked,
        filtered=any(asked.values()),
        clusters=sorted({*clusters, *wanted.clusters}),
        rules=sorted({*rules, *wanted.rules}),
        severities=list(Severity),
        states=list(Standing),
        older=with_query(at("/alerts/history"), {**asked, "before": found[SHOWN - 1].id}) if len(found) > SHOWN else "",
        newest=with_query(at("/alerts/history"), asked) if wanted.before is not None else "",
    )


async def deliveries(request: web.Request) -> web.Response:
    """GET /alerts/deliveries?route=&state=&before="""
    query = Query(request, ("route", "state", "before"))
    routes, states = query.texts("route"), query.choices("state", DeliveryState)
    alerts = seen(request).alerts
    found = await alerts.deliveries(routes=routes, states=states, before=query.integer("before"), limit=SHOWN + 1)
    asked = {"route": routes, "state": [str(state) for state in states]}
    return render(
        request,
        "alerts/deliveries.html",
        deliveries=found[:SHOWN],
        asked=asked,
        routes=list(dict.fromkeys([*(route.name for route in alerts.routes()), *routes])),
        states=list(DeliveryState),
        older=with_query(at("/alerts/deliveries"), {**asked, "before": found[SHOWN - 1].number})
        if len(found) > SHOWN
        else "",
        newest=with_query(at("/alerts/deliveries"), asked) if "before" in query else "",
    )
