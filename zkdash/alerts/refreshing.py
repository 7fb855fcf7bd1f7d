"""Sending again what is still open to receivers that take silence for its end, as Alertmanager does."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from zkdash.alerts.notifiers.chosen import Notifiers
from zkdash.config import AlertConfig
from zkdash.log import get_logger
from zkdash.nap import Nap
from zkdash.store import refreshes
from zkdash.store.engine import Store, StoreUnavailable
from zkdash.store.rows import Row
from zkdash.timeline.times import Later, later

L = get_logger(__name__)

_LONGEST_WAIT_S = 60.0


class Refresher:
    """What it sends is what the store holds to be told and open, so that it goes on after a restart.

    It is no delivery: nobody is owed it, and what fails is made up for by the next time. `now` gives UTC ms, `later`
    calls back after seconds.
    """

    def __init__(self, store: Store, notifiers: Notifiers, *, now: Callable[[], int], later: Later = later) -> None:
        self._store = store
        self._notifiers = notifiers
        self._now = now
        self._routes: tuple[AlertConfig, ...] = ()
        self._due_at: dict[str, int] = {}
        self._failing: set[str] = set()
        self._nap = Nap(later)
        self._task: asyncio.Task[None] | None = None

    def reload(self, routes: Sequence[AlertConfig]) -> None:
        """Take other routes; new ones are refreshed at once."""
        self._routes = tuple(route for route in routes if _every_s(route) is not None)
        names = {route.name for route in self._routes}
        self._due_at = {name: at for name, at in self._due_at.items() if name in names}
        self._nap.wake()

    def wake(self) -> None:
        """The clock was set: look again at what is due."""
        self._nap.wake()

    async def start(self) -> None:
        self._task = asyncio.create_task(self._work(), name="zkdash: refresh alerts")

    async def stop(self) -> None:
        if self._task is not None:
            await self._nap.end(self._task)
            self._task = None

    async def _work(self) -> None:
        while True:
            try:
                await self._refresh_due()
            except StoreUnavailable as error:
                L.warning("What to send again can't be read.", struct_data={"why": str(error)})
            except Exception:
                L.exception("Alerts could not be sent again.")
            now = self._now()
            waits = [(self._due_at.get(route.name, now) - now) / 1000 for route in self._routes]
            await self._nap.sleep(min([_LONGEST_WAIT_S, *(max(wait, 0.1) for wait in waits)]))

    async def _refresh_due(self) -> None:
        now = self._now()
        due = [route for route in self._routes if self._is_due(route, now)]
        if not due:
            return
        for route in due:
            self._due_at[route.name] = now + round((_every_s(route) or _LONGEST_WAIT_S) * 1000)
        async with self._store.connect() as connection:
            rows = await refreshes.told_and_open(connection, [route.name for route in due])
        await asyncio.gather(*(self._refresh(route, still_open(rows, route.name)) for route in due))

    def _is_due(self, route: AlertConfig, now: int) -> bool:
        at = self._due_at.get(route.name, now)
        # Never further ahead than one period: the clock has been set back.
        return at <= now or at - now > round((_every_s(route) or _LONGEST_WAIT_S) * 1000)

    async def _refresh(self, route: AlertConfig, incidents: list[Mapping[str, Any]]) -> None:
        if not incidents:
            return
        answer = await self._notifiers.refresh(incidents, route)
        if answer.error and route.name not in self._failing:
            L.warning("Alerts could not be sent again.", struct_data={"route": route.name, "why": answer.error})
        (self._failing.add if answer.error else self._failing.discard)(route.name)


def still_open(rows: Sequence[Row], route: str) -> list[Mapping[str, Any]]:
    """The incidents as the route was told of them last. Pure."""
    found: dict[int, Mapping[str, Any]] = {}
    for row in rows:
        if row["route"] == route:
            for one in json.loads(row["payload"])["data"]["incidents"]:
                if one["id"] == row["incident_id"]:
                    found[one["id"]] = one
    return list(found.values())


def _every_s(route: AlertConfig) -> float | None:
    every_s: float | None = getattr(route.settings, "refresh_s", None)
    return every_s
