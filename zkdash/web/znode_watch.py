"""One znode that people look at: one watch on the cluster, and what was read of it last, however many they are."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kazoo.exceptions import NoAuthError, NoNodeError, ZookeeperError
from kazoo.protocol.states import ZnodeStat

from zkdash.clock import now_ms
from zkdash.log import get_logger
from zkdash.zookeeper.errors import ClusterUnavailable, InvalidPath, ReplyTooLarge
from zkdash.zookeeper.watches import watch

if TYPE_CHECKING:
    from zkdash.zookeeper.container import ClusterContainer

L = get_logger(__name__)

REST_S = 0.1
REST_SHARE = 5.0
"""After a reading that took long there is a rest of so many times as long."""
WAIT_FOR_CLUSTER_S = 1.0

UNREADABLE = (NoAuthError, ClusterUnavailable, InvalidPath, ReplyTooLarge, ZookeeperError)


@dataclass(frozen=True, slots=True)
class Reading:
    """A znode as it was at a moment; `stat` is None where it was not there."""

    value: bytes | None
    stat: ZnodeStat | None


def mark_of(stat: ZnodeStat) -> str:
    """Changes whenever a page of the znode does: its data, its access list, or a child that came or went."""
    return f"{stat.mzxid:x}.{stat.pzxid:x}.{stat.aversion:x}"


@dataclass(frozen=True, slots=True)
class News:
    """What has happened to a znode while it was looked at. `at` is UTC milliseconds.

    `before` is the reading before its data last changed; `deleted` says that it is gone, and `trouble` why it can't be
    read, so that what is shown is what was known before.
    """

    at: int = 0
    before: Reading | None = None
    deleted: bool = False
    trouble: str = ""


class WatchedZnode:
    """Reads the znode when it has changed, and calls `changed` after that."""

    def __init__(
        self,
        find: Callable[[], ClusterContainer | None],
        path: str,
        changed: Callable[[], Awaitable[None]],
    ) -> None:
        self.find = find
        self.path = path
        self.now: Reading | None = None
        self.news = News()
        self._changed = changed
        self._dirty = asyncio.Event()
        self._lock = asyncio.Lock()
        self._tasks: tuple[asyncio.Task[None], ...] = ()

    def start(self) -> None:
        """Watch it."""
        self._tasks = asyncio.create_task(self._listen()), asyncio.create_task(self._work())

    async def ready(self) -> None:
        """Wait until it was read once."""
        if self.now is None:
            await self.read()

    def stop(self) -> None:
        """Watch it no more."""
        for task in self._tasks:
            task.cancel()

    def stir(self) -> None:
        """Read again soon: something may have changed."""
        self._dirty.set()

    async def read(self) -> bool:
        """Bring `now` and `news` up to date; gives whether anything is new."""
        async with self._lock:
            before = self.now, self.news
            container = self.find()
            trouble = "" if container is not None else "its cluster is not configured any more"
            try:
                if container is not None:
                    self._take(await self._fetch(container))
            except UNREADABLE as error:
                trouble = _words(error)
            if trouble:
                self.news = replace(self.news, trouble=trouble)
            return (self.now, self.news) != before

    async def _fetch(self, container: ClusterContainer) -> Reading:
        """The data only if it isn't the same as before."""
        try:
            if self.now is not None and self.now.stat is not None:
                stat = await container.stat(self.path)
                if stat is None:
                    return Reading(None, None)
                if (stat.mzxid, stat.czxid) == (self.now.stat.mzxid, self.now.stat.czxid):
                    return Reading(self.now.value, stat._replace(dataLength=self.now.stat.dataLength))
            return Reading(*await container.data(self.path))
        except NoNodeError:
            return Reading(None, None)

    def _take(self, read: Reading) -> None:
        was, self.now = self.now, read
        if read.stat is None:
            deleted_at = self.news.at if self.news.deleted else now_ms()
            self.now = was if was is not None else read
            self.news = News(deleted_at, self.news.before, deleted=True)
        elif was is not None and was.stat is not None and was.stat.mzxid != read.stat.mzxid:
            self.news = News(now_ms(), was)
        elif self.news.deleted:
            self.news = News(now_ms(), was if was is not None and was.stat is not None else None)
        elif self.news.trouble:
            self.news = News(self.news.at, self.news.before)

    async def _listen(self) -> None:
        """Notes every change, through reconnects; a cluster that is configured anew is watched anew."""
        while True:
            container = self.find()
            if container is not None:
                try:
                    changes = watch(container, self.path)
                except InvalidPath:
                    return  # there can't be such a znode
                async with changes:
                    async for _ in changes:
                        self._dirty.set()
            await asyncio.sleep(WAIT_FOR_CLUSTER_S)

    async def _work(self) -> None:
        while True:
            await self._dirty.wait()
            self._dirty.clear()
            began = time.monotonic()
            try:
                if await self.read():
                    await self._changed()
            except Exception:
                L.exception("A znode that is looked at could not be shown anew.", struct_data={"path": self.path})
            await asyncio.sleep(max(REST_S, REST_SHARE * (time.monotonic() - began)))


def _words(error: Exception) -> str:
    if isinstance(error, ClusterUnavailable):
        return f"{error.cluster} is {error.state.lower()}"
    if isinstance(error, NoAuthError):
        return "zkdash may not read it"
    return str(error) or type(error).__name__
