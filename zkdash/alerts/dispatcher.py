"""The dispatcher: it looks at what routes are to be told, and makes deliveries of it, when it is time."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

from zkdash import crashpoints
from zkdash.alerts import ledger, silencing
from zkdash.alerts.delivery import Delivery, DeliveryState
from zkdash.alerts.incident import Incident, incident_of, words
from zkdash.alerts.mutes import HOLD_MS, Hold, Scene
from zkdash.alerts.notification import notification_of
from zkdash.alerts.payload import Context, event_id_of, payload
from zkdash.alerts.plan import Case, Gates, Telling
from zkdash.alerts.planner import plan
from zkdash.alerts.rules import CLUSTER_IS_GONE
from zkdash.alerts.silence import silence_of
from zkdash.clock import SetBack
from zkdash.config import AlertConfig, AlertingConfig, SilenceConfig
from zkdash.log import get_logger
from zkdash.nap import Nap
from zkdash.pace import Pace
from zkdash.store import conditions as condition_rows
from zkdash.store import deliveries as delivery_rows
from zkdash.store import events as event_rows
from zkdash.store import incidents as incident_rows
from zkdash.store import notifications as notification_rows
from zkdash.store import silences as silence_rows
from zkdash.store.engine import Store, StoreUnavailable, serialize
from zkdash.store.rows import Connection
from zkdash.timeline.event import Event
from zkdash.timeline.rows import event_of
from zkdash.timeline.times import Later

L = get_logger(__name__)

_STORE_RETRY_S = 2.0
_TOGETHER_S = 0.03
"""What happens so soon after the last look is looked at together."""
_LONGEST_WAIT_S = 60.0  # and then look again: the clock may have been set
_TOLD_BEFORE = 10
"""Of how many incidents of a message it is told what changed before."""
_CHANGES_BEFORE = 3


@dataclass(frozen=True, slots=True)
class Orders:
    """What the dispatcher goes by: it is replaced as a whole when the configuration is."""

    routes: tuple[AlertConfig, ...] = ()
    alerting: AlertingConfig = field(default_factory=AlertingConfig)
    silences: tuple[SilenceConfig, ...] = ()
    public_url: str = ""
    label: Callable[[str], str] = str
    hold: Hold | None = None


class Dispatcher:
    """One worker. `made` is called with each delivery, `changed` with each incident, after the commit."""

    def __init__(
        self,
        store: Store,
        *,
        made: Callable[[list[Delivery]], None],
        changed: Callable[[list[Incident]], None],
        now: Callable[[], int],
        later: Later,
    ) -> None:
        self.orders = Orders()
        self._store = store
        self._made = made
        self._changed = changed
        self._now = now
        self._gates: dict[str, Gates] = {}
        self._nap = Nap(later)
        self._pace = Pace(_TOGETHER_S)
        self._everything = True
        self._routes_are_new = True
        self._set_back = SetBack()
        self._task: asyncio.Task[None] | None = None

    def order(self, orders: Orders) -> None:
        """Go by other routes and settings, from now on."""
        self._routes_are_new = self._routes_are_new or _configured(orders) != _configured(self.orders)
        self.orders = orders
        self.wake(everything=True)

    def wake(self, everything: bool = False) -> None:
        """Something is to be looked at; `everything`: all that is live, whether its time has come or not."""
        self._everything = self._everything or everything
        self._nap.wake()

    @property
    def resting(self) -> bool:
        """Whether all is done that can be done before the clock moves or something happens."""
        return self._nap.resting

    async def start(self) -> None:
        """Begin to work. Raises StoreUnavailable."""
        async with self._store.begin() as connection:
            await serialize(connection)
            await ledger.forget_waiting(connection, self.orders.alerting, self._now())
        self._task = asyncio.create_task(self._work(), name="zkdash: decide what is told")

    async def stop(self) -> None:
        if self._task is not None:
            await self._nap.end(self._task)
            self._task = None

    async def _work(self) -> None:
        while True:
            await self._pace.turn()
            # The planner knows waits that can't be.
            everything, anew = self._everything or self._set_back.seen(self._now()), self._routes_are_new
            self._everything = self._routes_are_new = False
            try:
                wait_s = await self._look(everything, anew)
            except Exception as error:
                self._everything |= everything
                self._routes_are_new |= anew
                wait_s = _STORE_RETRY_S
                if isinstance(error, StoreUnavailable):
                    L.warning("What is to be told can't be decided.", struct_data={"why": str(error)})
                else:
                    L.exception("What is to be told could not be decided.")
                    wait_s = _LONGEST_WAIT_S
            await self._nap.sleep(wait_s)

    async def _look(self, everything: bool, anew: bool) -> float:
        """Make what is due; gives the seconds until something may be due next."""
        orders, gates = self.orders, dict(self._gates)
        async with self._store.begin() as connection:
            await serialize(connection)
            now = self._now()  # not before: the store may have kept us waiting while the clock was set
            if anew:
                await silencing.sync(connection, orders.silences, now)
                await ledger.adopt(connection, orders.routes, orders.label, now)
            touched = await ledger.look(connection, orders.alerting, orders.routes, orders.label, now)
            names = {route.name for route in orders.routes}
            due = names if everything else names & await notification_rows.due_routes(connection, now)
            deliveries = await self._plan(connection, due, gates, now) if due else []
            nexts = [await notification_rows.next_look(connection), await condition_rows.next_look(connection)]
            if deliveries:
                crashpoints.reached("before-delivery-commit")
        if deliveries:
            crashpoints.reached("after-delivery-commit")
        self._gates = gates
        if touched:
            self._changed(touched)
        if deliveries:
            self._made(deliveries)
        ahead = [(at - now) / 1000 for at in nexts if at is not None]
        return max(0.0, min([*ahead, _LONGEST_WAIT_S]))

    async def _plan(self, connection: Connection, due: set[str], gates: dict[str, Gates], now: int) -> list[Delivery]:
        orders = self.orders
        routes = {route.name: route for route in orders.routes}
        scene = Scene(
            now=now,
            silences=tuple(silence_of(row) for row in await silence_rows.find(connection, not_over_at=now)),
            lost=await incident_rows.clusters_with(connection, CLUSTER_IS_GONE),
            hold=orders.hold,
            label=orders.label,
        )
        tellings: list[tuple[AlertConfig, Telling]] = []
        for _ in range(1 + len(routes)):  # an escalation may go from route to route
            cases: dict[str, list[Case]] = {name: [] for name in due}
            for own, its in await notification_rows.live(connection, due):
                cases[own["route"]].append(Case(notification_of(own), incident_of(its)))
            due, changed = set(), []
            for name, its_cases in cases.items():
                found, gates[name] = plan(routes[name], its_cases, scene, gates.get(name, Gates()), _new_id)
                tellings += [(routes[name], telling) for telling in found.tellings]
                changed += found.notifications
                await silence_rows.mute(connection, found.mutes, now)
                target = routes.get(routes[name].escalate_to)
                if found.escalated and target is not None:
                    await ledger.escalate(connection, target, found.escalated, now)
                    due.add(target.name)
            await notification_rows.write(connection, [words(one) for one in changed])
            if not due:
                break
        return await self._deliver(connection, tellings, now)

    async def _deliver(
        self, connection: Connection, tellings: list[tuple[AlertConfig, Telling]], now: int
    ) -> list[Delivery]:
        if not tellings:
            return []
        context = await self._context(connection, [telling for _, telling in tellings], now)
        first = 1 + await delivery_rows.last_number(connection)
        deliveries, about = [], []
        for number, (route, telling) in enumerate(tellings, first):
            deliveries.append(_delivery(number, route, telling, now, context))
            about += [
                {
                    "delivery_id": telling.id,
                    "incident_id": incident.id,
                    "event_id": event_id_of(telling.kind, incident),
                    "about": " ".join(incident.key),
                }
                for incident in telling.incidents
            ]
        await delivery_rows.add(connection, [words(one) for one in deliveries], about)
        return deliveries

    async def _context(self, connection: Connection, tellings: list[Telling], now: int) -> Context:
        """What the messages say beside their incidents."""
        ids = {event_id_of(one.kind, one.incidents[0]) for one in tellings if len(one.incidents) == 1}
        events = {row["id"]: event_of(row) for row in await event_rows.by_id(connection, ids)} if ids else {}
        before: dict[int, list[Event]] = {}
        for incident in {one.id: one for telling in tellings for one in telling.incidents[:_TOLD_BEFORE]}.values():
            if incident.is_open and len(before) < _TOLD_BEFORE:
                rows = await event_rows.last_before(
                    connection, incident.cluster, incident.opened_event_id, _CHANGES_BEFORE
                )
                before[incident.id] = [event_of(row) for row in rows]
        hold = self.orders.hold
        doubt = hold.reason if hold is not None and now >= hold.since + HOLD_MS else ""
        return Context(events, before, self.orders.label, self.orders.public_url, doubt)


def _configured(orders: Orders) -> tuple[object, ...]:
    return (orders.routes, orders.silences)


def _new_id() -> str:
    return f"msg_{uuid.uuid4().hex}"


def _delivery(number: int, route: AlertConfig, telling: Telling, now: int, context: Context) -> Delivery:
    clusters = {incident.cluster for incident in telling.incidents}
    first = telling.incidents[0]
    return Delivery(
        id=telling.id,
        number=number,
        kind=telling.kind,
        incident_id=first.id,
        event_id=event_id_of(telling.kind, first),
        route=route.name,
        cluster=first.cluster if len(clusters) == 1 else "",
        payload=payload(telling.kind, telling.incidents, route.name, now, context),
        state=DeliveryState.OWED,
        tries=0,
        next_try_at=now,
        created_at=now,
    )
