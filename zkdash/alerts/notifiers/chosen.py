"""Handing a delivery to the notifier that its route names."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

from zkdash.alerts.notifiers import Answer, Notifier, notifiers

if TYPE_CHECKING:
    from zkdash.alerts.delivery import Delivery
    from zkdash.config import AlertConfig


class Notifiers:
    """Every notifier, one of each. `now` gives UTC ms."""

    def __init__(self, now: Callable[[], int]) -> None:
        self._by_type: dict[str, Notifier] = {name: notifier(now) for name, notifier in notifiers().items()}

    async def start(self) -> None:
        for notifier in self._by_type.values():
            await notifier.start()

    async def stop(self) -> None:
        for notifier in self._by_type.values():
            await notifier.stop()

    async def send(self, delivery: Delivery, route: AlertConfig) -> Answer:
        """Try once. Never raises for what a receiver or the way to it does."""
        notifier = self._by_type.get(route.type)
        if notifier is None:
            return Answer(error=f"there is no notifier of type {route.type}", permanent=True)
        return await notifier.send(delivery, json.loads(delivery.payload), route)
