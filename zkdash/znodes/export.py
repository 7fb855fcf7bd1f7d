"""A subtree as a file, written piece by piece, in an order that makes two of them easy to compare.

Nothing in it tells when it was made: the same znodes give the same bytes.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Protocol

from zkdash.znodes.export_files import WRITERS
from zkdash.znodes.exported import Wanted
from zkdash.znodes.walk import Node, Reads, Walk
from zkdash.zookeeper.errors import ClusterUnavailable


class Source(Reads, Protocol):
    """Reads that may come back after an outage."""

    async def back(self, wait_s: float) -> bool: ...


async def export(
    reads: Source, wanted: Wanted, walk: Walk | None = None, wait_s: float = 0.0
) -> AsyncGenerator[bytes, None]:
    """The file in pieces; the next is read when it is asked for. Raises as Walk.batches; then the file is not whole.

    A cluster that is lost on the way is waited for, up to `wait_s` each time, and the file goes on where it stood.
    """
    writer = WRITERS[wanted.format](wanted)
    walk = walk or Walk(reads, wanted.path, data=True, acls=wanted.acl)
    begun = False
    try:
        async for batch in _batches(reads, walk, wait_s):
            if not begun:
                begun = True
                yield writer.begin()
            yield await asyncio.to_thread(writer.nodes, batch)
        missing = {"denied": walk.denied, "too_large": walk.too_large, "gone": walk.gone}
        yield await asyncio.to_thread(writer.end, missing)
    finally:
        writer.close()


async def _batches(reads: Source, walk: Walk, wait_s: float) -> AsyncIterator[list[Node]]:
    while True:
        try:
            async for batch in walk.batches():
                yield batch
        except ClusterUnavailable:
            if not walk.seen or not await reads.back(wait_s):
                raise
        else:
            return
