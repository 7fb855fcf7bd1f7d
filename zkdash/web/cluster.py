"""The page of one cluster: its state, its session, its last hours."""

from __future__ import annotations

from aiohttp import web

from zkdash.clock import now_ms
from zkdash.web.availability_windows import WINDOW_WORDS, percent, windows
from zkdash.web.gate import no_cluster
from zkdash.web.keys import ENSEMBLE, FEED, ZKDASH
from zkdash.web.pieces import facts
from zkdash.web.render import render
from zkdash.web.seen import level_of, seen
from zkdash.web.timerange import View
from zkdash.znodes.seen import whole, whole_of
from zkdash.zookeeper.container import ClusterContainer

RANGE = "6h"


async def show(request: web.Request) -> web.Response:
    """GET /clusters/{name}"""
    container = find(request)
    feed = request.app[FEED]
    shown = await feed.show(View(range=RANGE, clusters=(container.name,)), level_of(request))
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


def find(request: web.Request, *, unmask: bool = False) -> ClusterContainer:
    """The cluster that the address names, as who asks sees it. Raises 404."""
    name = request.match_info["name"]
    container = seen(request, unmask=unmask).clusters.get(name)
    if container is None:
        raise no_cluster(name)
    return container


def find_whole(request: web.Request) -> ClusterContainer:
    """The cluster that the address names, for what tells of all its clients and sessions. Raises 404 and 403."""
    container = find(request)
    if not whole(container):
        raise web.HTTPForbidden(text="Clients and sessions are told to who may see the whole cluster; you see a part.")
    return whole_of(container)
