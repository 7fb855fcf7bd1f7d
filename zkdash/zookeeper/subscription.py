"""One listener of the changes of a znode or a subtree."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from enum import Enum
from typing import NamedTuple, Self

MOST_WAITING = 256
"""A listener that is more changes behind is told of a gap instead of them."""


class Kind(Enum):
    """What has happened to the path of a change. GAP: anything may have, since the watch was not there: read again."""

    CREATED = 1
    DELETED = 2
    CHANGED = 3
    CHILDREN = 4
    GAP = 0


class Change(NamedTuple):
    """A change of the znode at `path`; with GAP, of anything that the subscription is about."""

    kind: Kind
    path: str


class Subscription:
    """The changes of a path, in order: `async with watches.subscribe(path) as changes: async for change in changes`.

    The first is a GAP, as soon as the server watches: what is read from then on is kept true by the changes that
    follow. There is another one after each time that the connection was lost or the listener too slow. Without
    `recursive` the changes are those of the znode and (CHILDREN) of the names of its children; with it, those of the
    whole subtree, each znode by its own path, unless the server is too old: then `shallow` is true.
    """

    def __init__(self, path: str, recursive: bool, closed: Callable[[Subscription], None], base: str = "/") -> None:
        self.path = path
        self._cut = 0 if base == "/" else len(base)
        self.recursive = recursive
        self.shallow = False
        self._closed: Callable[[Subscription], None] | None = closed
        self._waiting: deque[Change] = deque()
        self._reader: asyncio.Future[None] | None = None

    def offer(self, change: Change) -> None:
        """A change, or a GAP in place of all that waits if there is too much."""
        if change.kind is Kind.GAP or len(self._waiting) >= MOST_WAITING:
            self._waiting.clear()
            change = Change(Kind.GAP, self.path)
        self._waiting.append(change)
        self._wake()

    def gap(self) -> None:
        """Changes may have been missed."""
        self.offer(Change(Kind.GAP, self.path))

    def close(self) -> None:
        """Listen no more; the last one of a path takes the server's watch with it."""
        closed, self._closed = self._closed, None
        if closed is not None:
            closed(self)
            self._wake()

    def _wake(self) -> None:
        if self._reader is not None and not self._reader.done():
            self._reader.set_result(None)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Change:
        while self._closed is not None:
            if self._waiting:
                kind, path = self._waiting.popleft()
                return Change(kind, path[self._cut :] or "/")
            self._reader = asyncio.get_running_loop().create_future()
            await self._reader
        raise StopAsyncIteration

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()
