"""One server of an ensemble: all that it tells, what it refuses, and what it was; and the ensemble as JSON."""

from __future__ import annotations

from aiohttp import web

from zkdash.clock import now_ms
from zkdash.ensemble.sample import Server
from zkdash.ensemble.view import View
from zkdash.web import causes, ensemble_shapes
from zkdash.web.api import answer
from zkdash.web.chart_view import ChartView
from zkdash.web.charts_live import topic_of
from zkdash.web.cluster import find
from zkdash.web.keys import ENSEMBLE, ZKDASH
from zkdash.web.query import Query
from zkdash.web.render import render
from zkdash.web.server_rows import url_for_server
from zkdash.web.timerange import RANGE_WORDS
from zkdash.web.timerange import View as TimeView

RANGE = "1h"
CHARTED = ("avg_latency", "outstanding_requests", "num_alive_connections", "fsynctime")
"""The charts of a server's own page."""


async def show(request: web.Request) -> web.Response:
    """GET /clusters/{name}/servers/{server}?q="""
    container, dashboard, now = find(request), request.app[ZKDASH], now_ms()
    view, server = _asked(request)
    wanted = Query(request, ("q",)).text("q").strip()
    charted = ChartView(container.name, TimeView(range=RANGE), (server.name,), CHARTED)
    since = charted.time.since(now)
    live = request.app[ENSEMBLE]
    full = view.full.get(server.name)
    return render(
        request,
        "ensemble/server.html",
        cluster=container,
        server=server,
        facts=live.server(view, server),
        metrics=live.metrics(view, server.name, wanted),
        wanted=wanted,
        here=url_for_server(container.name, server.name),
        full_at=full.at if full is not None else None,
        view=charted,
        range_words=RANGE_WORDS[RANGE],
        drawn=await causes.draw(dashboard, container, [server.name], since, now, live=True),
        history_trouble=dashboard.history.trouble,
        live_topics=[topic_of(charted)] + ([f"server/{container.name}/{server.name}"] if not wanted else []),
    )


async def api_ensemble(request: web.Request) -> web.Response:
    """GET /api/v1/clusters/{name}/ensemble"""
    Query(request, ())
    return answer(ensemble_shapes.ensemble(request.app[ENSEMBLE].view(find(request).name)))


async def api_server(request: web.Request) -> web.Response:
    """GET /api/v1/clusters/{name}/servers/{server}"""
    Query(request, ())
    find(request)
    view, server = _asked(request)
    return answer(ensemble_shapes.server_details(view, server))


def _asked(request: web.Request) -> tuple[View, Server]:
    """The server that the address names. Raises 404."""
    name = request.match_info["server"]
    view = request.app[ENSEMBLE].view(find(request).name)
    for server in view.servers:
        if server.name == name:
            return view, server
    raise web.HTTPNotFound(text=f"{view.cluster} has no server {name}.")
