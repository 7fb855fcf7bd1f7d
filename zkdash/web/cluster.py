"""The page of one cluster: its state, its session, its last hours."""

from __future__ import annotations

from aiohttp import web

from zkdash.clock import now_ms
from zkdash.web.availability_windows import WINDOW_WORDS, percent, windows
from zkdash.web.gate import no_cluster, reach_of
from zkdash.web.keys import ENSEMBLE, FEED, ZKDASH
from zkdash.web.pieces import facts
from zkdash.web.render import render
from zkdash.web.seen import seen
from zkdash.web.timerange import View
from zkdash.zookeeper.container import ClusterContainer

RANGE = "6h"


async def show(request: web.Request) -> web.Response:
    """GET /clusters/{name}"""
    container = find(request)
    feed = request.app[FEED]
    shown = await feed.show(View(range=RANGE, clusters=(container.name,)), reach_of(request).level)
    return render(
        request,
        "cluster/show.html",
        cluster=container,
        facts=facts(container),
        ensemble=request.app[ENSEMBLE].ensemble(container.name),
        windows=await windows(request.app[ZKDASH], container, now_ms()),
        window_words=WINDOW_WORDS,
        percent=percent,
        lanes=feed.lanes(shown),
        shown=shown,
    )


def find(request: web.Request) -> ClusterContainer:
    """The cluster that the address names. Raises 404."""
    name = request.match_info["name"]
    container = seen(request).clusters.get(name)
    if container is None:
        raise no_cluster(name)
    return container
