"""A process that records losses and recoveries until it is killed; the last of them ends when everybody was told.

In run N the clusters N and N+1 are lost and come back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

from tests.support.bus import Bus
from tests.support.crashing import at_rest
from tests.support.observations import connected, lost
from tests.support.until import until
from zkdash.alerts.notifiers.webhook import WebhookSettings
from zkdash.alerts.service import AlertService
from zkdash.clock import now_ms
from zkdash.config import AlertConfig, AlertingConfig
from zkdash.store.engine import Store
from zkdash.timeline.service import EventService


async def main(store_url: str, hook_url: str, run: int, ready: Callable[[], None]) -> None:
    bus = Bus("Event.recorded!")
    # Nothing flaps: each loss and each recovery is told.
    bus.config = replace(bus.config, alerting=AlertingConfig(flap_changes=100))
    store = Store(store_url)
    await store.open()
    events = EventService(bus, store)
    await events.start()
    route = AlertConfig("ops", "webhook", settings=WebhookSettings(hook_url), repeat_interval_s=None)
    alerts = AlertService(bus, store, events, (replace(route, group_interval_s=0.2),))
    await alerts.start()
    ready()
    said = 0
    for cluster in (f"c{run}", f"c{run + 1}"):
        for observation in (lost(cluster, now_ms()), connected(cluster, now_ms()), lost(cluster, now_ms())):
            bus.observe(observation)
            said += 1
            await asyncio.sleep(0.05)  # so that a kill finds it in the middle
    await until(lambda: len(bus.heard["Event.recorded!"]) == said, 30.0)
    async with asyncio.timeout(120.0):
        while not await at_rest(store, alerts):  # noqa: ASYNC110 - as `until`, of what only the store knows
            await asyncio.sleep(0.05)
    await alerts.stop()
    await events.stop()
    await store.close()


def live(store_url: str, hook_url: str, run: int, ready: Callable[[], None]) -> None:
    """The whole life of a process."""
    asyncio.run(main(store_url, hook_url, run, ready))
