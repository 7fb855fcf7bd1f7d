"""Sending a test at once, past the store: what the command line does."""

from __future__ import annotations

import uuid

from zkdash.alerts.delivery import Delivery, DeliveryKind, DeliveryState
from zkdash.alerts.notifiers import Answer
from zkdash.alerts.notifiers.chosen import Notifiers
from zkdash.alerts.payload import payload_of_test
from zkdash.clock import now_ms
from zkdash.config import AlertConfig


async def send_now(route: AlertConfig, by: str, public_url: str) -> Answer:
    """What came of a test to a route's receiver, tried once."""
    now = now_ms()
    delivery = Delivery(
        id=f"msg_{uuid.uuid4().hex}",
        number=0,
        kind=DeliveryKind.TEST,
        incident_id=None,
        event_id=None,
        route=route.name,
        cluster="",
        payload=payload_of_test(route.name, by, now, public_url),
        state=DeliveryState.OWED,
        tries=0,
        next_try_at=now,
        created_at=now,
    )
    notifiers = Notifiers(now_ms)
    await notifiers.start()
    try:
        return await notifiers.send(delivery, route)
    finally:
        await notifiers.stop()
