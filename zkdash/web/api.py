"""The same data as JSON. Every answer's shape is in `shapes.py` and described by `openapi.py`."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import orjson
from aiohttp import web

from zkdash.ensemble.verdict import Verdict
from zkdash.web import shapes
from zkdash.web.api_crawls import has_gone
from zkdash.web.cluster import find
from zkdash.web.keys import STREAMS, ZKDASH, Dashboard
from zkdash.web.origin import refuse_foreign_origin
from zkdash.web.query import MAX_ID, Query
from zkdash.web.seen import seen
from zkdash.web.unmasking import unmask
from zkdash.web.znode_live import LISTER
from zkdash.web.znode_wish import choice_of
from zkdash.znodes import counting, paths
from zkdash.znodes.choice import Choice
from zkdash.znodes.lister import Listed
from zkdash.zookeeper.states import State

if TYPE_CHECKING:
    from zkdash.zookeeper.container import ClusterContainer

DEFAULT_LIMIT = 200
MAX_LIMIT = 1000


async def clusters(request: web.Request) -> web.Response:
    """GET /api/v1/clusters"""
    Query(request, ())
    dashboard, clusters = request.app[ZKDASH], seen(request).clusters
    return answer({"clusters": [shapes.cluster(one, _verdict(dashboard, one.name)) for one in clusters]})


async def cluster(request: web.Request) -> web.Response:
    """GET /api/v1/clusters/{name}"""
    Query(request, ())
    container = find(request)
    return answer(shapes.cluster_details(container, _verdict(request.app[ZKDASH], container.name)))


async def znodes(request: web.Request) -> web.Response:
    """GET /api/v1/clusters/{name}/znodes?path=&filter=&match=&sort=&after=&skip=&limit="""
    query = Query(request, ("path", "filter", "match", "sort", "after", "skip", "limit", "unmask"))
    path, choice, limit = paths.from_text(query.text("path", "/")), choice_of(query), _limit(query)
    unmasked = query.flag("unmask") and await unmask(request, request.match_info["name"], path)
    container = find(request, unmask=unmasked)
    (value, stat), listed = await asyncio.gather(
        container.data(path), _children(request, container, path, choice, limit)
    )
    return answer(shapes.znode(path, value, stat, listed.page, choice))


async def _children(request: web.Request, container: ClusterContainer, path: str, choice: Choice, limit: int) -> Listed:
    """The page of children that is wanted, sorted to its end. Raises 400 for an order or a filter that can't be had."""
    listed = await request.app[LISTER].page(container, path, choice, limit)
    while listed.progress is not None and not has_gone(request):
        listed = await request.app[LISTER].page(container, path, choice, limit)
    if listed.trouble:
        await container.stat(path)  # says why it can't be asked
        raise web.HTTPBadRequest(text=listed.trouble)
    return listed


async def count(request: web.Request) -> web.Response:
    """GET /api/v1/clusters/{name}/count?path=: how many znodes there are, by one request."""
    query = Query(request, ("path",))
    container, path = find(request), paths.from_text(query.text("path", "/"))
    return answer({"path": path, "znodes": await counting.count(container, path)})


async def events(request: web.Request) -> web.Response:
    """GET /api/v1/events?cluster=&state=&after=&before=&limit="""
    query = Query(request, ("cluster", "state", "after", "before", "limit"))
    found = await seen(request).events.find(
        clusters=query.texts("cluster") or None,
        states=query.choices("state", State) or None,
        after=query.integer("after"),
        before=query.integer("before"),
        limit=_limit(query),
    )
    return answer({"events": [shapes.event(event) for event in found]})


async def event(request: web.Request) -> web.Response:
    """GET /api/v1/events/{id}"""
    Query(request, ())
    text = request.match_info["id"]
    event_id = int(text) if text.isascii() and text.isdigit() and len(text) < 20 else MAX_ID + 1
    found = await seen(request).events.get(event_id) if event_id <= MAX_ID else None
    if found is None:
        raise web.HTTPNotFound(text="There is no such event: it never was, or it is older than the log is kept.")
    return answer(shapes.event(found))


async def stream(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/events/stream?after=&cluster=: a websocket with one JSON object per event."""
    refuse_foreign_origin(request)
    query = Query(request, ("after", "cluster"))
    after, names = query.integer("after"), query.texts("cluster")
    if not web.WebSocketResponse().can_prepare(request):
        raise web.HTTPUpgradeRequired(text="This address speaks websocket: connect with ws:// or wss://.")
    return await request.app[STREAMS].serve(request, after, names or None, seen(request))


def _verdict(dashboard: Dashboard, cluster: str) -> Verdict | None:
    view = dashboard.ensemble.latest(cluster)
    return None if view is None else view.verdict


def answer(body: dict[str, Any]) -> web.Response:
    """200 with JSON."""
    return web.Response(body=orjson.dumps(body), content_type="application/json")


def _limit(query: Query) -> int:
    return query.integer("limit", DEFAULT_LIMIT, 1, MAX_LIMIT) or DEFAULT_LIMIT
