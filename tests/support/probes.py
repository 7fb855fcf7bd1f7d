"""The ensemble service without the rest of zkdash: it probes real servers, and says what it finds."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

from tests.support.bus import Bus
from tests.support.until import until
from zkdash.config import ClusterConfig
from zkdash.demo.servers import Server
from zkdash.ensemble.sample import Sample
from zkdash.ensemble.service import EnsembleService
from zkdash.ensemble.verdict import Verdict
from zkdash.ensemble.view import View

QUICK = {"probe_every_s": 0.5, "probe_full_every_s": 1.0}


class Container:
    """As much of a ClusterContainer as probes need; `told` gives /zookeeper/config, and blocks."""

    def __init__(self, config: ClusterConfig, told: Callable[[], bytes] | None = None) -> None:
        self.name = config.name
        self.config = config
        self.told = told
        self.ZooKeeper = SimpleNamespace(Client=self)

    def is_connected(self) -> bool:
        return self.told is not None

    async def get_async(self, path: str) -> tuple[bytes, None]:
        assert self.told is not None
        assert path == "/zookeeper/config"
        return await asyncio.to_thread(self.told), None


class Clusters(dict[str, Container]):
    """As much of ClusterService as probes need."""

    def __iter__(self) -> Any:
        return iter(list(self.values()))


class Watched:
    """A running service and everything that it has said."""

    def __init__(self, bus: Bus, clusters: Clusters, service: EnsembleService, held: list[str | None]) -> None:
        self.bus, self.clusters, self.service, self.held = bus, clusters, service, held
        self.samples: list[Sample] = []
        self.verdicts: list[Verdict] = []
        bus.PubSub.subscribe("Ensemble.sampled!", self._on_samples)
        bus.PubSub.subscribe("Ensemble.verdict!", self._on_verdict)

    def _on_samples(self, message: str, cluster: str, samples: list[Sample]) -> None:
        self.samples += samples

    def _on_verdict(self, message: str, cluster: str, view: View) -> None:
        self.verdicts.append(view.verdict)

    def view(self, cluster: str = "c") -> View:
        view = self.service.latest(cluster)
        assert view is not None
        return view

    async def verdict(self, fine: Callable[[Verdict], object], deadline_s: float = 20.0, cluster: str = "c") -> Verdict:
        """Wait for such a verdict."""
        try:
            await until(lambda: fine(self.view(cluster).verdict), deadline_s)
        except AssertionError as error:
            said = "\n".join(verdict.sentence for verdict in self.verdicts)
            raise AssertionError(f"{error}; the verdicts were:\n{said}") from None
        return self.view(cluster).verdict


@asynccontextmanager
async def watched(*containers: Container) -> AsyncIterator[Watched]:
    bus = Bus("Ensemble.offline!")
    clusters = Clusters({one.name: one for one in containers})
    held: list[str | None] = []
    service = EnsembleService(bus, clusters, hold=held.append)
    one = Watched(bus, clusters, service, held)
    await service.start()
    try:
        yield one
    finally:
        began = asyncio.get_running_loop().time()
        await service.stop()
        assert asyncio.get_running_loop().time() - began < 3  # a full probe takes up to 4 s


def config_of(*servers: Server, **more: Any) -> ClusterConfig:
    options = QUICK | {"admin": tuple(server.admin_url for server in servers)} | more
    return ClusterConfig("c", tuple(("127.0.0.1", server.client_port) for server in servers), **options)
