"""The pages of alerts, live: what somebody looks at is drawn again when something about alerts changes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeAlias

from markupsafe import Markup

from zkdash.access import Reach
from zkdash.log import get_logger
from zkdash.web.keys import Dashboard
from zkdash.web.live import LiveHub
from zkdash.web.seen import Seen
from zkdash.web.wire import partial

L = get_logger(__name__)

SETTLE_S = 0.1
"""Changes come in bursts; after the first the pages wait so long before they are drawn again."""
MESSAGES = ("Delivery.changed!", "Incident.changed!", "Silence.changed!", "Event.recorded!")

Draw: TypeAlias = Callable[[Seen, str], Awaitable[Markup | None]]
"""Gives a page's live content; the text is what the page is about, such as an incident's id. None: there is no such."""


class Open:
    """A topic that somebody listens to, with what was last drawn of it, and as of which change."""

    def __init__(self) -> None:
        self.viewers = 0
        self.kept = Markup("")
        self.version = -1


class Alerting:
    """Source of the topics "alerts" and "alerts/KIND/WHAT". Each is swapped into the element "alerts" of its page."""

    def __init__(self, dashboard: Dashboard, hub: LiveHub, draws: Mapping[str, Draw]) -> None:
        self._dashboard = dashboard
        self._hub = hub
        self._draws = draws
        self._open: dict[tuple[str, Reach], Open] = {}
        self._version = 0
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.previewing = asyncio.Lock()
        """Held while somebody looks what would have been told: one at a time, for it takes all of a processor."""

    async def start(self) -> None:
        for message in MESSAGES:
            self._dashboard.PubSub.subscribe(message, self._on_change)
        self._task = asyncio.create_task(self._redraw())

    async def stop(self) -> None:
        for message in MESSAGES:
            self._dashboard.PubSub.unsubscribe(message, self._on_change)
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def draw(self, topic: str, level: Reach) -> Markup | None:
        """A topic's content as it is now; None if what it is about is not there. Raises what the store raises."""
        kind, _, what = topic.removeprefix("alerts").removeprefix("/").partition("/")
        return await self._draws[kind](Seen(self._dashboard, level), what)

    def _on_change(self, _message: str, *_what: Any) -> None:
        self._version += 1
        self._hub.forget()
        if self._open:
            self._changed.set()

    async def _redraw(self) -> None:
        while True:
            await self._changed.wait()
            await asyncio.sleep(SETTLE_S)
            self._changed.clear()
            began = time.monotonic()
            for (topic, level), shown in list(self._open.items()):
                await self._keep(topic, level, shown)
            await asyncio.sleep(time.monotonic() - began)  # many pages and many changes: half the time is for others

    async def _keep(self, topic: str, level: Reach, shown: Open) -> None:
        """Draw a topic anew. Whoever has it drawn, if only for a new viewer, has it sent to all who listen already."""
        version = self._version
        try:
            drawn = await self.draw(topic, level) or shown.kept
        except Exception as error:
            L.warning("The alerts can't be read.", struct_data={"topic": topic, "error": str(error)})
            return
        if version < shown.version:
            return  # somebody else's, begun later, was ready sooner
        before, shown.kept, shown.version = shown.kept, drawn, version
        if drawn != before:
            self._hub.offer(topic, "", self.snapshot(topic, level), level)

    # As a source of topics

    def accepts(self, topic: str, level: Reach) -> bool:
        head, _, rest = topic.partition("/")
        kind, _, what = rest.partition("/")
        return topic == "alerts" or (head == "alerts" and kind != "" and kind in self._draws and len(what) <= 100)

    async def open(self, topic: str, level: Reach) -> None:
        shown = self._open.setdefault((topic, level), Open())
        shown.viewers += 1
        if shown.version != self._version:
            await self._keep(topic, level, shown)

    def close(self, topic: str, level: Reach) -> None:
        shown = self._open[topic, level]
        shown.viewers -= 1
        if not shown.viewers:
            del self._open[topic, level]

    def snapshot(self, topic: str, level: Reach) -> str:
        shown = self._open.get((topic, level))
        return partial("alerts", shown.kept, "innerMorph") if shown is not None and shown.kept else ""
