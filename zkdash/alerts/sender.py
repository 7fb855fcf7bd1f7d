"""The sender works off the deliveries that are owed, until their receivers have taken them."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable

from zkdash import crashpoints
from zkdash.alerts.delivery import Attempt, Delivery, DeliveryState, delivery_of
from zkdash.alerts.notifiers import Answer
from zkdash.alerts.notifiers.chosen import Notifiers
from zkdash.alerts.outcomes import Outcome, Outcomes
from zkdash.alerts.retries import LONGEST_RETRY_AFTER_S, retry
from zkdash.clock import SetBack
from zkdash.config import AlertConfig
from zkdash.log import get_logger
from zkdash.nap import GRACE_S, Nap
from zkdash.store import deliveries as rows
from zkdash.store.engine import Store, StoreUnavailable
from zkdash.store.text import storable
from zkdash.timeline.times import Later, later

L = get_logger(__name__)

PER_ROUTE = 32
"""How many deliveries are under way to one route at a time."""

_STORE_RETRY_S = 2.0
_LONGEST_WAIT_S = 60.0  # and then look again: the clock may have been set


class Sender:
    """Sends to several routes at once and to each several at once, but in order within an incident.

    `changed` is called with each delivery after what became of it is committed. `now` gives UTC ms, `later` calls
    back after seconds, `chance` gives 0 to 1 for the jitter.
    """

    def __init__(
        self,
        store: Store,
        notifiers: Notifiers,
        *,
        changed: Callable[[Delivery], None],
        now: Callable[[], int],
        later: Later = later,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._store = store
        self._notifiers = notifiers
        self._changed = changed
        self._now = now
        self._later = later
        self._chance = chance
        self._routes: dict[str, AlertConfig] = {}
        self._routes_are_new = True
        self._nap = Nap(later)
        self._task: asyncio.Task[None] | None = None
        self._outcomes = Outcomes(store, self._pause, now)
        self._set_back, self._was_set_back, self._is_new = SetBack(), False, True
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._route_of: dict[str, str] = {}

    def reload(self, routes: tuple[AlertConfig, ...]) -> None:
        """Take other routes; what is owed to one that is gone is dropped, with the reason."""
        self._routes = {route.name: route for route in routes}
        self._routes_are_new = True
        self._nap.wake()

    def wake(self) -> None:
        """Something new is owed."""
        self._nap.wake()

    def clock_was_set_back(self) -> None:
        """What is owed waits for a time that was near and is far now: it is tried at once."""
        self._was_set_back = True
        self._nap.wake()

    async def start(self) -> None:
        await self._notifiers.start()
        self._task = asyncio.create_task(self._work(), name="zkdash: send alerts")

    async def stop(self) -> None:
        """End within a second; what has not been taken stays owed."""
        if self._task is not None:
            await self._nap.end(self._task)
            self._task = None
        if self._under_way:
            await asyncio.wait(self._under_way.values(), timeout=GRACE_S)
        for task in self._under_way.values():
            task.cancel()
        if self._under_way:
            await asyncio.wait(self._under_way.values())
        await self._notifiers.stop()

    async def _work(self) -> None:
        while True:
            try:
                if self._routes_are_new:
                    await self._drop_for_gone_routes()
                wait_s = await self._start_due()
            except StoreUnavailable as error:
                L.warning("What is owed can't be read.", struct_data={"why": str(error)})
                wait_s = _STORE_RETRY_S
            except Exception:
                L.exception("The alerts could not be worked off.")
                wait_s = _LONGEST_WAIT_S
            await self._nap.sleep(wait_s)

    async def _drop_for_gone_routes(self) -> None:
        self._routes_are_new = False
        try:
            async with self._store.begin() as connection:
                dropped = await rows.drop_others(connection, self._routes, "its alert is no longer configured")
        except StoreUnavailable:
            self._routes_are_new = True
            raise
        for row in dropped:
            self._changed(delivery_of(row))

    async def _start_due(self) -> float:
        """Start every try that is due; gives the seconds until the next is."""
        now, wait_s = self._now(), _LONGEST_WAIT_S
        self._was_set_back = self._set_back.seen(now) or self._was_set_back
        if self._was_set_back or self._is_new:
            async with self._store.begin() as connection:
                await (rows.hurry_all if self._was_set_back else rows.hurry_from_ahead)(connection, now)
            self._was_set_back = self._is_new = False
        busy = Counter(self._route_of.values())
        for route in list(self._routes.values()):
            free = PER_ROUTE - busy[route.name]
            if free <= 0:
                continue  # a try that ends wakes the sender
            under_way = [id for id, name in self._route_of.items() if name == route.name]
            async with self._store.connect() as connection:
                heads = await rows.heads(connection, route.name, without=under_way, limit=free)
            for row in heads:
                ahead_s = (row["next_try_at"] - now) / 1000
                # No wait is longer than this: the clock was set back while nobody looked.
                if ahead_s <= 0 or ahead_s > LONGEST_RETRY_AFTER_S + _LONGEST_WAIT_S:
                    self._start(delivery_of(row), route)
                else:
                    wait_s = min(wait_s, ahead_s)
        return wait_s

    def _start(self, delivery: Delivery, route: AlertConfig) -> None:
        task = asyncio.create_task(self._deliver(delivery, route), name=f"zkdash: send {delivery.id}")
        self._under_way[delivery.id] = task
        self._route_of[delivery.id] = delivery.route
        task.add_done_callback(lambda _: self._ended(delivery.id))

    def _ended(self, delivery_id: str) -> None:
        del self._under_way[delivery_id], self._route_of[delivery_id]
        self._nap.wake()

    async def _deliver(self, delivery: Delivery, route: AlertConfig) -> None:
        crashpoints.reached("before-send")
        began = self._now()
        try:
            answer = await self._notifiers.send(delivery, route)
        except Exception as error:
            L.exception("An alert could not be sent.", struct_data={"route": route.name})
            answer = Answer(error=f"zkdash failed to send it: {type(error).__name__}")
        crashpoints.reached("after-send")
        try:
            # Until that is written it is not tried again: better late than twice.
            self._changed(await self._outcomes.write(self._outcome(delivery, answer, began)))
        except Exception:
            L.exception("What became of an alert can't be written.", struct_data={"delivery": delivery.id})
            await self._pause(_LONGEST_WAIT_S)

    def _outcome(self, delivery: Delivery, answer: Answer, began: int) -> Outcome:
        now, tries = self._now(), delivery.tries + 1
        taken = not answer.error
        state, wait_ms, refusals = DeliveryState.SENT, 0, 0
        if not taken:
            again = retry(delivery, answer, now, self._chance())
            refusals = again.refusals
            state = DeliveryState.FAILED if again.wait_s is None else DeliveryState.OWED
            wait_ms = round((again.wait_s or 0.0) * 1000)
        return Outcome(
            before=delivery,
            state=state,
            tries=tries,
            refusals=refusals,
            wait_ms=wait_ms,
            last_status=answer.status,
            last_error=answer.error or answer.note,
            sent_at=now if taken else None,
            attempt=Attempt(
                delivery_id=delivery.id,
                n=tries,
                at=began,
                took_ms=max(now - began, 0),
                status=answer.status,
                error=answer.error or answer.note,
                request=storable(answer.request),
                response=storable(answer.response),
            ),
        )

    @property
    def resting(self) -> bool:
        """Whether all is done that can be done before the clock moves or something happens."""
        return self._nap.resting and not self._under_way

    async def _pause(self, seconds: float) -> None:
        over = asyncio.Event()
        timer = self._later(seconds, over.set)
        try:
            await over.wait()
        finally:
            timer.cancel()
