"""The last hour of every probed server, minute by minute, as sparklines need it; kept in memory as samples come."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from zkdash.ensemble.sample import Sample
from zkdash.web import sparks
from zkdash.web.keys import Dashboard
from zkdash.web.metric_rows import value_in_words
from zkdash.web.sparks import Trail

LATENCY = "avg_latency"


@dataclass(frozen=True, slots=True)
class Telling:
    """A number that may tell of trouble: from `limit` on it does."""

    metric: str
    word: str
    limit: float
    unit: str = ""


TELLING = (
    Telling(LATENCY, "latency", 100.0, "ms"),
    Telling("outstanding_requests", "outstanding", 20.0),
)
WORTH = 0.25
"""From this share of its limit on, another number is more telling than the latency."""


@dataclass(frozen=True, slots=True)
class Spark:
    """A sparkline of a cluster: the path, and the same in words."""

    path: str
    words: str
    label: str


class Trails:
    """Listens to "Ensemble.sampled!"; what a server tells is remembered until the cluster is no longer watched."""

    def __init__(self, dashboard: Dashboard) -> None:
        self._dashboard = dashboard
        self._trails: dict[str, dict[tuple[str, str], Trail]] = {}

    async def start(self) -> None:
        self._dashboard.PubSub.subscribe("Ensemble.sampled!", self._on_sampled)
        self._dashboard.PubSub.subscribe("Clusters.changed!", self._on_clusters)

    async def stop(self) -> None:
        self._dashboard.PubSub.unsubscribe("Ensemble.sampled!", self._on_sampled)
        self._dashboard.PubSub.unsubscribe("Clusters.changed!", self._on_clusters)

    def of_server(self, cluster: str, server: str, now: int) -> Spark:
        """The latency of one server."""
        trail = self._trails.get(cluster, {}).get((server, LATENCY))
        points = trail.points(now) if trail is not None else ()
        return _spark(TELLING[0], points)

    def of_cluster(self, cluster: str, now: int) -> Spark | None:
        """The number that tells most of a cluster, the highest of its servers; None if nothing is known."""
        trails = self._trails.get(cluster)
        if not trails:
            return None
        best: tuple[float, Telling, tuple[float | None, ...]] | None = None
        for telling in TELLING:
            found = [trail.points(now) for (_, metric), trail in trails.items() if metric == telling.metric]
            points = sparks.highest(found)
            weight = max((value for value in points if value is not None), default=-1.0) / telling.limit
            if weight >= 0 and (best is None or (weight > best[0] and weight >= WORTH)):
                best = weight, telling, points
        return _spark(best[1], best[2]) if best else None

    def _on_sampled(self, _message: str, cluster: str, samples: Collection[Sample]) -> None:
        trails = self._trails.setdefault(cluster, {})
        for sample in samples:
            for telling in TELLING:
                value = sample.metrics.get(telling.metric)
                if sample.ok and value is not None:
                    key = sample.server, telling.metric
                    trail = trails.get(key)
                    if trail is None:
                        trail = trails[key] = Trail()
                    trail.add(sample.at, value)

    def _on_clusters(self, _message: str) -> None:
        watched = set(self._dashboard.clusters.names())
        self._trails = {name: trails for name, trails in self._trails.items() if name in watched}


def _spark(telling: Telling, points: tuple[float | None, ...]) -> Spark:
    known = [value for value in points if value is not None]
    if not known:
        return Spark("", f"{telling.word}: nothing heard in the last hour", telling.word)
    highest = value_in_words(max(known), telling.unit)
    words = f"{telling.word} in the last hour: up to {highest}, last {value_in_words(known[-1], telling.unit)}"
    return Spark(sparks.path(points, telling.limit / 20), words, f"{telling.word} to {highest}")
