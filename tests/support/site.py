"""The whole site in one process: real log, alerts and state machine; only the network to ZooKeeper is left out."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from aiohttp.test_utils import TestClient, TestServer

from tests.support.bus import Bus
from tests.support.ensembles import Ensembles
from tests.support.until import until
from zkdash.access.audit import AuditLog
from zkdash.access.service import AccessService
from zkdash.alerts.service import AlertService
from zkdash.clock import now_ms
from zkdash.config import AccessConfig, AlertConfig, ClusterConfig, WebConfig
from zkdash.config.samples import SamplesConfig
from zkdash.ensemble.changelog import ChangeLog
from zkdash.ensemble.history import HistoryService
from zkdash.store.engine import Store
from zkdash.timeline.service import EventService
from zkdash.web.server import make_site
from zkdash.zookeeper.container import ClusterStatus
from zkdash.zookeeper.states import Connected, Dropped, Kind, Observation, Signal, Started, Status, TimeoutPassed, step

SERVER = "zk1.example:2181"


class Cluster:
    """Stands for a ClusterContainer: the same state machine, told what happens by the test."""

    def __init__(self, bus: Bus, config: ClusterConfig) -> None:
        self.App, self.config, self.name, self.label = bus, config, config.name, config.label or config.name
        self.observation: Observation | None = None
        self._status: Status | None = None
        self._since = now_ms()

    @property
    def status(self) -> ClusterStatus:
        now = self._status or Status()
        return ClusterStatus(
            now.state, now.cause, self._since, now.session_id, now.server, now.reason, self.config.session_timeout_s
        )

    def signal(self, signal: Signal) -> None:
        self._status, said = step(self._status, signal)
        for one in said:
            at = now_ms()
            lasted_ms = at - self._since if one.from_state else None
            if one.kind is Kind.STATE:
                self._since = at
            self.observation = Observation(
                self.name,
                at,
                one.kind,
                one.cause,
                one.from_state,
                one.to_state,
                one.session_id,
                one.server,
                lasted_ms,
                one.reason,
            )
            message = "notice" if one.kind is Kind.NOTICE else f"state/{one.to_state}"
            self.App.PubSub.publish(f"ZooKeeperContainer.{message}!", self)

    def connect(self, session_id: int = 1) -> None:
        self.signal(Connected(session_id, SERVER))

    def drop(self, reason: str = "connection reset by peer") -> None:
        self.signal(Dropped(reason))

    def time_out(self) -> None:
        self.signal(TimeoutPassed())


class Clusters:
    """Stands for the ClusterService."""

    def __init__(self) -> None:
        self.all: dict[str, Cluster] = {}

    def __iter__(self) -> Iterator[Cluster]:
        return iter(list(self.all.values()))

    def names(self) -> list[str]:
        return list(self.all)

    def get(self, name: str) -> Cluster | None:
        return self.all.get(name)


class Site:
    """A running site: its dashboard's parts, and a client for its pages."""

    def __init__(self, bus: Any, client: TestClient[Any, Any]) -> None:
        self.bus = bus
        self.client = client

    def __getitem__(self, name: str) -> Cluster:
        cluster: Cluster = self.bus.clusters.all[name]
        return cluster

    def add(self, *configs: ClusterConfig) -> None:
        """Begin to watch, as a reload does."""
        for config in configs:
            self.bus.clusters.all[config.name] = Cluster(self.bus, config)
        for config in configs:
            self[config.name].signal(Started())
        self.bus.PubSub.publish("Clusters.changed!")

    def remove(self, name: str) -> None:
        """Watch it no longer, as a reload does."""
        del self.bus.clusters.all[name]
        self.bus.PubSub.publish("Clusters.changed!")

    async def recorded(self, count: int) -> None:
        """Wait until so many events are in the log."""
        await until(lambda: len(self.bus.heard["Event.recorded!"]) >= count, what=f"{count} events recorded")

    async def text(self, path: str, status: int = 200, **options: Any) -> str:
        """A page's text, once its status is as expected."""
        async with self.client.get(path, **options) as answer:
            text = await answer.text()
            assert answer.status == status, text
            return text

    async def listen(self, *topics: str, **headers: str) -> Any:
        """A websocket on these topics."""
        query = [("topic", topic) for topic in topics]
        return await self.client.ws_connect("/live", params=query, headers=headers)


def config_of(name: str, **options: Any) -> ClusterConfig:
    return replace(ClusterConfig(name, (("zk1.example", 2181),)), **options)


@asynccontextmanager
async def running_site(
    folder: Path,
    *names: str,
    web: WebConfig | None = None,
    access: AccessConfig | None = None,
    routes: tuple[AlertConfig, ...] = (),
) -> AsyncIterator[Site]:
    """A site that watches clusters of these names, all of them connected."""
    bus: Any = Bus("Event.recorded!", "Delivery.changed!")
    bus.config = replace(bus.config, web=web or WebConfig(), access=access or AccessConfig(), alerts=routes)
    bus.clusters, bus.reload_trouble = Clusters(), ""
    store = Store(f"sqlite:///{folder}/zkdash.sqlite")
    await store.open()
    bus.audit = AuditLog(store)
    access_service = bus.access = AccessService(bus, store, bus.audit)
    await access_service.start()
    bus.store, bus.events = store, EventService(bus, store)
    await bus.events.start()
    bus.alerts = AlertService(bus, store, bus.events, routes)
    await bus.alerts.start()
    bus.ensemble, bus.changes = Ensembles(bus), ChangeLog(bus, store)
    bus.history = HistoryService(bus, store, SamplesConfig(), f"sqlite:///{folder}/zkdash.sqlite")
    await bus.changes.start()
    await bus.history.start()
    client = TestClient(TestServer(make_site(bus)))
    site = Site(bus, client)
    try:
        await client.start_server()
        site.add(*(config_of(name) for name in names))
        for name in names:
            site[name].connect()
        await site.recorded(2 * len(names))
        yield site
    finally:
        await client.close()
        await bus.history.stop()
        await bus.changes.stop()
        await bus.alerts.stop()
        await bus.events.stop()
        await access_service.stop()
        await store.close()
