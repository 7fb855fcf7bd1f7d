"""AlertService: from events to incidents, from incidents to who is told what, and what people do about it."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import asab

from zkdash.alerts import acting, ledger, silencing
from zkdash.alerts.delivery import Delivery, DeliveryState
from zkdash.alerts.dispatcher import Dispatcher, Orders
from zkdash.alerts.incident import Incident, incident_of
from zkdash.alerts.mutes import Hold
from zkdash.alerts.notifiers.chosen import Notifiers
from zkdash.alerts.pruning import prune_all
from zkdash.alerts.reading import Reading
from zkdash.alerts.refreshing import Refresher
from zkdash.alerts.sender import Sender
from zkdash.alerts.silence import Silence, SilenceDraft, silence_of
from zkdash.clock import now_ms
from zkdash.config import AlertConfig, AlertingConfig
from zkdash.errors import StartError
from zkdash.log import NOTICE, get_logger
from zkdash.store import deliveries as delivery_rows
from zkdash.store import incidents as incident_rows
from zkdash.store import silences as silence_rows
from zkdash.store.engine import Store, StoreUnavailable
from zkdash.store.rows import Connection
from zkdash.timeline.event import Event
from zkdash.timeline.service import EventService
from zkdash.timeline.times import Later, later

L = get_logger(__name__)

NOT_WATCHED = "its cluster is not watched any more"
CLOSE_AGAIN_S = 5.0
"""After how long what could not be closed for the store's sake is tried again."""


