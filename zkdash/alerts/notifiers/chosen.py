"""Handing a delivery to the notifier that its route names."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from zkdash.alerts.notifiers import Answer, Notifier, Refreshing, notifiers

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

    async def refresh(self, incidents: list[Mapping[str, Any]], route: AlertConfig) -> Answer:
        """Send again what is still open, to a receiver that would take silence for its end."""
        notifier: object = self._by_type.get(route.type)
        if not isinstance(notifier, Refreshing):
            return Answer(error=f"a notifier of type {route.type} sends nothing again", permanent=True)
        return await notifier.refresh(incidents, route)
