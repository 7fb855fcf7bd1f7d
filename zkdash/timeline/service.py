"""EventService: the log of everything that happened, and the only way to it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any

import asab

from zkdash.clock import now_ms
from zkdash.errors import StartError
from zkdash.log import get_logger
from zkdash.store import events as event_rows
from zkdash.store import runs as run_rows
from zkdash.store.engine import Store, StoreUnavailable
from zkdash.store.pruning import prune
from zkdash.timeline.event import Event
from zkdash.timeline.recorder import Consequence, Recorder
from zkdash.timeline.rows import event_of, mark_of, run_of
from zkdash.timeline.segments import ALIVE_MS, Mark, Segment, segments
from zkdash.timeline.times import Later, later
from zkdash.zookeeper.states import Observation, State

L = get_logger(__name__)

_MESSAGES = (
    "ZooKeeperContainer.state/CONNECTED!",
    "ZooKeeperContainer.state/SUSPENDED!",
    "ZooKeeperContainer.state/LOST!",
    "ZooKeeperContainer.notice!",
)
_STOP_DEADLINE_S = 3.5  # and half a second more for a store that hangs
_DAY_MS = 86_400_000


class EventService(asab.Service):  # type: ignore[misc]  # asab has no types
    """Records what the clusters' containers publish, publishes "Event.recorded!" after each commit, and answers.

    A store that fails loses nothing: what was seen waits in memory, in order, and `trouble` says so. Every reading
    method raises StoreUnavailable.
    """

    def __init__(self, app: Any, store: Store, *, now: Callable[[], int] = now_ms, later: Later = later) -> None:
        super().__init__(app, "zkdash.EventService")
        self._store = store
        self._now = now
        self._recorder = Recorder(store, recorded=self._publish, changed=self._trouble_changed, now=now, later=later)
        for message in _MESSAGES:
            app.PubSub.subscribe(message, self._on_observation)
        app.PubSub.subscribe("Application.housekeeping!", self._on_housekeeping)

    @property
    def consequences(self) -> list[Consequence]:
        """What else is written in an event's transaction: `async def (connection, events)`."""
        return self._recorder.consequences

    @property
    def trouble(self) -> str:
        """Why the log can't be written, since when, and how much waits; empty when all is well."""
        return self._recorder.trouble

    async def start(self) -> None:
        """Begin to write. Raises StartError."""
        try:
            await self._recorder.start()
        except StoreUnavailable as error:
            raise StartError(f"can't write the history: {error}") from error

    async def stop(self) -> None:
        """Write what waits, within 4 s."""
        await self._recorder.stop(_STOP_DEADLINE_S)

    def record(self, observation: Observation) -> None:
        """Put an observation into the log; gives back at once."""
        self._recorder.record(observation)

    async def get(self, event_id: int) -> Event | None:
        """One event, or None if there is none of this id."""
        async with self._store.connect() as connection:
            row = await event_rows.get(connection, event_id)
        return None if row is None else event_of(row)

    async def about(self, event_id: int) -> list[Event]:
        """The notices that add to a transition, oldest first."""
        async with self._store.connect() as connection:
            return [event_of(row) for row in await event_rows.about(connection, event_id)]

    async def find(
        self,
        *,
        clusters: Collection[str] | None = None,
        states: Collection[State] | None = None,
        since: int | None = None,
        until: int | None = None,
        before: int | None = None,
        after: int | None = None,
        limit: int = 200,
    ) -> list[Event]:
        """Events, the newest first; with `after` the oldest first, to read on from an id.

        `clusters` and `states` (that a transition leads to) are all if None, and none if empty. `since` <= time <
        `until`, UTC ms. `before` and `after` are ids, excluded.
        """
        async with self._store.connect() as connection:
            rows = await event_rows.find(
                connection,
                clusters=clusters,
                states=None if states is None else [str(state) for state in states],
                since=since,
                until=until,
                before=before,
                after=after,
                limit=limit,
            )
        return [event_of(row) for row in rows]

    async def lanes(self, clusters: Collection[str], since: int, until: int) -> dict[str, tuple[Segment, ...]]:
        """In which state each cluster was when, over [since, until], which ends at the present at the latest."""
        async with self._store.connect() as connection:
            rows = await event_rows.transitions(connection, clusters, since, until)
            found = [run_of(row) for row in await run_rows.alive_since(connection, since - ALIVE_MS)]
        now = self._now()
        own = self._recorder.run
        if own.stopped_at is None and not self.trouble:  # what waits in memory isn't in the lanes
            own = replace(own, alive_at=now)
        runs = [*(run for run in found if run.id != own.id), own]
        marks: dict[str, list[Mark]] = {name: [] for name in clusters}
        for row in rows:
            marks[row["cluster"]].append(mark_of(row))
        return {name: segments(marks[name], runs, since, until, now) for name in clusters}

    def _on_observation(self, message: str, container: Any) -> None:
        if container.observation is not None:
            self.record(container.observation)

    def _publish(self, event: Event) -> None:
        self.App.PubSub.publish("Event.recorded!", event)

    def _trouble_changed(self) -> None:
        self.App.PubSub.publish("History.trouble!")

    async def _on_housekeeping(self, message: str) -> None:
        before = self._now() - self.App.config.store.keep_events_days * _DAY_MS
        try:
            events = await prune(self._store, event_rows.prune, before)
            await prune(self._store, run_rows.prune, before)
        except StoreUnavailable as error:
            L.warning("Old events could not be deleted.", struct_data={"why": str(error)})
        else:
            L.info("Old events deleted.", struct_data={"events": events})
