"""Children in an order that needs every stat: read once for all who ask, with progress, and ended when nobody does."""

from __future__ import annotations

import asyncio
import time
from array import array
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from zkdash.clock import now_ms
from zkdash.znodes import paths
from zkdash.znodes.choice import KEYS, Sort
from zkdash.znodes.listing import ListingCache, Version
from zkdash.znodes.ordering import PART, in_order
from zkdash.znodes.seen_reads import reads_of

if TYPE_CHECKING:
    from zkdash.zookeeper.container import ClusterContainer

SORTED_FOR_S = 30.0
AT_ONCE_S = 1.0
"""A page waits so long for its order; what takes longer is shown on its way."""
UNASKED_S = 10.0
"""Sorting ends when nobody has asked how far it is for so long."""


@dataclass(frozen=True, slots=True)
class Sorted:
    """Names in order; `at` is UTC milliseconds: when reading what the order comes from began."""

    names: tuple[str, ...]
    at: int


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a sorting is: `done` of `total` children are read."""

    done: int
    total: int


@dataclass(slots=True)
class Sorting:
    """One that goes on. `names` are all to be sorted; children that can't be read come first."""

    container: ClusterContainer
    path: str
    names: tuple[str, ...]
    sort: Sort
    done: int = 0
    asked_at: float = field(default_factory=time.monotonic)

    async def run(self) -> Sorted | None:
        """The order, or None when nobody wants it any more. Raises ClusterUnavailable."""
        many, measure = reads_of(self.container), KEYS[self.sort.column]
        sign, began, keys = -1 if self.sort.down else 1, now_ms(), array("q")
        while self.done < len(self.names):
            if time.monotonic() - self.asked_at > UNASKED_S:
                return None
            some = self.names[self.done : self.done + many.size]
            results = await many.data([paths.join(self.path, name) for name in some])
            keys.extend(sign * (-1 if isinstance(result, Exception) else measure(result[1])) for result in results)
            self.done += len(some)
        return Sorted(await asyncio.to_thread(self._in_order, keys), began)

    def _in_order(self, keys: array[int]) -> tuple[str, ...]:
        """The names by the keys, one for each; those with the same stay in order of names."""
        order, found = in_order(range(len(keys)), keys.__getitem__), list[str]()
        for start in range(0, len(order), PART):
            found += map(self.names.__getitem__, order[start : start + PART])
        return tuple(found)


class Sorter:
    """Sorts, keeps what is sorted for a little while, and does nothing twice at the same time."""

    def __init__(self) -> None:
        self._kept = ListingCache(keep_s=SORTED_FOR_S)
        self._at: dict[Hashable, int] = {}
        self._running: dict[Hashable, tuple[Sorting, asyncio.Task[Sorted | None]]] = {}

    async def stop(self) -> None:
        """End all sorting."""
        tasks = [task for _, task in self._running.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def get(self, key: Hashable, version: Version, sorting: Sorting) -> Sorted | Progress:
        """What `sorting` gives, if it is kept under `key` or done at once; else how far it is.

        Raises ClusterUnavailable.
        """
        kept = self._kept.get(key, version)
        if kept is not None:
            return Sorted(kept, self._at[key])
        if key not in self._running:
            task = asyncio.create_task(self._work(key, version, sorting))
            self._running[key] = sorting, task
        running, task = self._running[key]
        running.asked_at = time.monotonic()
        await asyncio.wait((task,), timeout=AT_ONCE_S)
        done = task.result() if task.done() and not task.cancelled() else None
        return done if done is not None else Progress(running.done, len(running.names))

    async def _work(self, key: Hashable, version: Version, sorting: Sorting) -> Sorted | None:
        try:
            done = await sorting.run()
            if done is not None:
                self._kept.put(key, version, done.names)
                self._at = {one: at for one, at in self._at.items() if one in self._kept} | {key: done.at}
            return done
        finally:
            del self._running[key]
