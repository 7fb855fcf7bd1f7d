"""The one writer of the servers' history: many samples at once, off the pages' way, and never in the log's way."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

from zkdash.clock import Later, iso
from zkdash.ensemble.sample_rows import key_of, row_of
from zkdash.log import get_logger
from zkdash.store import samples as sample_rows
from zkdash.store.engine import Store, StoreUnavailable

if TYPE_CHECKING:
    from zkdash.ensemble.sample import Sample

L = get_logger(__name__)

BATCH = 250
GATHER_S = 5.0
MAX_WAITING = 20_000
"""How many samples wait for a store that fails: beyond it the oldest go."""

REST_EVERY_MS = 55_000
_FIRST_RETRY_S = 2.0
_LONGEST_RETRY_S = 30.0
_MIB = 1 << 20


class NoRoom(Exception):
    """The disk is so full that what is left of it belongs to the log of events."""


class Writer:
    """Writes what is queued, every few seconds; what fails waits and is tried again, and `trouble` says so.

    `free` gives the bytes that are free where the store is (None: not known), of which `reserve` stay free.
    """

    def __init__(
        self,
        store: Store,
        *,
        now: Callable[[], int],
        later: Later,
        changed: Callable[[], None],
        free: Callable[[], int | None],
        reserve: int,
    ) -> None:
        self.server_ids: dict[tuple[str, str], int] = {}
        self.written = 0
        self._store = store
        self._now = now
        self._later = later
        self._changed = changed
        self._free = free
        self._reserve = reserve
        self._queue: deque[Sample] = deque()
        self._lost = 0
        self._rest_at: dict[tuple[str, str], int] = {}
        self._wake = asyncio.Event()
        self._full = asyncio.Event()
        self._one_by_one = 0
        self._stopping = False
        self._trouble: tuple[int, str] | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def trouble(self) -> str:
        """Why the servers' history isn't written, and since when; empty when all is well."""
        if self._trouble is None:
            return ""
        since, why = self._trouble
        lost = f" {self._lost} samples are lost." if self._lost else ""
        return f"The servers' history is not written since {iso(since)}: {why}.{lost}"

    @property
    def waiting(self) -> int:
        """How many samples are not written yet."""
        return len(self._queue)

    def record(self, samples: Sequence[Sample]) -> None:
        """Queue samples; never blocks."""
        self._queue.extend(samples)
        while len(self._queue) > MAX_WAITING:
            self._queue.popleft()
            self._lost += 1
        self._wake.set()
        if len(self._queue) >= BATCH and self._trouble is None:
            self._full.set()

    def start(self) -> None:
        self._stopping = False
        self._task = asyncio.create_task(self._work(), name="zkdash: write the servers' history")

    async def stop(self, deadline_s: float) -> None:
        """Write what waits, or give up at the deadline."""
        task, self._task = self._task, None
        if task is None:
            return
        self._stopping = True
        self._wake.set()
        self._full.set()
        done, _ = await asyncio.wait({task}, timeout=deadline_s)
        if not done:
            task.cancel()
            await asyncio.wait({task}, timeout=0.5)

    def forget_ids(self) -> None:
        """Ask the store for the servers' numbers again."""
        self.server_ids = {}
        self._rest_at = {}

    async def _work(self) -> None:
        delay_s = 0.0
        while self._queue or not self._stopping:
            await self._wake.wait()
            self._wake.clear()
            await self._until_full(delay_s or GATHER_S)
            while batch := list(islice(self._queue, 1 if self._one_by_one else BATCH)):
                try:
                    await self._commit(batch)
                except (StoreUnavailable, NoRoom) as error:
                    self._be_in_trouble(str(error))
                    delay_s = min(max(2 * delay_s, _FIRST_RETRY_S), _LONGEST_RETRY_S)
                    self._wake.set()
                    if self._stopping:
                        return
                    break
                except Exception:
                    self._take_care(batch)
                else:
                    delay_s = 0.0
                    self._written(len(batch))

    async def _commit(self, batch: Sequence[Sample]) -> None:
        rows = await asyncio.to_thread(self._rows, batch)
        async with self._store.begin() as connection:
            keys = [key_of(sample) for sample in batch]
            unknown = {key for key in keys if key not in self.server_ids}
            ids = self.server_ids | await sample_rows.server_ids(connection, unknown) if unknown else self.server_ids
            await sample_rows.add(
                connection, [{**row, "server_id": ids[key]} for key, row in zip(keys, rows, strict=True)]
            )
        self.server_ids = ids

    def _rows(self, batch: Sequence[Sample]) -> list[dict[str, Any]]:
        free = self._free()
        if free is not None and free < self._reserve:
            raise NoRoom(
                f"{free // _MIB} MiB are free on the store's disk, and {self._reserve // _MIB} MiB are kept for the log"
                " of events ([store] keep_free)"
            )
        return [row_of(sample, rest=self._wants_rest(sample)) for sample in batch]

    def _wants_rest(self, sample: Sample) -> bool:
        """The metrics without a column take most of the room: they are kept once a minute, and with each failure."""
        key = (sample.cluster, sample.server)
        if sample.ok and (not sample.full or 0 <= sample.at - self._rest_at.get(key, -REST_EVERY_MS) < REST_EVERY_MS):
            return False
        self._rest_at[key] = sample.at
        return True

    def _written(self, count: int) -> None:
        for _ in range(count):
            self._queue.popleft()
        self.written += count
        self._one_by_one = max(0, self._one_by_one - count)
        if self._trouble is not None:
            self._trouble, self._lost = None, 0
            L.warning("The servers' history is written again.")
            self._changed()

    def _take_care(self, batch: Sequence[Sample]) -> None:
        """After a failure that the store is not to blame for: one by one, and without the one that can't be written."""
        self.server_ids = {}
        if len(batch) > 1 or not self._one_by_one:
            self._one_by_one = max(len(batch), 2)
            return
        sample = self._queue.popleft()
        self._one_by_one -= 1
        L.exception("A sample could not be written.", struct_data={"cluster": sample.cluster, "server": sample.server})

    def _be_in_trouble(self, why: str) -> None:
        if self._trouble is None:
            self._trouble = (self._now(), why)
            L.error("The servers' history can't be written.", struct_data={"why": why})
            self._changed()

    async def _until_full(self, at_most_s: float) -> None:
        """Gather more, unless there is a batch already or zkdash stops."""
        if self._stopping:
            return
        self._full.clear()
        if self._trouble is None and len(self._queue) >= BATCH:
            return
        timer = self._later(at_most_s, self._full.set)
        try:
            await self._full.wait()
        finally:
            timer.cancel()
