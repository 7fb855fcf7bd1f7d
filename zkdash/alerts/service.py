"""AlertService: from events to incidents, from incidents to what is owed to whom."""

from __future__ import annotations

import random
import uuid
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

import asab

from zkdash.alerts.incident import Delivery, DeliveryState, Incident, What, delivery_of, incident_of
from zkdash.alerts.notifiers.webhook import Webhook
from zkdash.alerts.payload import payload
from zkdash.alerts.rules import LOST_RULE, Verdict, routes_for, verdict
from zkdash.alerts.sender import Sender
from zkdash.clock import now_ms
from zkdash.config import AlertConfig
from zkdash.errors import StartError
from zkdash.log import NOTICE, get_logger
from zkdash.store import deliveries as delivery_rows
from zkdash.store import incidents as incident_rows
from zkdash.store.engine import Store, StoreUnavailable
from zkdash.store.pruning import prune
from zkdash.store.rows import Connection
from zkdash.timeline.event import Event
from zkdash.timeline.service import EventService
from zkdash.timeline.times import Later, later

L = get_logger(__name__)

_DAY_MS = 86_400_000


class AlertService(asab.Service):  # type: ignore[misc]  # asab has no types
    """Owes and sends alerts, and publishes "Delivery.changed!" with each delivery that is new or was tried.

    What is owed for an event is written in the event's transaction, so nothing that was seen goes untold.
    Every coroutine that reads raises StoreUnavailable.
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
        self._routes = routes
        self._counts: Counter[str] = Counter()
        self._failing: set[str] = set()
        self._new: dict[int, list[Delivery]] = {}
        self._sender = Sender(store, Webhook(), changed=self._on_changed, now=now, later=later, chance=chance)
        self._sender.reload(routes)
        events.consequences.append(self._consequence)
        app.PubSub.subscribe("Event.recorded!", self._on_recorded)
        app.PubSub.subscribe("Application.housekeeping!", self._on_housekeeping)

    async def start(self) -> None:
        """Begin to send, first what an earlier process still owed. Raises StartError."""
        try:
            async with self._store.connect() as connection:
                self._counts = Counter(await delivery_rows.count_by_state(connection))
                self._failing = await delivery_rows.failing_routes(connection)
        except StoreUnavailable as error:
            raise StartError(f"can't read what is owed: {error}") from error
        await self._sender.start()

    async def stop(self) -> None:
        """End within a second; what has not been taken stays owed."""
        await self._sender.stop()

    def reload(self, routes: tuple[AlertConfig, ...]) -> None:
        """Take other routes; what is owed to one that is gone is dropped, with the reason."""
        self._routes = routes
        self._sender.reload(routes)

    async def watch_only(self, clusters: Iterable[str]) -> None:
        """Close what is open of clusters that are not watched any more: nobody will see them recover."""
        try:
            async with self._store.begin() as connection:
                closed = await incident_rows.close_others(connection, clusters, self._now())
        except StoreUnavailable as error:
            L.warning("Incidents of clusters that are gone stay open.", struct_data={"why": str(error)})
            return
        if closed:
            L.log(NOTICE, "Incidents of clusters that are gone are closed.", struct_data={"incidents": closed})

    async def incidents(self, open_only: bool = False, limit: int = 200) -> list[Incident]:
        """Open incidents first, then the newest first."""
        async with self._store.connect() as connection:
            return [incident_of(row) for row in await incident_rows.find(connection, open_only=open_only, limit=limit)]

    async def deliveries(
        self, limit: int = 200, incident: int | None = None, event: int | None = None
    ) -> list[Delivery]:
        """The newest first; those of one incident or one event if its id is given."""
        async with self._store.connect() as connection:
            rows = await delivery_rows.find(connection, incident=incident, event=event, limit=limit)
        return [delivery_of(row) for row in rows]

    def failing(self) -> list[str]:
        """The routes whose last try failed, in the order of the configuration."""
        return [route.name for route in self._routes if route.name in self._failing]

    def counts(self) -> dict[str, int]:
        """How many deliveries the store holds in each state; costs nothing."""
        return {state.value: self._counts[state.value] for state in DeliveryState}

    # What an event leads to

    async def _consequence(self, connection: Connection, event: Event) -> None:
        """Open or resolve the incident of the event's cluster and owe what is to be told of it."""
        self._new.pop(event.id, None)  # of a transaction that was rolled back
        match verdict(event):
            case Verdict.OPENS:
                what, incident = What.LOST, await self._opened(connection, event)
            case Verdict.RESOLVES:
                what, incident = What.RECOVERED, await self._resolved(connection, event)
            case None:
                return
        if incident is None:
            return  # it was open already, or there was none
        deliveries = self._owed(what, event, incident)
        if deliveries:
            await delivery_rows.add(connection, [_row(delivery) for delivery in deliveries])
            self._new[event.id] = deliveries

    async def _opened(self, connection: Connection, event: Event) -> Incident | None:
        row = {
            "cluster": event.cluster,
            "rule": LOST_RULE,
            "cause": event.cause.value,
            "reason": event.reason,
            "opened_at": event.at,
            "opened_event_id": event.id,
        }
        incident_id = await incident_rows.open_one(connection, row)
        if incident_id is None:
            return None
        return Incident(incident_id, event.cluster, LOST_RULE, event.cause, event.reason, event.at, event.id)

    async def _resolved(self, connection: Connection, event: Event) -> Incident | None:
        row = await incident_rows.resolve(
            connection, cluster=event.cluster, rule=LOST_RULE, at=event.at, event_id=event.id
        )
        return None if row is None else incident_of(row)

    def _owed(self, what: What, event: Event, incident: Incident) -> list[Delivery]:
        routes = routes_for(self._routes, event.cluster, what)
        if not routes:
            return []
        now = self._now()
        body = payload(what, event, incident, self._label(event.cluster), self.App.config.web.public_url)
        return [
            Delivery(
                id=f"msg_{uuid.uuid4().hex}",
                incident_id=incident.id,
                event_id=event.id,
                route=route.name,
                what=what,
                cluster=event.cluster,
                payload=body,
                state=DeliveryState.OWED,
                tries=0,
                next_try_at=now,
                created_at=now,
            )
            for route in routes
        ]

    def _label(self, cluster: str) -> str:
        clusters = getattr(self.App, "clusters", None)  # they are started after this service
        container = clusters.get(cluster) if clusters is not None else None
        return str(container.label) if container is not None and container.label else cluster

    # What is said of deliveries

    def _on_recorded(self, message: str, event: Event) -> None:
        # What a transaction that was rolled back had prepared is of no use.
        for event_id in [id for id in self._new if id < event.id]:
            del self._new[event_id]
        if event.id in self._new:
            self._sender.wake()
            self._announce(event.id)

    def _announce(self, event_id: int) -> None:
        for delivery in self._new.pop(event_id, ()):
            self._counts[DeliveryState.OWED] += 1
            self.App.PubSub.publish("Delivery.changed!", delivery)

    def _on_changed(self, delivery: Delivery) -> None:
        self._announce(delivery.event_id)  # of many events at once, the sender may be quicker than their messages
        if delivery.state is DeliveryState.OWED:
            self._failing.add(delivery.route)
        else:
            self._failing.discard(delivery.route)
            self._counts[DeliveryState.OWED] -= 1
            self._counts[delivery.state] += 1
        self.App.PubSub.publish("Delivery.changed!", delivery)

    async def _on_housekeeping(self, message: str) -> None:
        now, keep = self._now(), self.App.config.store
        try:
            deliveries = await prune(self._store, delivery_rows.prune, now - keep.keep_deliveries_days * _DAY_MS)
            await prune(self._store, incident_rows.prune, now - keep.keep_events_days * _DAY_MS)
            async with self._store.connect() as connection:
                self._counts = Counter(await delivery_rows.count_by_state(connection))
        except StoreUnavailable as error:
            L.warning("Old deliveries could not be deleted.", struct_data={"why": str(error)})
        else:
            L.info("Old deliveries deleted.", struct_data={"deliveries": deliveries})


def _row(delivery: Delivery) -> dict[str, Any]:
    """Every field, in the store's words: an enum's value is what the driver takes."""
    names = Delivery.__slots__
    return {name: getattr(value := getattr(delivery, name), "value", value) for name in names}
