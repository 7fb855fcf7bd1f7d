"""Ways to tell somebody: a file each, found by its being here.

A notifier is a class of its own file with a KIND, which says by which `type` it is chosen and what may be configured.
Nothing else knows it: the configuration, its reference and the sender find it by `notifiers()`.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, cast, runtime_checkable

from zkdash.alerts.notifiers.answer import Answer
from zkdash.config.kinds import Kind

if TYPE_CHECKING:
    from zkdash.alerts.delivery import Delivery
    from zkdash.config import AlertConfig

__all__ = ["Answer", "Message", "Notifier", "Refreshing", "kinds", "notifiers"]

Message = Mapping[str, Any]
"""A delivery's payload, read: docs/schemas/message.json says what is in it."""


class Notifier(Protocol):
    """Tells the receivers of all routes of one type. `now` gives UTC ms."""

    KIND: ClassVar[Kind]

    def __init__(self, now: Callable[[], int]) -> None: ...

    async def start(self) -> None: ...

    async def stop(self) -> None:
        """End within a second."""

    async def send(self, delivery: Delivery, message: Message, route: AlertConfig) -> Answer:
        """Try once, within the route's own deadline. Never raises for what a receiver or the way to it does."""


@runtime_checkable
class Refreshing(Protocol):
    """A notifier whose receivers take silence for the end. How often is the `refresh_s` of a route's settings."""

    async def refresh(self, open_incidents: list[Mapping[str, Any]], route: AlertConfig) -> Answer: ...


@cache
def notifiers() -> Mapping[str, type[Notifier]]:
    """Every notifier there is, by the `type` that chooses it."""
    return {notifier.KIND.name: notifier for notifier in _classes()}


def kinds() -> Mapping[str, Kind]:
    """What may be configured of each."""
    return {name: notifier.KIND for name, notifier in notifiers().items()}


def _classes() -> Iterator[type[Notifier]]:
    for found in pkgutil.iter_modules(__path__):
        module = importlib.import_module(f"{__name__}.{found.name}")
        for _, one in inspect.getmembers(module, inspect.isclass):
            if one.__module__ == module.__name__ and isinstance(getattr(one, "KIND", None), Kind):
                yield cast("type[Notifier]", one)
