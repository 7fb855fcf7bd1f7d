"""The alerts: what is wrong now, and who was told what."""

from __future__ import annotations

import asyncio
from typing import Any

from aiohttp import web
from markupsafe import Markup

from zkdash.log import get_logger
from zkdash.web.keys import ALERTING, Dashboard
from zkdash.web.live import LiveHub
from zkdash.web.render import fragment, render
from zkdash.web.wire import partial

L = get_logger(__name__)

SHOWN = 50
"""How many incidents and how many deliveries the page shows, the newest."""
SETTLE_S = 0.1
"""Changes come in bursts; after the first the page waits so long before it is drawn again."""


class Alerting:
    """Source of the topic "alerts"."""

    def __init__(self, dashboard: Dashboard, hub: LiveHub) -> None:
        self._dashboard = dashboard
        self._hub = hub
        self._changed = asyncio.Event()
        self._viewers = 0
        self._kept = Markup("")
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._dashboard.PubSub.subscribe("Delivery.changed!", self._on_change)
        self._dashboard.PubSub.subscribe("Event.recorded!", self._on_change)
        self._task = asyncio.create_task(self._redraw())

    async def stop(self) -> None:
        self._dashboard.PubSub.unsubscribe("Delivery.changed!", self._on_change)
        self._dashboard.PubSub.unsubscribe("Event.recorded!", self._on_change)
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def draw(self) -> Markup:
        """The page's content as it is now. Raises what the store raises."""
        alerts = self._dashboard.alerts
        return fragment(
            "alerts/_alerts.html",
            incidents=await alerts.incidents(limit=SHOWN),
            deliveries=await alerts.deliveries(limit=SHOWN),
            routes=self._dashboard.config.alerts,
            known=set(self._dashboard.clusters.names()),
        )

    def _on_change(self, _message: str, _what: Any) -> None:
        if self._viewers:
            self._changed.set()

    async def _redraw(self) -> None:
        while True:
            await self._changed.wait()
            await asyncio.sleep(SETTLE_S)
            self._changed.clear()
            try:
                self._kept = await self.draw()
            except Exception as error:
                L.warning("The alerts can't be read.", struct_data={"error": str(error)})
                continue
            self._hub.offer("alerts", "", self.snapshot("alerts"))

    def accepts(self, topic: str) -> bool:
        return topic == "alerts"

    async def open(self, topic: str) -> None:
        self._viewers += 1
        try:
            self._kept = await self.draw()
        except Exception as error:
            L.warning("The alerts can't be read.", struct_data={"error": str(error)})

    def close(self, topic: str) -> None:
        self._viewers -= 1

    def snapshot(self, topic: str) -> str:
        return partial("alerts", self._kept, "innerMorph") if self._kept else ""


async def index(request: web.Request) -> web.Response:
    """GET /alerts"""
    return render(request, "alerts/index.html", alerts=await request.app[ALERTING].draw())
