"""Reading a whole subtree: as quick as the server answers, in memory that doesn't grow with the tree, and gently.

One crawl of a cluster at a time; never more than one batch ahead of who reads it, so that anybody else's request
waits for two batches at most; no faster than a rate. What may not be read and what vanishes meanwhile is counted.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kazoo.exceptions import (
    AuthFailedError,
    ConnectionClosedError,
    ConnectionLoss,
    NoAuthError,
    NoNodeError,
    SessionExpiredError,
    UnimplementedError,
    ZookeeperError,
)
from kazoo.protocol.states import ZnodeStat

from zkdash.zookeeper.errors import NonsenseReply, ReplyTooLarge
from zkdash.zookeeper.frontier import MAX_OPERATIONS, Found, Frontier
from zkdash.zookeeper.raw_reads import PIPELINED, pipelined, raw_multi_read
from zkdash.zookeeper.shelves import Segment

if TYPE_CHECKING:
    from zkdash.zookeeper.client import ReadOnlyClient
    from zkdash.zookeeper.container import ClusterContainer

RATE_LIMIT = 100_000.0
"""Znodes a second: about half of what a server gives to one who asks for nothing else."""

IN_A_THREAD_BYTES = 1024 * 1024
"""Replies are meant to be far shorter: a longer one has a very long list of children, gone through off the loop."""

LONGEST_BATCH_S = 0.1
"""A slow crawl asks for less at a time, so that it shows something all the while."""

BROKEN = (ConnectionLoss, SessionExpiredError, ConnectionClosedError, AuthFailedError, UnimplementedError)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a crawl is. `znodes` were read, `failed` could not be, `gone` vanished meanwhile; `total` is what the
    server counted at the beginning (None where it can't); `rate` is znodes a second, `left_s` an estimate."""

    znodes: int
    failed: int
    gone: int
    total: int | None
    elapsed_s: float

    @property
    def rate(self) -> float:
        return self.znodes / self.elapsed_s if self.elapsed_s > 0 else 0.0

    @property
    def left_s(self) -> float | None:
        if self.total is None or not self.rate:
            return None
        return max(0, self.total - self.znodes - self.failed - self.gone) / self.rate


@dataclass(frozen=True, slots=True)
class Batch:
    """Some znodes, a row each in `paths` and `children` (how many it has), with data also in `data` (None: no value)
    and `stats`. Parents come before their children. `failed` are paths that could not be read, and why."""

    paths: Sequence[str]
    children: Sequence[int]
    data: Sequence[bytes | None]
    stats: Sequence[ZnodeStat]
    failed: Sequence[tuple[str, Exception]]
    progress: Progress


class CrawlStopped(Exception):
    """The connection was lost on the way. `progress` says how far it got; `rest` can be given to `resume`."""

    def __init__(self, reason: str, progress: Progress, rest: Frontier) -> None:
        super().__init__(f"stopped after {progress.znodes} znodes: {reason}")
        self.reason = reason
        self.progress = progress
        self.rest = rest


def crawl(
    container: ClusterContainer,
    root: str,
    *,
    data: bool,
    rate_limit: float | None = RATE_LIMIT,
    resume: Frontier | None = None,
) -> AsyncGenerator[Batch, None]:
    """Read every znode from `root` down: its path and number of children, and with `data` its value and stat.

    To end it early, close it: `async with contextlib.aclosing(crawl(…)) as batches`. Raises ClusterUnavailable and
    InvalidPath at once; while it is read, kazoo's NoNodeError and NoAuthError for `root` itself, and CrawlStopped.
    """
    client = container.ZooKeeper.Client
    return crawl_client(client, container._real(root), root, data=data, rate_limit=rate_limit, resume=resume)


