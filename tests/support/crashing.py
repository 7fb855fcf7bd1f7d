"""A process that records what it is told and sends what is owed, to be killed at a crash point and started again.

python -m tests.support.crashing STORE_URL HOOK_URL [lost|connected|starting|never-connected]…
It ends by itself when all is recorded and nobody is to be told anything any more.
"""

from __future__ import annotations

import asyncio
import sys

from sqlalchemy import case, func, select

from tests.support.bus import Bus
from tests.support.observations import connected, lost, notice, starting
from tests.support.until import until
from zkdash.alerts.delivery import DeliveryState
from zkdash.alerts.notification import NotificationState
from zkdash.alerts.notifiers.webhook import WebhookSettings
from zkdash.alerts.service import AlertService
from zkdash.config import AlertConfig
from zkdash.store.engine import Store
from zkdash.store.schema import incidents, notifications
from zkdash.timeline.service import EventService
from zkdash.zookeeper.states import Cause

SEEN = {
    "lost": lost("a"),
    "connected": connected("a"),
    "starting": starting("a"),
    "never-connected": notice("a", Cause.NEVER_CONNECTED),
}


async def main(store_url: str, hook_url: str, *seen: str) -> None:
    bus = Bus("Event.recorded!")
    store = Store(store_url)
    await store.open()
    events = EventService(bus, store)
    await events.start()
    alerts = AlertService(
        bus, store, events, (AlertConfig("ops", "webhook", settings=WebhookSettings(hook_url, b"key")),)
    )
    await alerts.start()
    for word in seen:
        bus.observe(SEEN[word])
    await until(lambda: len(bus.heard["Event.recorded!"]) == len(seen), 20.0)
    async with asyncio.timeout(20.0):
        while not await at_rest(store, alerts):  # noqa: ASYNC110 - as `until`, of what only the store knows
            await asyncio.sleep(0.02)
    await alerts.stop()
    await events.stop()
    await store.close()


async def at_rest(store: Store, alerts: AlertService) -> bool:
    """Whether everybody knows what he is to know: of what is open, and of what is over."""
    known = case((incidents.c.resolved_at.is_(None), NotificationState.TOLD), else_=NotificationState.DONE)
    others = (
        select(func.count())
        .select_from(notifications.join(incidents, incidents.c.id == notifications.c.incident_id))
        .where(notifications.c.state != known)
    )
    async with store.connect() as connection:
        return not await connection.scalar(others) and not alerts.counts()[DeliveryState.OWED]


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
