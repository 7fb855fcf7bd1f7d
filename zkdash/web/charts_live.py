"""What happened above the charts, live: drawn again when an event was recorded or a verdict changed."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from yarl import URL

from zkdash.access import Reach
from zkdash.clock import now_ms
from zkdash.log import get_logger
from zkdash.timeline.event import Event
from zkdash.web import causes, chart_view
from zkdash.web.chart_view import ChartView
from zkdash.web.keys import Dashboard
from zkdash.web.live import LiveHub
from zkdash.web.render import fragment
from zkdash.web.wire import partial

L = get_logger(__name__)

SETTLE_S = 1.0
"""Changes come in bursts, and roles reach the history a little later; so long is waited after the first."""


@dataclass(slots=True)
class Open:
    """A view that somebody looks at."""

    view: ChartView
    viewers: int = 1
    markup: str = ""


def topic_of(view: ChartView) -> str:
    """What to listen to for a view: "charts/CLUSTER?…"."""
    return f"charts{view.url(metrics=(), form='charts').removeprefix('/clusters').replace('/charts', '', 1)}"


class ChartsLive:
    """Source of the topics "charts/CLUSTER?…"."""

    def __init__(self, dashboard: Dashboard, hub: LiveHub) -> None:
        self._dashboard = dashboard
        self._hub = hub
        self._open: dict[str, Open] = {}
        self._stale: set[str] = set()
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._dashboard.PubSub.subscribe("Event.recorded!", self._on_event)
        self._dashboard.PubSub.subscribe("Ensemble.verdict!", self._on_verdict)
        self._task = asyncio.create_task(self._redraw())

    async def stop(self) -> None:
        self._dashboard.PubSub.unsubscribe("Event.recorded!", self._on_event)
        self._dashboard.PubSub.unsubscribe("Ensemble.verdict!", self._on_verdict)
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def servers(self, cluster: str) -> list[str]:
        """The names of a cluster's servers."""
        view = self._dashboard.ensemble.latest(cluster)
        return [server.name for server in view.servers] if view is not None else []

    def _on_event(self, _message: str, event: Event) -> None:
        self._changed(event.cluster)

    def _on_verdict(self, _message: str, cluster: str, _view: Any) -> None:
        self._changed(cluster)

    def _changed(self, cluster: str) -> None:
        if any(one.view.cluster == cluster for one in self._open.values()):
            self._stale.add(cluster)
            self._wake.set()

    async def _redraw(self) -> None:
        while True:
            await self._wake.wait()
            await asyncio.sleep(SETTLE_S)
            self._wake.clear()
            stale, self._stale = self._stale, set()
            for topic, one in list(self._open.items()):
                if one.view.cluster in stale:
                    await self._read(one)
                    self._hub.offer(topic, "", one.markup)

    async def _read(self, one: Open) -> None:
        view, now = one.view, now_ms()
        container = self._dashboard.clusters.get(view.cluster)
        if container is None:
            return
        servers = list(view.servers) or self.servers(view.cluster)
        try:
            drawn = await causes.draw(
                self._dashboard, container, servers, view.time.since(now), view.time.until(now), view.time.moves
            )
        except Exception as error:
            L.warning("What happened can't be read.", struct_data={"error": str(error)})
            return
        markup = fragment("charts/_live_causes.html", cluster=view.cluster, drawn=drawn, live=view.time.moves)
        one.markup = partial("causes", markup)

    # As a source of topics

    def _view(self, topic: str) -> ChartView | None:
        url = URL(topic, encoded=True)
        cluster = url.path.partition("/")[2]
        if self._dashboard.clusters.get(cluster) is None:
            return None
        reading = chart_view.read(cluster, url.query, self.servers(cluster))
        return None if reading.problems else reading.view

    def accepts(self, topic: str, level: Reach) -> bool:
        view = self._view(topic)
        return view is not None and level.sees_cluster(view.cluster)

    async def open(self, topic: str, level: Reach) -> None:
        one = self._open.get(topic)
        if one is not None:
            one.viewers += 1
            return
        view = self._view(topic)
        if view is not None:
            one = self._open[topic] = Open(view)
            await self._read(one)

    def close(self, topic: str, level: Reach) -> None:
        one = self._open.get(topic)
        if one is not None:
            one.viewers -= 1
            if not one.viewers:
                del self._open[topic]

    def snapshot(self, topic: str, level: Reach) -> str:
        one = self._open.get(topic)
        return one.markup if one is not None else ""
