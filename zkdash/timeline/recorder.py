"""The one writer of the log: in order, many at once when many wait, and again until it is written."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from itertools import islice

from zkdash import crashpoints
from zkdash.log import get_logger
from zkdash.pace import Pace
from zkdash.store import events as event_rows
from zkdash.store import runs as run_rows
from zkdash.store.engine import Store, StoreUnavailable, serialize
from zkdash.store.rows import Connection
from zkdash.timeline.event import Event
from zkdash.timeline.rows import event_of, row_of
from zkdash.timeline.segments import Run
from zkdash.timeline.times import Later, iso, later
from zkdash.zookeeper.states import Kind, Observation

L = get_logger(__name__)

Consequence = Callable[[Connection, Sequence[Event]], Awaitable[None]]
"""Called with the events of a transaction, in their order, before it is committed."""

BATCH = 250
TOGETHER_S = 0.03
"""What is seen so soon after the last transaction began shares the next one."""
BEAT_S = 5.0
_FIRST_RETRY_S = 1.0
_LONGEST_RETRY_S = 5.0

# How carefully the next transaction is made, after one failed that the store is not to blame for.
_TOGETHER, _ONE_BY_ONE, _WITHOUT_CONSEQUENCES = range(3)


class Recorder:
    """Writes what is queued, each event with its consequences in one transaction, and gives every beat a sign of life.

    `recorded` is called for each event after its commit, `changed` when `trouble` comes or goes. `now` gives UTC ms
    and `later` calls back after seconds, as `loop.call_later` does.
    """

    def __init__(
        self,
        store: Store,
        *,
        recorded: Callable[[Event], None],
        changed: Callable[[], None],
        now: Callable[[], int],
        later: Later = later,
    ) -> None:
        self.consequences: list[Consequence] = []
        self.run = Run(id=0, started_at=0, alive_at=0)
        self._store = store
        self._recorded = recorded
        self._changed = changed
        self._now = now
        self._later = later
        self._queue: deque[Observation] = deque()
        self._first_seq = 1  # the number of the first in the queue
        self._wake = asyncio.Event()
        self._retry = asyncio.Event()
        self._pace = Pace(TOGETHER_S)
        self._stopping = False
        self._task: asyncio.Task[None] | None = None
        self._in_doubt = False
        self._care = _TOGETHER
        self._trouble: tuple[int, str] | None = None

    @property
    def trouble(self) -> str:
        """Why the log can't be written, since when, and how much waits; empty when all is well."""
        if self._trouble is None:
            return ""
        since, why = self._trouble
        return f"The history can't be written since {iso(since)}: {why}. Waiting in memory: {len(self._queue)}."

    def record(self, observation: Observation) -> None:
        """Queue an observation; never blocks."""
        crashpoints.reached("transition-seen")
        self._queue.append(observation)
        self._wake.set()

    async def start(self) -> None:
        """Begin the run and write. Raises StoreUnavailable."""
        self._stopping = False
        at = self._now()
        async with self._store.begin() as connection:
            self.run = Run(await run_rows.start(connection, at), at, at)
        self._task = asyncio.create_task(self._work(), name="zkdash: write the history")

    async def stop(self, deadline_s: float) -> None:
        """Write what waits and the end of the run, or give up at the deadline and say so in the log."""
        if self._task is None:
            return
        self._stopping = True
        self._wake.set()
        self._retry.set()
        task, self._task = self._task, None
        done, _ = await asyncio.wait({task}, timeout=deadline_s)
        if not done:
            task.cancel()
            await asyncio.wait({task}, timeout=0.5)
        if self._queue:
            L.error("The end of the history could not be written.", struct_data={"lost": len(self._queue)})

    async def _work(self) -> None:
        delay_s = 0.0
        while True:
            if not self._queue and not self._stopping:
                await self._until(self._wake, BEAT_S)
            if not self._stopping:
                await self._pace.turn()
            self._wake.clear()
            batch = list(islice(self._queue, 1 if self._care else BATCH))
            stops = self._stopping and len(batch) == len(self._queue)
            try:
                events = await self._commit(batch, stops)
            except Exception as error:
                self._in_doubt = True
                if not isinstance(error, StoreUnavailable) and self._care < _WITHOUT_CONSEQUENCES and batch:
                    L.exception("An event could not be written with its consequences; taking more care.")
                    self._care += 1
                    continue
                self._be_in_trouble(error)
                delay_s = min(max(2 * delay_s, _FIRST_RETRY_S), _LONGEST_RETRY_S)
                await self._until(self._retry, delay_s)
                self._retry.clear()
                continue
            delay_s = 0.0
            self._in_doubt = False
            for _ in batch:
                self._queue.popleft()
            self._first_seq += len(batch)
            self._care = _ONE_BY_ONE if self._care and self._queue else _TOGETHER
            self._be_well()
            for event in events:
                self._recorded(event)
                await asyncio.sleep(0)  # whoever renders it does so on this loop: let others have a turn
            if stops and not self._queue:
                return

    async def _commit(self, batch: list[Observation], stops: bool) -> list[Event]:
        now = self._now()
        started_at = min(self.run.started_at, now, *(observation.at for observation in batch))
        async with self._store.begin() as connection:
            events = await self._write(connection, batch) if batch else []
            if stops:
                await run_rows.stop(connection, self.run.id, now)
            else:
                await run_rows.sign_of_life(connection, self.run.id, started_at, now)
            if batch:
                crashpoints.reached("before-commit")
        if batch:
            crashpoints.reached("after-commit")
        self.run = Run(self.run.id, started_at, now, now if stops else None)
        return events

    async def _write(self, connection: Connection, batch: list[Observation]) -> list[Event]:
        await serialize(connection)
        first, last = self._first_seq, self._first_seq + len(batch) - 1
        # A commit of which no answer came may have held.
        held = await event_rows.of_run(connection, self.run.id, first, last) if self._in_doubt else []
        events = [event_of(row) for row in held]
        rows = [
            row_of(observation, self.run.id, seq)
            for seq, observation in enumerate(batch[len(held) :], first + len(held))
        ]
        if not rows:
            return events
        ids = await event_rows.add(connection, rows)
        notices = [id for id, row in zip(ids, rows, strict=True) if row["kind"] == Kind.NOTICE]
        about = await event_rows.link(connection, notices) if notices else {}
        for event_id, row in zip(ids, rows, strict=True):
            events.append(event_of({**row, "id": event_id, "about": about.get(event_id)}))
        if self._care < _WITHOUT_CONSEQUENCES:
            for consequence in self.consequences:
                await consequence(connection, events[len(held) :])
        return events

    async def _until(self, signal: asyncio.Event, at_most_s: float) -> None:
        timer = self._later(at_most_s, signal.set)
        try:
            await signal.wait()
        finally:
            timer.cancel()

    def _be_in_trouble(self, error: Exception) -> None:
        why = str(error) or type(error).__name__
        if self._trouble is None:
            self._trouble = (self._now(), why)
            L.error("The history can't be written.", struct_data={"why": why})
            self._changed()

    def _be_well(self) -> None:
        if self._trouble is not None:
            self._trouble = None
            L.warning("The history is written again.")
            self._changed()
