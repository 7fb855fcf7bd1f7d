"""The log of how servers stood: written when a sample says something new, read when somebody asks what happened."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Collection
from itertools import islice
from typing import TYPE_CHECKING, Any

import asab

from zkdash.clock import now_ms, settled
from zkdash.ensemble.changes import Change, Stand, Standing, follow
from zkdash.ensemble.sample_rows import name_of
from zkdash.log import get_logger
from zkdash.store import server_changes as rows
from zkdash.store.engine import Store, StoreUnavailable
from zkdash.store.pruning import prune
from zkdash.store.text import storable

if TYPE_CHECKING:
    from zkdash.ensemble.sample import Sample

L = get_logger(__name__)

MAX_WAITING = 10_000
"""How many changes wait for a store that fails: beyond it the oldest go."""
MAX_READ = 2_000
_BATCH = 500
_RETRY_S = 2.0
_STOP_S = 1.0
_DAY_MS = 86_400_000
_LONGEST_WHY = 300


class ChangeLog(asab.Service):  # type: ignore[misc]  # asab has no types
    """Follows "Ensemble.sampled!", and keeps what changes. Every reading method raises StoreUnavailable."""

    def __init__(self, app: Any, store: Store, *, now: Callable[[], int] = now_ms) -> None:
        super().__init__(app, "zkdash.ChangeLog")
        self._store = store
        self._now = now
        self._standings: dict[tuple[str, str], Standing] = {}
        self._waiting: deque[Change] = deque()
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        app.PubSub.subscribe("Ensemble.sampled!", self._on_sampled)
        app.PubSub.subscribe("Clusters.changed!", self._on_clusters)
        app.PubSub.subscribe("Application.housekeeping!", self._on_housekeeping)

    async def start(self) -> None:
        self._task = asyncio.create_task(self._work(), name="zkdash: log how servers stand")

    async def stop(self) -> None:
        """Write what waits, within a second."""
        task, self._task = self._task, None
        if task is None:
            return
        await settled(lambda: not self._waiting, _STOP_S)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    async def between(self, cluster: str, since: int, until: int) -> list[Change]:
        """The changes of since < time <= until (UTC ms) and, of each server, the last before; by their times."""
        async with self._store.connect() as connection:
            return [_change_of(row) for row in await rows.between(connection, cluster, since, until, MAX_READ)]

    async def of_server(self, cluster: str, server: str, limit: int = 50) -> list[Change]:
        """A server's changes, the newest first."""
        async with self._store.connect() as connection:
            return [_change_of(row) for row in await rows.of_server(connection, cluster, name_of(server), limit)]

    def _on_sampled(self, message: str, cluster: str, samples: Collection[Sample]) -> None:
        for sample in samples:
            key = (cluster, sample.server)
            self._standings[key], change = follow(self._standings.get(key), sample)
            if change is not None:
                self._waiting.append(change)
                self._wake.set()
        while len(self._waiting) > MAX_WAITING:
            self._waiting.popleft()

    def _on_clusters(self, message: str) -> None:
        names = set(self.App.clusters.names())
        self._standings = {key: known for key, known in self._standings.items() if key[0] in names}

    async def _work(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            while batch := list(islice(self._waiting, _BATCH)):
                try:
                    async with self._store.begin() as connection:
                        await rows.add(connection, [_row(change) for change in batch])
                except StoreUnavailable as error:
                    L.warning("How servers stand can't be logged.", struct_data={"why": str(error)})
                    await asyncio.sleep(_RETRY_S)
                    continue
                except Exception:
                    L.exception("How servers stand could not be logged.")
                for change in batch:
                    if self._waiting and self._waiting[0] is change:  # else it went, for too many waited
                        self._waiting.popleft()

    async def _on_housekeeping(self, message: str) -> None:
        before = self._now() - self.App.config.store.keep_events_days * _DAY_MS
        try:
            await prune(self._store, rows.prune, before)
        except StoreUnavailable as error:
            L.warning("Old changes of servers could not be deleted.", struct_data={"why": str(error)})


def _row(change: Change) -> dict[str, Any]:
    return {
        "cluster": change.cluster,
        "server": name_of(change.server),
        "at": change.at,
        "was": change.was and change.was.value,
        "now": change.now.value,
        "restarted": change.restarted,
        "epoch": change.epoch,
        "version": storable(change.version),
        "why": storable(change.why[:_LONGEST_WHY]),
    }


def _change_of(row: Any) -> Change:
    return Change(
        cluster=row["cluster"],
        server=row["server"],
        at=row["at"],
        was=row["was"] and Stand(row["was"]),
        now=Stand(row["now"]),
        restarted=row["restarted"],
        epoch=row["epoch"],
        version=row["version"],
        why=row["why"],
    )