class AlertService(Reading, asab.Service):  # type: ignore[misc]  # asab has no types
    """Publishes "Incident.changed!" and "Delivery.changed!" with what is new or changed, and "Silence.changed!".

    What is owed for an event is written in the event's transaction, so nothing that was seen goes untold.
    Every coroutine raises StoreUnavailable; those that act on what isn't there raise LookupError.
    """

    def __init__(
        self,
        app: Any,
        store: Store,
        events: EventService,
        routes: tuple[AlertConfig, ...],
        *,
        now: Callable[[], int] = now_ms,
        later: Later = later,
        chance: Callable[[], float] = random.random,
    ) -> None:
        super().__init__(app, "zkdash.AlertService")
        self._store = store
        self._now = now
        self._later = later
        self._watched: tuple[str, ...] = ()
        self._close_again: asyncio.TimerHandle | None = None
        self._closing: asyncio.Task[None] | None = None
        self._routes = routes
        self._counts: Counter[str] = Counter()
        self._failing: set[str] = set()
        self._fresh: list[Incident] = []
        self._fresh_event_id = 0
        self._hold: Hold | None = None
        notifiers = Notifiers(now)
        self._refresher = Refresher(store, notifiers, now=now, later=later)
        self._sender = Sender(store, notifiers, changed=self._on_tried, now=now, later=later, chance=chance)
        self._dispatcher = Dispatcher(store, made=self._on_made, changed=self._on_incidents, now=now, later=later)
        self._order()
        self._sender.reload(routes)
        self._refresher.reload(routes)
        events.consequences.append(self._consequence)
        app.PubSub.subscribe("Event.recorded!", self._on_recorded)
        app.PubSub.subscribe("Application.housekeeping!", self._on_housekeeping)

    async def start(self) -> None:
        """Begin to tell, first what an earlier process still owed. Raises StartError."""
        try:
            async with self._store.connect() as connection:
                self._counts = Counter(await delivery_rows.count_by_state(connection))
                self._failing = await delivery_rows.failing_routes(connection)
            await self._dispatcher.start()
        except StoreUnavailable as error:
            raise StartError(f"can't read what is owed: {error}") from error
        await self._sender.start()
        await self._refresher.start()

    async def stop(self) -> None:
        """End within a second; what has not been taken stays owed."""
        self._forget_closing()
        if self._closing is not None:
            self._closing.cancel()
            await asyncio.gather(self._closing, return_exceptions=True)
        await self._refresher.stop()
        await self._dispatcher.stop()
        await self._sender.stop()

    def reload(self, routes: tuple[AlertConfig, ...]) -> None:
        """Take other routes; what is owed to one that is gone is dropped, and a new one is told of what is open."""
        self._routes = routes
        self._order()
        self._sender.reload(routes)
        self._refresher.reload(routes)

    def clock_was_set(self, by_ms: int) -> None:
        """The wall clock was set ahead, or back (below 0): who sleeps until a time by it looks again."""
        if by_ms < 0:
            self._sender.clock_was_set_back()
        self._sender.wake()
        self._refresher.wake()
        self._dispatcher.wake(everything=True)

    async def watch_only(self, clusters: Iterable[str]) -> None:
        """Close what is open of clusters that are not watched any more: nobody will see them recover."""
        self._watched = tuple(clusters)
        await self._close_others()

    async def _close_others(self) -> None:
        """Now, or as soon as the store can be written."""
        self._forget_closing()
        try:
            async with self._store.begin() as connection:
                rows = await incident_rows.close_others(connection, self._watched, self._now(), NOT_WATCHED)
                closed = [incident_of(row) for row in rows]
                await acting.forget(connection, self._watched, [incident.id for incident in closed], NOT_WATCHED)
        except StoreUnavailable as error:
            L.warning("Incidents of clusters that are gone stay open for now.", struct_data={"why": str(error)})
            self._close_again = self._later(CLOSE_AGAIN_S, self._close_soon)
            return
        if closed:
            L.log(NOTICE, "Incidents of clusters that are gone are closed.", struct_data={"incidents": len(closed)})
            self._on_incidents(closed)
            self._dispatcher.wake(everything=True)

    def _close_soon(self) -> None:
        self._closing = asyncio.get_running_loop().create_task(self._close_others())

    def _forget_closing(self) -> None:
        if self._close_again is not None:
            self._close_again.cancel()
            self._close_again = None

    # What there is

    def failing(self) -> list[str]:
        """The routes whose last try failed, in the order of the configuration."""
        return [route.name for route in self._routes if route.name in self._failing]

    def counts(self) -> dict[str, int]:
        """How many deliveries the store holds in each state; costs nothing."""
        return {state.value: self._counts[state.value] for state in DeliveryState}

    @property
    def held(self) -> str:
        """Why nothing is told now, because zkdash itself may be the trouble; empty if that isn't so."""
        return "" if self._hold is None else self._hold.reason

    # What people do

    async def acknowledge(self, incident_id: int, by: str, note: str = "") -> Incident:
        """Somebody looks after an open incident: no repeats, no escalation. Raises LookupError, ValueError."""
        return await self._acknowledged(incident_id, self._now(), by, note)

    async def unacknowledge(self, incident_id: int, by: str) -> Incident:
        """Nobody looks after it any more. Raises LookupError."""
        L.log(NOTICE, "An acknowledgement was taken back.", struct_data={"incident": incident_id, "by": by})
        return await self._acknowledged(incident_id, None, "", "")

    async def add_silence(self, draft: SilenceDraft) -> Silence:
        """Raises ValueError, in plain words, for one that can't be."""
        async with self._store.begin() as connection:
            silence = await silencing.add(connection, draft, self._now())
        self._silences_changed()
        return silence

    async def end_silence(self, silence_id: int, by: str) -> Silence:
        """Raises LookupError if there is none that goes on."""
        async with self._store.begin() as connection:
            row = await silence_rows.end(connection, silence_id, self._now(), acting.checked(by, "who ends it"))
        if row is None:
            raise LookupError(f"there is no silence {silence_id} that could be ended")
        self._silences_changed()
        return silence_of(row)

    async def send_test(self, route: str, by: str) -> Delivery:
        """Owe a route a message that says that nothing is wrong. Raises LookupError."""
        if route not in {one.name for one in self._routes}:
            raise LookupError(f"there is no alert {route}")
        async with self._store.begin() as connection:
            made = await acting.test(connection, route, by, self._now(), self.App.config.web.public_url)
        self._on_made([made])
        return made

    async def resend(self, delivery_id: str, by: str) -> Delivery:
        """Try again at once what is owed or was given up; tell once more, with an id of its own, what was taken.

        Raises LookupError if there is no such delivery or its route is gone.
        """
        async with self._store.begin() as connection:
            before, made = await acting.resend(connection, delivery_id, {one.name for one in self._routes}, self._now())
        L.log(NOTICE, "A delivery is sent again.", struct_data={"delivery": delivery_id, "by": by})
        if before.id == made.id:
            self._counts[before.state] -= 1
        self._on_made([made])
        return made

    def hold(self, reason: str | None) -> None:
        """zkdash itself may be the trouble: tell nobody anything for now (5 min at most). None: it isn't any more."""
        if reason is None:
            self._hold = None
        else:
            self._hold = Hold(reason, self._now() if self._hold is None else self._hold.since)
        self._order()
        self.App.PubSub.publish("Alerts.held!")

    # What an event leads to

    async def _consequence(self, connection: Connection, events: Sequence[Event]) -> None:
        """Open and resolve incidents, and write down who is to be told, in the events' transaction."""
        self._fresh, self._fresh_event_id = [], 0  # of a transaction that was rolled back
        orders = self._dispatcher.orders
        fresh, waits = await ledger.record(
            connection, events, orders.alerting, orders.routes, orders.label, self._now()
        )
        if fresh or waits:
            self._fresh, self._fresh_event_id = fresh, events[0].id

    def _on_recorded(self, message: str, event: Event) -> None:
        if event.id == self._fresh_event_id:  # the first of its transaction, which is committed
            fresh, self._fresh, self._fresh_event_id = self._fresh, [], 0
            self._dispatcher.wake()
            self._on_incidents(fresh)

    # What is said

    def _on_incidents(self, incidents: list[Incident]) -> None:
        for incident in incidents:
            self.App.PubSub.publish("Incident.changed!", incident)

    def _on_made(self, deliveries: list[Delivery]) -> None:
        self._counts[DeliveryState.OWED] += len(deliveries)
        self._sender.wake()
        for delivery in deliveries:
            self.App.PubSub.publish("Delivery.changed!", delivery)

    def _on_tried(self, delivery: Delivery) -> None:
        if delivery.state in (DeliveryState.OWED, DeliveryState.FAILED):
            self._failing.add(delivery.route)
        else:
            self._failing.discard(delivery.route)
        if delivery.state is not DeliveryState.OWED:
            self._counts[DeliveryState.OWED] -= 1
            self._counts[delivery.state] += 1
        self.App.PubSub.publish("Delivery.changed!", delivery)

    async def _acknowledged(self, incident_id: int, at: int | None, by: str, note: str) -> Incident:
        async with self._store.begin() as connection:
            incident = await acting.acknowledge(connection, incident_id, at, by, note)
        self._dispatcher.wake()
        self._on_incidents([incident])
        return incident

    def _silences_changed(self) -> None:
        self._dispatcher.wake(everything=True)
        self.App.PubSub.publish("Silence.changed!")

    def _order(self) -> None:
        config = self.App.config
        self._dispatcher.order(
            Orders(
                routes=self._routes,
                alerting=getattr(config, "alerting", AlertingConfig()),
                silences=getattr(config, "silences", ()),
                public_url=config.web.public_url,
                label=self._label,
                hold=self._hold,
            )
        )

    def _label(self, cluster: str) -> str:
        clusters = getattr(self.App, "clusters", None)  # they are started after this service
        container = clusters.get(cluster) if clusters is not None else None
        return str(container.label) if container is not None and container.label else cluster

    async def _on_housekeeping(self, message: str) -> None:
        try:
            await prune_all(self._store, self.App.config.store, self._now())
            async with self._store.connect() as connection:
                self._counts = Counter(await delivery_rows.count_by_state(connection))
        except StoreUnavailable as error:
            L.warning("Old deliveries could not be deleted.", struct_data={"why": str(error)})
