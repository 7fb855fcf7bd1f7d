"""A search that goes on: over each of its clusters at once, results on disk as they are found."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kazoo.exceptions import NoAuthError, NoNodeError
from kazoo.protocol.states import ZnodeStat

from zkdash.clock import now_ms
from zkdash.znodes.jobs import Job, Phase, in_words
from zkdash.znodes.search import Matcher, Search
from zkdash.znodes.seen_crawl import crawl_seen, frontier_of
from zkdash.znodes.spool import Spool
from zkdash.znodes.stat import is_ephemeral
from zkdash.znodes.usage import Usage
from zkdash.zookeeper.crawl import Batch, CrawlStopped, Progress
from zkdash.zookeeper.frontier import Frontier

if TYPE_CHECKING:
    from zkdash.zookeeper.container import ClusterContainer

OPENED_BYTES = 2 * 1024**3
"""What is packed in data is opened up to so much in one search; later values are searched only as they are stored."""

NOTHING = Progress(0, 0, 0, None, 0.0)


@dataclass(slots=True)
class Part:
    """A crawl of one cluster, as far as it got. It can go on where it stood: `rest` has what is yet to be read, and
    `packed` what was read and is yet to be opened. `unopened` counts what never was, by OPENED_BYTES."""

    container: ClusterContainer
    root: str
    phase: Phase = Phase.WAITING
    trouble: str = ""
    waits: bool = False
    at: str = ""
    hits: int = 0
    denied: int = 0
    too_large: int = 0
    unopened: int = 0
    rest: Frontier | None = None
    packed: list[tuple[dict[str, Any], bytes, ZnodeStat]] = field(default_factory=list)
    before: Progress = NOTHING
    now: Progress = field(default=NOTHING)

    @property
    def name(self) -> str:
        return self.container.name

    @property
    def progress(self) -> Progress:
        """Over all the times that it went on; `total` is what was counted first."""
        past, now = self.before, self.now
        total = past.total if past.total is not None else now.total
        return Progress(
            past.znodes + now.znodes,
            past.failed + now.failed,
            past.gone + now.gone,
            total,
            past.elapsed_s + now.elapsed_s,
        )


class CrawlJob(Job):
    """A job that is a crawl of one or several clusters: `take` gets batch after batch."""

    def __init__(self, containers: tuple[ClusterContainer, ...], root: str, *, data: bool) -> None:
        super().__init__()
        self.root = root
        self._data = data
        self.parts = tuple(Part(container, root) for container in containers)

    def reset(self) -> None:
        self.parts = tuple(Part(part.container, part.root) for part in self.parts)

    async def take(self, part: Part, batch: Batch) -> None:
        """See what a batch has."""
        raise NotImplementedError

    async def catch_up(self, part: Part) -> None:
        """Finish what was left of a batch when the job was stopped."""

    async def work(self) -> None:
        open_parts = [part for part in self.parts if part.phase is not Phase.DONE]
        try:
            await asyncio.gather(*(self._work(part) for part in open_parts))
        finally:
            for part in open_parts:
                if not part.phase.ended:
                    part.phase = Phase.STOPPED
        failed = [part for part in self.parts if part.phase is Phase.FAILED]
        self.phase = Phase.FAILED if failed else Phase.DONE
        self.trouble = "; ".join(f"{part.name}: {part.trouble}" for part in failed)

    async def _work(self, part: Part) -> None:
        part.before, part.now, part.trouble = part.progress, NOTHING, ""
        part.waits = part.container.ZooKeeper.Client.crawls.turn.locked()
        part.phase = Phase.WAITING if part.waits else Phase.RUNNING
        self.said()
        try:
            await self.catch_up(part)
            if part.rest is None:
                part.rest = frontier_of(part.container, self.root, data=self._data)
            async with contextlib.aclosing(
                crawl_seen(part.container, self.root, data=self._data, resume=part.rest)
            ) as batches:
                async for batch in batches:
                    await self._on_batch(part, batch)
            part.phase = Phase.DONE
        except CrawlStopped as stop:
            part.now, part.phase, part.trouble = stop.progress, Phase.FAILED, f"{stop.reason}."
        except Exception as error:
            part.phase, part.trouble = Phase.FAILED, in_words(error)
            if not part.progress.znodes:
                part.rest = None  # to go on is to begin
        self.said()

    async def _on_batch(self, part: Part, batch: Batch) -> None:
        part.waits, part.phase = False, Phase.RUNNING
        first = part.now is NOTHING and part.before == NOTHING
        part.now = batch.progress
        if first and not batch.paths:
            if batch.progress.gone:
                raise NoNodeError
            if batch.failed and batch.failed[0][0] == self.root and isinstance(batch.failed[0][1], NoAuthError):
                raise NoAuthError
        for _, error in batch.failed:
            if isinstance(error, NoAuthError):
                part.denied += 1
            else:
                part.too_large += 1
        if batch.paths:
            part.at = batch.paths[-1]
            await self.take(part, batch)
        self.said()


class SearchJob(CrawlJob):
    """A search. `hits` has a record of each znode found: cluster, path, and what else is known of it."""

    def __init__(self, search: Search, containers: tuple[ClusterContainer, ...]) -> None:
        super().__init__(containers, search.root, data=search.needs_data)
        self.search = search
        self.hits = Spool()
        self.opened_bytes = 0
        self._matcher = Matcher(search, self.began_at)

    def reset(self) -> None:
        super().reset()
        self.hits.close()
        self.hits = Spool()
        self.opened_bytes = 0
        self._matcher = Matcher(self.search, now_ms())

    async def take(self, part: Part, batch: Batch) -> None:
        matcher = self._matcher
        for index in matcher.names(list(batch.paths)):
            path = batch.paths[index]
            hit: dict[str, Any] = {"cluster": part.name, "path": path, "children": batch.children[index]}
            if self.search.needs_data:
                value, stat = batch.data[index], batch.stats[index]
                facts = matcher.rest(value, stat)
                if facts is None:
                    if value and matcher.may_be_inside(value, stat):
                        part.packed.append((hit, value, stat))
                    continue
                hit |= facts
            self._add(part, hit)
        await self.catch_up(part)

    async def catch_up(self, part: Part) -> None:
        while part.packed:
            if self.opened_bytes >= OPENED_BYTES:
                part.unopened += len(part.packed)
                part.packed.clear()
                return
            hit, value, stat = part.packed[0]
            facts, size = await asyncio.to_thread(self._matcher.inside, value, stat)
            del part.packed[0]
            self.opened_bytes += size
            if facts is not None:
                self._add(part, hit | facts)

    def _add(self, part: Part, hit: dict[str, Any]) -> None:
        self.hits.add(hit)
        part.hits += 1

    def close(self) -> None:
        self.hits.close()


class UsageJob(CrawlJob):
    """The usage of a subtree."""

    def __init__(self, container: ClusterContainer, root: str) -> None:
        super().__init__((container,), root, data=True)
        self.usage = Usage(root)

    def reset(self) -> None:
        super().reset()
        self.usage = Usage(self.root)

    def close(self) -> None:
        """Nothing is held."""

    async def take(self, part: Part, batch: Batch) -> None:
        see = self.usage.see
        for path, stat in zip(batch.paths, batch.stats, strict=True):
            see(path, stat.dataLength, stat.numChildren, is_ephemeral(stat.ephemeralOwner))
