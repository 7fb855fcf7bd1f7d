"""What crawls find, as JSON: a line for each result as it is found (NDJSON), and a last one that says how it ended."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any

import orjson
from aiohttp import web

from zkdash.web import compare as compare_page
from zkdash.web import search as search_page
from zkdash.web import shapes_crawls as shapes
from zkdash.web import usage as usage_page
from zkdash.web.cluster import find
from zkdash.web.keys import RUNS
from zkdash.web.query import Query
from zkdash.web.seen import seen
from zkdash.znodes import paths
from zkdash.znodes.search import FIELDS
from zkdash.znodes.searching import SearchJob

if TYPE_CHECKING:
    from collections.abc import Callable

    from zkdash.znodes.jobs import Job
    from zkdash.znodes.spool import Spool

RECORDS_A_WRITE = 1000
LOOK_S = 1.0
"""How soon it is noticed that a client has gone while nothing is found."""


async def search(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/search: each hit as it is found, all of them."""
    runs, clusters = request.app[RUNS], seen(request).clusters
    fields = search_page.fields_of(request, (*FIELDS, "cluster"))
    problems = search_page.problems_of(fields, clusters)
    if problems:
        raise web.HTTPBadRequest(text=" ".join(problems.values()))
    wish = search_page.wish_of(fields, clusters)
    if wish is None:
        raise web.HTTPBadRequest(
            text="Say what to look for: at least one of name, data, owner, newer, older, larger, smaller."
        )
    job = runs.jobs.open(wish.key, wish.make)
    runs.jobs.join(wish.key, job)
    try:
        return await stream_lines(request, job, lambda: job.hits, lambda: end_of(job))
    finally:
        runs.jobs.leave(wish.key, job)


async def compare(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/compare: each difference as it is found, all of them."""
    runs = request.app[RUNS]
    fields = search_page.fields_of(request, compare_page.FIELDS)
    wish, problems = compare_page.read(fields, seen(request).clusters)
    if wish is None:
        wanted = "Say what to compare: left=CLUSTER:/path and right=CLUSTER:/path."
        raise web.HTTPBadRequest(text=" ".join(problems.values()) or wanted)
    job = runs.jobs.open(wish.key, wish.make)
    runs.jobs.join(wish.key, job)
    try:
        return await stream_lines(request, job, lambda: job.found, lambda: shapes.end_of_comparison(job))
    finally:
        runs.jobs.leave(wish.key, job)


async def usage(request: web.Request) -> web.Response:
    """GET /api/v1/clusters/{name}/usage?path=: when all is counted."""
    query = Query(request, ("path",))
    container = find(request)
    wish = usage_page.UsageWish(container, paths.from_text(query.text("path", "/")))
    if not container.is_connected():
        await container.stat(wish.path)  # says why it can't be asked
    runs = request.app[RUNS]
    job = runs.jobs.open(wish.key, wish.make)
    runs.jobs.join(wish.key, job)
    try:
        while not job.phase.ended and not has_gone(request):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(job.changed(job.version), LOOK_S)
    finally:
        runs.jobs.leave(wish.key, job)
    return web.json_response(shapes.usage(job.usage) | {"end": shapes.part_of(job.parts[0])})


async def stream_lines(
    request: web.Request, job: Job, spool: Callable[[], Spool], end: Callable[[], dict[str, Any]]
) -> web.StreamResponse:
    """What a job has found from the first on, until it is over or the client has gone."""
    response = web.StreamResponse(headers={"Content-Type": "application/x-ndjson"})
    await response.prepare(request)
    sent = 0
    while not has_gone(request):
        version, ended = job.version, job.phase.ended
        while sent < len(spool()) and not has_gone(request):
            await response.write(spool().lines(sent, RECORDS_A_WRITE))
            sent = min(len(spool()), sent + RECORDS_A_WRITE)
        if ended:
            await response.write(orjson.dumps({"end": end()}, option=orjson.OPT_APPEND_NEWLINE))
            await response.write_eof()
            break
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(job.changed(version), LOOK_S)
    return response


def end_of(job: SearchJob) -> dict[str, Any]:
    """How a search ended."""
    return {
        "phase": job.phase,
        "trouble": job.trouble,
        "results": len(job.hits),
        "unopened": sum(part.unopened for part in job.parts),
        "clusters": [shapes.part_of(part) for part in job.parts],
    }


def has_gone(request: web.Request) -> bool:
    """Whether nobody is there any more to take the answer."""
    return request.transport is None or request.transport.is_closing()
