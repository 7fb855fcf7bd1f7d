"""Samples of servers that are not there, and a history to put them into."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from tests.support.bus import Bus
from tests.support.clock import Clock
from tests.support.until import until
from zkdash.config.samples import SamplesConfig
from zkdash.ensemble.history import HistoryService
from zkdash.ensemble.sample import Role, Sample
from zkdash.store.engine import Store
from zkdash.zookeeper.commands import Way

GIB = 1 << 30


def sample(at: int, server: str = "zk1:2181", cluster: str = "prod", **more: Any) -> Sample:
    """A full sample of a follower that is well; further keywords are Sample's, or metrics."""
    own = {name: more.pop(name) for name in list(more) if name in Sample.__slots__}
    defaults: dict[str, Any] = {"ok": True, "way": Way.ADMIN, "role": Role.FOLLOWER, "version": "3.9.3", "full": True}
    return Sample(cluster, server, at, **(defaults | {"metrics": more} | own))


@dataclass
class Room:
    """A history on a store, with free bytes on its disk as a test says; its clock stands still."""

    history: HistoryService
    bus: Bus
    clock: Clock
    free: int | None = GIB

    async def write(self, *samples: Sample) -> None:
        """Put samples into the history, and wait until they are in the store."""
        self.history.record(samples)
        await self.written()

    async def written(self) -> None:
        await self.going_on_until(lambda: not self.history.waiting, "written samples")

    async def going_on_until(self, condition: Callable[[], object], what: str = "") -> None:
        """Let the writer's waits end at once until the condition holds; the upkeep still waits."""

        def done() -> object:
            for timer in [timer for timer in self.clock.timers if not timer.cancelled]:
                if getattr(timer.callback, "__self__", None) is not self.history._due:
                    timer.cancel()
                    timer.callback()
            return condition()

        await until(done, what=what)


@asynccontextmanager
async def room(store: Store, clock: Clock, **config: Any) -> AsyncIterator[Room]:
    bus = Bus("History.trouble!")
    one: list[Room] = []
    history = HistoryService(
        bus, store, SamplesConfig(**config), "", now=clock.now, later=clock.later, free=lambda: one[0].free
    )
    one.append(Room(history, bus, clock))
    await history.start()
    try:
        yield one[0]
    finally:
        await history.stop()
