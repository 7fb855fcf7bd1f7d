"""Who holds a znode and who watches it: asked for when somebody opens it, as a page, as a piece of one, and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from zkdash.web import holder_shapes
from zkdash.web.api import answer
from zkdash.web.cluster import find_whole
from zkdash.web.keys import HOLDERS
from zkdash.web.query import Query
from zkdash.web.render import is_partial, render
from zkdash.znodes import paths
from zkdash.znodes.holding import grouped

if TYPE_CHECKING:
    from zkdash.zookeeper.container import ClusterContainer

OPERATIONS = {
    "AUTH": "authentication",
    "CREA": "create",
    "CREATE2": "create",
    "DELE": "delete",
    "EXIS": "exists",
    "GETA": "get ACL",
    "GETC": "get children",
    "GETD": "get data",
    "MULT": "multi",
    "PING": "ping",
    "SESS": "open the session",
    "SETA": "set ACL",
    "SETD": "set data",
    "SETW": "set watches",
    "SYNC": "sync",
}
"""ZooKeeper's names of requests (Request.op2String), in words."""


async def holder(request: web.Request) -> web.Response:
    """GET /clusters/{name}/holder?path=: the session behind an ephemeral znode."""
    container, path = _asked(request)
    holding = await request.app[HOLDERS].holding(container, path)
    template = "znodes/_holder.html" if is_partial(request) else "znodes/holder_page.html"
    return render(
        request,
        template,
        cluster=container,
        path=path,
        holding=holding,
        gaps=grouped(holding.gaps),
        operations=OPERATIONS,
    )


async def watchers(request: web.Request) -> web.Response:
    """GET /clusters/{name}/watchers?path=: the sessions that watch a znode."""
    container, path = _asked(request)
    watching = await request.app[HOLDERS].watching(container, path)
    template = "znodes/_watchers.html" if is_partial(request) else "znodes/watchers_page.html"
    return render(request, template, cluster=container, path=path, watching=watching, gaps=grouped(watching.gaps))


async def api_holder(request: web.Request) -> web.Response:
    """GET /api/v1/clusters/{name}/holder?path="""
    container, path = _asked(request)
    return answer(holder_shapes.holding(await request.app[HOLDERS].holding(container, path)))


async def api_watchers(request: web.Request) -> web.Response:
    """GET /api/v1/clusters/{name}/watchers?path="""
    container, path = _asked(request)
    return answer(holder_shapes.watching(await request.app[HOLDERS].watching(container, path)))


def _asked(request: web.Request) -> tuple[ClusterContainer, str]:
    """The cluster and the path that are asked for. Raises 404, 400 and BadPath."""
    query = Query(request, ("path",))
    return find_whole(request), paths.from_text(query.text("path", "/"))
