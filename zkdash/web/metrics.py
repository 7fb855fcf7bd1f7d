"""What Prometheus may know of zkdash and of the clusters that it watches."""

from __future__ import annotations

import asyncio
import platform
from collections import Counter
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from aiohttp import web
from prometheus_client import CollectorRegistry, GCCollector, Histogram, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

import zkdash
from zkdash.access import Reach
from zkdash.alerts.delivery import DeliveryState
from zkdash.clock import now_ms
from zkdash.web.keys import METRICS, Dashboard
from zkdash.web.live import LiveHub
from zkdash.web.seen import Seen, level_of
from zkdash.web.server_metrics import of_servers, of_verdicts
from zkdash.web.stream import EventStreams
from zkdash.zookeeper.states import State

if TYPE_CHECKING:
    from zkdash.zookeeper.container import ClusterContainer

LAG_EVERY_S = 0.1
LAG_BUCKETS_S = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
STATE_MESSAGES = tuple(f"ZooKeeperContainer.state/{state}!" for state in State)


class Metrics(Collector):
    """The metrics of one zkdash, in a registry of its own. What can be asked at the scrape is not counted along."""

    def __init__(self, dashboard: Dashboard, hub: LiveHub, streams: EventStreams) -> None:
        self._dashboard = dashboard
        self._hub = hub
        self._streams = streams
        self._transitions: Counter[tuple[str, str, str]] = Counter()
        self._task: asyncio.Task[None] | None = None
        self.registry = CollectorRegistry()
        self._lag = Histogram(
            "zkdash_loop_lag_seconds",
            "How much later than asked for the event loop woke a task.",
            buckets=LAG_BUCKETS_S,
            registry=self.registry,
        )
        self.registry.register(self)
        ProcessCollector(registry=self.registry)
        GCCollector(registry=self.registry)

    async def start(self) -> None:
        for message in STATE_MESSAGES:
            self._dashboard.PubSub.subscribe(message, self._on_state)
        self._dashboard.PubSub.subscribe("Clusters.changed!", self._on_clusters)
        self._task = asyncio.create_task(self._measure_lag())

    async def stop(self) -> None:
        for message in STATE_MESSAGES:
            self._dashboard.PubSub.unsubscribe(message, self._on_state)
        self._dashboard.PubSub.unsubscribe("Clusters.changed!", self._on_clusters)
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def of(self, level: Reach) -> CollectorRegistry:
        """What a level may know: all, or of the clusters that it sees what is about these."""
        if level.sees_every_cluster:
            return self.registry
        registry = CollectorRegistry()
        registry.register(_SeenMetrics(self, level))
        return registry

    def of_seen(self, level: Reach) -> Iterator[Metric]:
        """What is about the clusters that a level sees."""
        names = Seen(self._dashboard, level).clusters.names()
        yield from self._of_clusters(names)
        views = [view for name in names if (view := self._dashboard.ensemble.latest(name))]
        yield from of_verdicts(views)
        yield from of_servers(views, now_ms())

    def collect(self) -> Iterator[Metric]:
        """All but the histogram and the process, as it is now."""
        names = dict.fromkeys(self._dashboard.clusters.names())
        yield from self._of_clusters(names)
        views = [view for name in names if (view := self._dashboard.ensemble.latest(name))]
        yield from of_verdicts(views)
        yield from of_servers(views, now_ms())
        yield from self._of_history()
        yield from self._of_viewers()
        deliveries = GaugeMetricFamily(
            "zkdash_deliveries", "Messages to receivers of alerts, by how far they are.", labels=["state"]
        )
        counts = self._dashboard.alerts.counts()
        for state in DeliveryState:
            deliveries.add_metric([state], counts.get(state, 0))
        yield deliveries
        yield GaugeMetricFamily(
            "zkdash_history_trouble", "1 while the log can't be written.", value=bool(self._dashboard.events.trouble)
        )
        build = GaugeMetricFamily("zkdash_build_info", "Always 1; the labels tell.", labels=["version", "python"])
        build.add_metric([zkdash.__version__, platform.python_version()], 1)
        yield build

    def _of_clusters(self, names: Collection[str]) -> Iterator[Metric]:
        states = GaugeMetricFamily(
            "zkdash_cluster_state",
            "1 for the state that a cluster is in, 0 for the others.",
            labels=["cluster", "state"],
        )
        since = GaugeMetricFamily(
            "zkdash_cluster_since_seconds", "Unix time since when a cluster is in its state.", labels=["cluster"]
        )
        for container in self._dashboard.clusters:
            if container.name not in names:
                continue
            status = container.status
            for state in State:
                states.add_metric([container.name, state], float(state is status.state))
            since.add_metric([container.name], status.since / 1000)
        transitions = CounterMetricFamily(
            "zkdash_transitions",
            "Changes of a cluster's state since zkdash started.",
            labels=["cluster", "to", "cause"],
        )
        for labels, count in sorted(self._transitions.items()):
            if labels[0] in names:
                transitions.add_metric(labels, count)
        yield from (states, since, transitions)

    def _of_history(self) -> Iterator[Metric]:
        history = self._dashboard.history
        yield GaugeMetricFamily(
            "zkdash_server_history_trouble", "1 while the servers' history isn't written.", value=bool(history.trouble)
        )
        yield GaugeMetricFamily(
            "zkdash_server_history_bytes", "About how much room the servers' history takes.", value=history.size().bytes
        )

    def _of_viewers(self) -> Iterator[Metric]:
        hub, streams = self._hub, self._streams
        yield GaugeMetricFamily("zkdash_viewers", "Pages that are live.", value=len(hub.viewers))
        yield GaugeMetricFamily("zkdash_stream_listeners", "Programs on the stream.", value=len(streams.listeners))
        yield CounterMetricFamily(
            "zkdash_viewers_dropped",
            "Viewers and listeners dropped because they could not keep up.",
            value=hub.dropped + streams.dropped,
        )

    def _on_state(self, _message: str, container: ClusterContainer) -> None:
        observation = container.observation
        if observation is not None and observation.to_state is not None:
            self._transitions[container.name, observation.to_state, observation.cause] += 1

    def _on_clusters(self, _message: str) -> None:
        names = set(self._dashboard.clusters.names())
        for labels in [labels for labels in self._transitions if labels[0] not in names]:
            del self._transitions[labels]

    async def _measure_lag(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + LAG_EVERY_S
            await asyncio.sleep(LAG_EVERY_S)
            self._lag.observe(max(0.0, loop.time() - due))


class _SeenMetrics(Collector):
    """The metrics that one level sees, for one scrape."""

    def __init__(self, metrics: Metrics, level: Reach) -> None:
        self._metrics = metrics
        self._level = level

    def collect(self) -> Iterator[Metric]:
        return self._metrics.of_seen(self._level)


class _Collected(Collector):
    """What was collected before."""

    def __init__(self, families: list[Metric]) -> None:
        self._families = families

    def collect(self) -> Iterator[Metric]:
        return iter(self._families)


async def metrics(request: web.Request) -> web.Response:
    """GET /metrics, as text or as OpenMetrics, whichever is asked for."""
    kept = request.app[METRICS]
    encode, content_type = choose_encoder(request.headers.get("Accept", ""))
    collected = []
    for family in kept.of(level_of(request)).collect():
        collected.append(family)
        await asyncio.sleep(0)  # of a thousand clusters one takes milliseconds, and there are dozens
    registry = CollectorRegistry()
    registry.register(_Collected(collected))
    body = await asyncio.to_thread(encode, registry)
    return web.Response(body=body, headers={"Content-Type": content_type})
