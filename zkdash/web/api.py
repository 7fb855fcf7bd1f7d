"""The same data as JSON. Every answer's shape is in `shapes.py` and described by `openapi.py`."""

from __future__ import annotations

import asyncio
from typing import Any

import orjson
from aiohttp import web

from zkdash.ensemble.verdict import Verdict
from zkdash.web import shapes
from zkdash.web.cluster import find
from zkdash.web.keys import READER, STREAMS, ZKDASH, Dashboard
from zkdash.web.origin import refuse_foreign_origin
from zkdash.web.query import MAX_ID, Query
from zkdash.znodes import paths
from zkdash.zookeeper.states import State

DEFAULT_LIMIT = 200
MAX_LIMIT = 1000


async def clusters(request: web.Request) -> web.Response:
    """GET /api/v1/clusters"""
    Query(request, ())
    dashboard = request.app[ZKDASH]
    return answer({"clusters": [shapes.cluster(one, _verdict(dashboard, one.name)) for one in dashboard.clusters]})


async def cluster(request: web.Request) -> web.Response:
    """GET /api/v1/clusters/{name}"""
    Query(request, ())
    container = find(request)
    return answer(shapes.cluster_details(container, _verdict(request.app[ZKDASH], container.name)))


async def znodes(request: web.Request) -> web.Response:
    """GET /api/v1/clusters/{name}/znodes?path=&after=&limit="""
    query = Query(request, ("path", "after", "limit"))
    container, after, limit = find(request), query.text("after"), _limit(query)
    path = paths.from_text(query.text("path", "/"))
    (value, stat), (page, _) = await asyncio.gather(
        container.data(path), request.app[READER].page(container, path, after, limit)
    )
    return answer(shapes.znode(path, value, stat, page))


async def events(request: web.Request) -> web.Response:
    """GET /api/v1/events?cluster=&state=&after=&before=&limit="""
    query = Query(request, ("cluster", "state", "after", "before", "limit"))
    found = await request.app[ZKDASH].events.find(
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
    found = await request.app[ZKDASH].events.get(event_id) if event_id <= MAX_ID else None
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
    return await request.app[STREAMS].serve(request, after, names or None)


def _verdict(dashboard: Dashboard, cluster: str) -> Verdict | None:
    view = dashboard.ensemble.latest(cluster)
    return None if view is None else view.verdict


def answer(body: dict[str, Any]) -> web.Response:
    """200 with JSON."""
    return web.Response(body=orjson.dumps(body), content_type="application/json")


def _limit(query: Query) -> int:
    return query.integer("limit", DEFAULT_LIMIT, 1, MAX_LIMIT) or DEFAULT_LIMIT
