"""Stands for the EnsembleService: what servers say is told by the test, the verdict too."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from zkdash.clock import now_ms
from zkdash.ensemble.sample import Role, Sample, Server
from zkdash.ensemble.verdict import Health, Verdict
from zkdash.ensemble.view import View
from zkdash.zookeeper.commands import Command, Refusal, Way
from zkdash.zookeeper.refusals import Trouble

METRICS = {
    "avg_latency": 1.25,
    "outstanding_requests": 0.0,
    "num_alive_connections": 12.0,
    "znode_count": 1204.0,
    "watch_count": 88.0,
    "approximate_data_size": 2048.0,
    "cnt_fsynctime": 10.0,
    "sum_fsynctime": 25.0,
    "avg_fsynctime": 2.5,
}
HEALTHY = Verdict(Health.HEALTHY, "3 of 3 serving, leader zk1:2181, 1 more may fail", leader="zk1:2181", serving=3)


class Ensembles:
    """`latest` and `offline` as the real one has them; `told` and `judged` publish what it publishes."""

    def __init__(self, bus: Any) -> None:
        self._bus = bus
        self._views: dict[str, View] = {}
        self.offline = ""

    def latest(self, cluster: str) -> View | None:
        return self._views.get(cluster) or (View(cluster) if self._bus.clusters.get(cluster) else None)

    def told(self, *samples: Sample) -> None:
        """A round of samples of one cluster; servers that are new are added."""
        view = self.latest(samples[0].cluster) or View(samples[0].cluster)
        names = [server.name for server in view.servers]
        new = [sample.server for sample in samples if sample.server not in names]
        hosts = [(name, *name.rsplit(":", 1)) for name in new]
        servers = (*view.servers, *(Server(name, host, int(port), admin="") for name, host, port in hosts))
        latest = {**view.samples, **{sample.server: sample for sample in samples}}
        full = {**view.full, **{sample.server: sample for sample in samples if sample.full}}
        self._views[view.cluster] = replace(view, servers=servers, samples=latest, full=full)
        self._bus.PubSub.publish("Ensemble.sampled!", view.cluster, samples)

    def judged(self, cluster: str, verdict: Verdict, **more: Any) -> None:
        """Another verdict; further keywords are fields of the view."""
        self._views[cluster] = replace(self.latest(cluster) or View(cluster), verdict=verdict, **more)
        self._bus.PubSub.publish("Ensemble.verdict!", cluster, self._views[cluster])


def serving(
    server: str, role: Role = Role.FOLLOWER, at: int | None = None, cluster: str = "a", **more: float
) -> Sample:
    """A full sample of a server that is well; further keywords are metrics."""
    return Sample(
        cluster,
        server,
        now_ms() if at is None else at,
        ok=True,
        way=Way.ADMIN,
        role=role,
        version="3.9.3",
        zxid=0x100000005,
        uptime_ms=60_000,
        metrics={**METRICS, **more},
        took_ms=1.5,
        full=True,
    )


def dead(server: str, reason: str = "connection refused", cluster: str = "a") -> Sample:
    """The sample of a server that nothing listens on."""
    refusal = Refusal(server, Command.SRVR, Trouble.UNREACHABLE, reason)
    return Sample(cluster, server, now_ms(), ok=False, refusal=refusal)
