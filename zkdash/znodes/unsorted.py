"""Very many names as a server sent them: the first page of them at once, all in order a moment later."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Callable, Sequence

from zkdash.znodes.listing import Page, Version, page_of
from zkdash.znodes.ordering import in_order

Done = Callable[["Unsorted", tuple[str, ...]], None]
LATER_S = 0.2
"""Sorting begins so long after the first page was asked for, which then need not share the interpreter with it."""
AT_ONCE = 150_000
"""The first of so many are picked out in some 5 ms: a thread would be no quicker to begin."""


class Unsorted:
    """The children of a node at a `version`. `done` gets this and their names once they are in order.

    They are put in order on a thread, LATER_S from now or as soon as somebody needs it.
    """

    def __init__(self, names: Sequence[str], version: Version, done: Done) -> None:
        self.version = version
        self._names = names
        self._done = done
        self._task: asyncio.Task[tuple[str, ...]] | None = None
        self._timer = asyncio.get_running_loop().call_later(LATER_S, self._begin)

    async def first(self, limit: int) -> Page:
        """The first page, without putting the others in order."""
        names = self._names
        if len(names) <= AT_ONCE:
            found = heapq.nsmallest(limit, names)
        else:
            found = await asyncio.to_thread(heapq.nsmallest, limit, names)
        page = page_of(found, "", limit)
        more = found[-1] if len(names) > len(found) else None
        return Page(page.names, 0, len(names), len(names), more, None)

    async def in_order(self) -> tuple[str, ...]:
        """All of them."""
        return await asyncio.shield(self._begin())

    def let_go(self) -> None:
        """Don't put them in order for nobody; who waits for it already gets it."""
        self._timer.cancel()

    async def stop(self) -> None:
        """Nobody gets it."""
        self.let_go()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def _begin(self) -> asyncio.Task[tuple[str, ...]]:
        self._timer.cancel()
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._sort())
        return self._task

    async def _sort(self) -> tuple[str, ...]:
        names = tuple(await asyncio.to_thread(in_order, self._names))
        self._done(self, names)
        return names
