"""How much of the time a cluster could be used, over four windows, and the outages of one of them."""

from __future__ import annotations

from aiohttp import web

from zkdash.clock import now_ms
from zkdash.ensemble.availability import WINDOWS_MS
from zkdash.web import availability_shapes
from zkdash.web.api import answer
from zkdash.web.availability_shapes import LISTED
from zkdash.web.availability_windows import WINDOW_WORDS, percent, windows
from zkdash.web.cluster import find
from zkdash.web.keys import ZKDASH
from zkdash.web.query import Query
from zkdash.web.render import render

DEFAULT_WINDOW = "30d"


async def index(request: web.Request) -> web.Response:
    """GET /clusters/{name}/availability?window="""
    container = find(request)
    window = Query(request, ("window",)).text("window", DEFAULT_WINDOW)
    if window not in WINDOWS_MS:
        raise web.HTTPBadRequest(text=f"The window is one of {', '.join(WINDOWS_MS)}.")
    found = await windows(request.app[ZKDASH], container, now_ms())
    outages = found[window].outages
    return render(
        request,
        "availability/index.html",
        cluster=container,
        windows=found,
        window=window,
        words=WINDOW_WORDS,
        percent=percent,
        outages=outages[:LISTED],
        more=max(len(outages) - LISTED, 0),
    )


async def api(request: web.Request) -> web.Response:
    """GET /api/v1/clusters/{name}/availability"""
    Query(request, ())
    container = find(request)
    found = await windows(request.app[ZKDASH], container, now_ms())
    told = [availability_shapes.window(name, one) for name, one in found.items()]
    return answer({"cluster": container.name, "windows": told})