async def crawl_client(
    client: ReadOnlyClient,
    real: str,
    shown: str,
    *,
    data: bool,
    rate_limit: float | None = RATE_LIMIT,
    resume: Frontier | None = None,
) -> AsyncGenerator[Batch, None]:
    """As `crawl`, below the server's path `real`, which is called `shown`."""
    async with client.crawls.turn:
        one = _Crawl(client, resume or Frontier(real, shown, data=data))
        await one.prepare(real)
        root_first = resume is None
        async with contextlib.aclosing(one.run(rate_limit)) as replies:
            async for found in replies:
                if root_first:
                    root_first = False
                    _check_root(found)
                yield Batch(found.paths, found.children, found.data, found.stats, found.failed, one.progress())


class _Crawl:
    def __init__(self, client: ReadOnlyClient, frontier: Frontier) -> None:
        self._client = client
        self._frontier = frontier
        self._began = time.monotonic()
        self._total: int | None = None
        self._znodes = self._failed = self._gone = 0
        self._most = MAX_OPERATIONS
        self._read: Any = raw_multi_read

    def progress(self) -> Progress:
        elapsed_s = time.monotonic() - self._began
        return Progress(self._znodes, self._failed, self._gone, self._total, elapsed_s)

    async def prepare(self, real: str) -> None:
        """Learn how to ask this server, and how much there is."""
        features = await self._client.features.get()
        if not features.multi_read:
            self._read, self._most = pipelined, PIPELINED
        if features.all_children_number:
            try:
                self._total = 1 + await self._client.all_children_number_async(real)
            except BROKEN as error:
                raise self._stopped(error) from None
            except (ZookeeperError, NonsenseReply):
                self._total = None  # the first reply will say what's wrong

    async def run(self, rate_limit: float | None) -> AsyncGenerator[Found, None]:
        frontier = self._frontier
        asked = await self._ask(rate_limit)
        ahead: tuple[list[Segment], Any] | None = None
        while asked is not None:
            segments, result = asked
            try:
                ahead = await self._ask(rate_limit)
                found = await self._answer(segments, result)
            except BaseException as error:
                for one in (ahead, asked):
                    if one is not None:
                        frontier.put_back(one[0])
                if isinstance(error, (*BROKEN, NonsenseReply)):
                    raise self._stopped(error) from None
                raise
            self._znodes += len(found.paths)
            self._failed += len(found.failed)
            self._gone += found.gone
            asked, ahead = ahead, None
            try:
                yield found
            except GeneratorExit:
                if asked is not None:
                    frontier.put_back(asked[0])
                raise
            if asked is None:
                asked = await self._ask(rate_limit)

    async def _ask(self, rate_limit: float | None) -> tuple[list[Segment], Any] | None:
        most = self._most if rate_limit is None else min(self._most, max(1, int(rate_limit * LONGEST_BATCH_S)))
        segments = self._frontier.take(most)
        if not segments:
            return None
        await self._client.crawls.pace(sum(len(one.names) for one in segments), rate_limit)
        return segments, self._read(self._client, segments)

    async def _answer(self, segments: list[Segment], result: Any) -> Found:
        try:
            reply, at = await result
        except ReplyTooLarge as error:
            return self._frontier.too_large(segments, error)
        await asyncio.sleep(0)  # others may have been waiting for their turn of the loop
        try:
            if len(reply) < IN_A_THREAD_BYTES:
                return self._frontier.absorb(segments, reply, at)
            return await asyncio.to_thread(self._frontier.absorb, segments, reply, at)
        except NonsenseReply as error:
            self._client.distrust(str(error))
            raise

    def _stopped(self, error: BaseException) -> CrawlStopped:
        if isinstance(error, UnimplementedError):
            self._client.features.refused()
        reason = {
            ConnectionLoss: "the connection was lost",
            SessionExpiredError: "the session has expired",
            ConnectionClosedError: "the connection was closed",
            AuthFailedError: "the credentials were refused",
            UnimplementedError: "the server doesn't know MultiRead; the next crawl will do without",
        }.get(type(error), str(error))
        return CrawlStopped(reason, self.progress(), self._frontier)


def _check_root(found: Found) -> None:
    """Raise what the server says about the root, when that is all it says."""
    if found.gone and not found.paths:
        raise NoNodeError
    if found.failed and not found.paths and isinstance(found.failed[0][1], NoAuthError):
        raise found.failed[0][1]
