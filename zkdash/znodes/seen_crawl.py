"""A crawl of what somebody sees: the rest is not asked for, and secrets are masked before anybody looks at them."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator
from dataclasses import replace
from typing import TYPE_CHECKING

from zkdash.znodes.seen import SeenCluster, seen_of, sized
from zkdash.zookeeper.crawl import Batch, CrawlStopped, Progress, crawl
from zkdash.zookeeper.frontier import Frontier

if TYPE_CHECKING:
    from zkdash.zookeeper.container import ClusterContainer


def frontier_of(container: ClusterContainer, root: str, *, data: bool) -> Frontier:
    """What a crawl of a cluster begins with. Raises ClusterUnavailable and InvalidPath."""
    limits = seen_of(container)
    passes = limits.sight.passes if limits is not None and not limits.sight.whole(root) else None
    return Frontier(container._real(root), root, data=data, passes=passes)


async def crawl_seen(
    container: ClusterContainer, root: str, *, data: bool, resume: Frontier
) -> AsyncGenerator[Batch, None]:
    """As `crawl`: the znodes that are seen, as they are shown."""
    limits = seen_of(container)
    if limits is not None:
        limits._check(root)
    whole = limits is None or limits.sight.whole(root)
    try:
        async with contextlib.aclosing(crawl(container, root, data=data, resume=resume)) as batches:
            async for batch in batches:
                if limits is None:
                    yield batch
                    continue
                yield await _shown(limits, batch, whole=whole)
    except CrawlStopped as stop:
        raise CrawlStopped(stop.reason, _told(stop.progress, whole=whole), stop.rest) from None


async def _shown(limits: SeenCluster, batch: Batch, *, whole: bool) -> Batch:
    if not whole:
        batch = _seen(limits, batch)
    if not batch.data:
        return batch
    values = await limits.masked_all(zip(batch.paths, batch.data, strict=True))
    if all(value is stored for value, stored in zip(values, batch.data, strict=True)):
        return batch
    return replace(batch, data=values, stats=[sized(*one) for one in zip(batch.stats, values, strict=True)])


def _seen(limits: SeenCluster, batch: Batch) -> Batch:
    """The rows that are seen, without numbers that would tell of the others."""
    sight = limits.sight
    rows = [at for at, path in enumerate(batch.paths) if sight.sees(path)]
    paths = [batch.paths[at] for at in rows]
    children = [0 if sight.hides_a_child(batch.paths[at]) else batch.children[at] for at in rows]
    stats = (
        [batch.stats[at]._replace(numChildren=number) for at, number in zip(rows, children, strict=True)]
        if batch.stats
        else ()
    )
    data = [batch.data[at] for at in rows] if batch.data else ()
    return replace(
        batch, paths=paths, children=children, data=data, stats=stats, progress=_told(batch.progress, whole=False)
    )


def _told(progress: Progress, *, whole: bool) -> Progress:
    """How far it is; how many znodes there are in all only where all of them are seen."""
    return progress if whole else replace(progress, total=None)
