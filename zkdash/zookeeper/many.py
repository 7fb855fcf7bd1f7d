"""Many znodes at once for who says which: batches sized by what they return, in turn with the crawls of the cluster."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from kazoo.exceptions import NoAuthError, NoNodeError, UnimplementedError, ZookeeperError
from kazoo.protocol.serialization import GetChildren, GetData
from kazoo.protocol.states import ZnodeStat
from kazoo.security import ACL

from zkdash.zookeeper.crawl import RATE_LIMIT
from zkdash.zookeeper.errors import NonsenseReply, ReplyTooLarge
from zkdash.zookeeper.handler import LoopResult
from zkdash.zookeeper.multiread import MultiRead
from zkdash.zookeeper.raw_reads import RawRead

if TYPE_CHECKING:
    from zkdash.zookeeper.container import ClusterContainer

FEWEST, MOST = 8, 512
REPLY_BYTES = 256 * 1024
IN_A_THREAD_BYTES = 2 * REPLY_BYTES
"""Replies are meant to be shorter: a longer one has a very long list of children, which is taken apart off the loop."""
STAT_BYTES = 80
LOOK_S = 0.1
PIPELINED = 256
"""Requests on their way at once, for what MultiRead can't do."""
A_TURN = 32
"""So many of them are sent before others have their turn of the loop."""
OF_ONE_ZNODE = (NoNodeError, NoAuthError, ReplyTooLarge)
"""Errors that say something of the znode asked for; others say it of the cluster."""


class ManyReads:
    """Reads of one cluster. Each result is an answer, or the exception of its path alone.

    All methods raise ClusterUnavailable, and InvalidPath for a path that no znode can have. Between two of them others
    may have their turn: who is slow to ask for more keeps nobody waiting.
    """

    def __init__(self, container: ClusterContainer) -> None:
        self.cluster = container.name
        self.size = FEWEST
        self._container = container
        self._client = container.ZooKeeper.Client

    async def total(self, path: str) -> int | None:
        """How many znodes there are from `path` down; None where the server can't count them, or has no such path."""
        real = self._container._real(path)
        if not (await self._client.features.get()).all_children_number:
            return None
        try:
            below: int = await self._container._read(self._client.all_children_number_async(real))
        except ZookeeperError:
            return None
        return below + 1

    async def back(self, wait_s: float) -> bool:
        """Wait until the cluster is connected, `wait_s` at most; gives whether it is."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(wait_s):
                while not self._container.is_connected():  # noqa: ASYNC110 - no event tells it here
                    await asyncio.sleep(LOOK_S)
        return bool(self._container.is_connected())

    async def children(self, of: Sequence[str]) -> Sequence[list[str] | Exception]:
        """The names of the children of each path, in no order."""
        return await self._many([GetChildren(self._container._real(path), None) for path in of])

    async def data(self, of: Sequence[str]) -> Sequence[tuple[bytes | None, ZnodeStat] | Exception]:
        """The value and stat of each path."""
        return await self._many([GetData(self._container._real(path), None) for path in of])

    async def acls(self, of: Sequence[str]) -> Sequence[list[ACL] | Exception]:
        """The access list of each path."""
        found: list[list[ACL] | Exception] = []
        for start in range(0, len(of), PIPELINED):
            answers = await self._each(of[start : start + PIPELINED], self._acl)
            found += [one if isinstance(one, Exception) else one[0] for one in answers]
        return found

    def _acl(self, path: str) -> Any:
        return self._client.get_acls_async(self._container._real(path))

    async def _many(self, operations: list[Any]) -> list[Any]:
        features = await self._client.features.get()
        found: list[Any] = []
        async with self._client.crawls.turn:
            await self._client.crawls.pace(len(operations), RATE_LIMIT)
            if features.multi_read:
                found = await self._multi(operations)
            else:
                for start in range(0, len(operations), PIPELINED):
                    found += await self._each(operations[start : start + PIPELINED], self._alone)
        self._learn(found)
        return found

    async def _multi(self, operations: list[Any]) -> list[Any]:
        try:
            request = RawRead(MultiRead.type, MultiRead(operations).serialize())
            frame, at = await self._container._read(self._client.ask(request))
            if len(frame) < IN_A_THREAD_BYTES:
                return MultiRead.deserialize(frame, at)
            return await asyncio.to_thread(MultiRead.deserialize, frame, at)
        except NonsenseReply as error:
            self._client.distrust(str(error))
            raise self._container._unavailable(f"the server answers nonsense: {error}") from None
        except ReplyTooLarge as error:
            if len(operations) == 1:
                return [error]
            half = len(operations) // 2
            return await self._multi(operations[:half]) + await self._multi(operations[half:])
        except UnimplementedError:
            self._client.features.refused()
            raise self._container._unavailable("the server doesn't know MultiRead; the next try does without") from None

    def _alone(self, operation: Any) -> Any:
        if isinstance(operation, GetData):
            return self._client.get_async(operation.path)
        return self._client.get_children_async(operation.path)

    async def _each(self, of: Sequence[Any], ask: Callable[[Any], Any]) -> list[Any]:
        """The answers to as many requests, all on their way at once."""
        asked = []
        for number, one in enumerate(of, 1):
            asked.append(ask(one))
            if number % A_TURN == 0:
                await asyncio.sleep(0)
        found: list[Any] = await self._container._read(_together(asked))
        return found

    def _learn(self, found: list[Any]) -> None:
        """How many to ask for next: as many as fill a reply, twice as many as now at most."""
        size = 1
        for one in found:
            if isinstance(one, tuple):
                size += STAT_BYTES + len(one[0] or b"")
            elif isinstance(one, list):
                size += 24 * len(one)
        fitting = len(found) * REPLY_BYTES // size
        self.size = max(FEWEST, min(MOST, 2 * self.size, fitting))


async def _together(asked: Sequence[LoopResult]) -> list[Any]:
    """What each gives. They come in order, so once the last is there none is waited for: a task each would be dear."""
    found: list[Any] = []
    if asked:
        with contextlib.suppress(*OF_ONE_ZNODE):
            await asked[-1]
    for result in asked:
        try:
            found.append(await result)
        except OF_ONE_ZNODE as error:
            found.append(error)
    return found
