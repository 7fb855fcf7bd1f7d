"""A subtree as a file to keep: no faster than its reader takes it, and no further once the reader has gone."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from aiohttp import web
from kazoo.exceptions import NoAuthError, NoNodeError

from zkdash.web.api_crawls import has_gone
from zkdash.web.audited import note
from zkdash.web.cluster import find
from zkdash.web.query import Query
from zkdash.web.unmasking import unmask
from zkdash.znodes import paths
from zkdash.znodes.export import export
from zkdash.znodes.exported import MAX_ZIPPED, TYPES, Format, Wanted
from zkdash.znodes.seen_reads import reads_of
from zkdash.zookeeper.errors import ClusterUnavailable, NonsenseReply

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator


MAX_WAIT_S = 3600


async def download(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/clusters/{name}/export?path=&format=&stat=&acl=&wait="""
    query = Query(request, ("path", "format", "stat", "acl", "wait", "unmask"))
    unmasked, path = query.flag("unmask"), paths.from_text(query.text("path", "/"))
    if unmasked:
        await unmask(request, request.match_info["name"], path, "unmask-export")
    container = find(request, unmask=unmasked)
    wanted = Wanted(
        cluster=container.name,
        path=path,
        format=query.choice("format", Format) or Format.JSON,
        stat=query.flag("stat", "1"),
        acl=query.flag("acl", "1"),
    )
    wait_s = query.integer("wait", 0, 0, MAX_WAIT_S) or 0
    reads = reads_of(container)
    if wanted.format is Format.ZIP and (await reads.total(wanted.path) or 0) > MAX_ZIPPED:
        raise web.HTTPBadRequest(text=f"A zip has at most {MAX_ZIPPED:,} znodes: take json or yaml, or a part of it.")
    await note(request, "export", wanted.path, cluster=container.name, format=str(wanted.format))
    async with contextlib.aclosing(export(reads, wanted, wait_s=wait_s)) as pieces:
        return await send(request, wanted, pieces)


async def send(request: web.Request, wanted: Wanted, pieces: AsyncGenerator[bytes, None]) -> web.StreamResponse:
    """The pieces as one file. What goes wrong after the first cuts the answer off, so that nobody takes it for whole.

    Raises what goes wrong before.
    """
    first = await anext(pieces)
    headers = {
        "Content-Type": TYPES[wanted.format],
        "Content-Disposition": f'attachment; filename="{wanted.file_name}"',
    }
    response = web.StreamResponse(headers=headers)
    await response.prepare(request)
    try:
        await response.write(first)
        async for piece in pieces:
            if has_gone(request):
                return response
            await response.write(piece)
        await response.write_eof()
    except (ClusterUnavailable, NonsenseReply, NoNodeError, NoAuthError):
        if request.transport is not None:
            request.transport.abort()
    except ConnectionError:
        pass  # the reader has gone
    return response
