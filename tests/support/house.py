"""The services around one store, for tests that follow an event to its receiver."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from tests.support.bus import Bus
from tests.support.clock import Clock
from tests.support.receiver import Receiver
from tests.support.until import until
from zkdash.alerts.delivery import Delivery, DeliveryState, What
from zkdash.alerts.notifiers.webhook import WebhookSettings
from zkdash.alerts.service import AlertService
from zkdash.config import AlertConfig
from zkdash.store.engine import Store
from zkdash.timeline.service import EventService
from zkdash.zookeeper.states import Observation


class House:
    """The services around one store, as the application starts and stops them; its clock stands still."""

    def __init__(self, store: Store, clock: Clock, *routes: AlertConfig) -> None:
        self.store = store
        self.clock = clock
        self.routes = routes
        self.bus = Bus(
            "Event.recorded!",
            "Delivery.changed!",
            "Incident.changed!",
            alerts=routes,
            public_url="https://zkdash.example",
        )

    async def start(self) -> None:
        times = {"now": self.clock.now, "later": self.clock.later}
        self.events = EventService(self.bus, self.store, **times)
        await self.events.start()
        self.alerts = AlertService(self.bus, self.store, self.events, self.routes, chance=lambda: 0.5, **times)
        await self.alerts.start()

    async def stop(self) -> None:
        await self.alerts.stop()
        await self.events.stop()

    async def record(self, *observations: Observation) -> None:
        before = len(self.bus.heard["Event.recorded!"])
        for observation in observations:
            self.events.record(observation)
        await until(lambda: len(self.bus.heard["Event.recorded!"]) == before + len(observations))

    async def rests(self) -> None:
        """Wait until nothing is left to do before the clock moves."""
        await until(lambda: self.alerts._sender.resting and self.alerts._dispatcher.resting)

    def changes(self) -> list[tuple[What, DeliveryState, int]]:
        """(what, state, tries) of each "Delivery.changed!"."""
        return [(one.what, one.state, one.tries) for one in self.bus.heard["Delivery.changed!"]]

    async def tried(self, times: int) -> Delivery:
        """Wait until so many tries are on record; gives the delivery that was tried last."""

        def tries() -> list[Delivery]:
            return [one for one in self.bus.heard["Delivery.changed!"] if one.tries]

        await until(lambda: len(tries()) >= times, what=f"{times} tries")
        return tries()[-1]


@asynccontextmanager
async def house(store: Store, clock: Clock, *routes: AlertConfig) -> AsyncIterator[House]:
    one = House(store, clock, *routes)
    await one.start()
    try:
        yield one
    finally:
        await one.stop()


def route(there: Receiver | str, name: str = "ops", secret: bytes | None = None, **more: object) -> AlertConfig:
    url = there if isinstance(there, str) else there.url
    return replace(AlertConfig(name, "webhook", settings=WebhookSettings(url, secret)), **more)
