"""asab's own message bus without the rest of asab, for tests of services within one process."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from types import SimpleNamespace
from typing import Any

import asab

from zkdash.config import AlertConfig, Config, StoreConfig, WebConfig
from zkdash.zookeeper.states import Observation


class Bus:
    """Stands for the application: a real PubSub, a configuration, and what was heard of the messages asked for."""

    def __init__(self, *heard: str, alerts: tuple[AlertConfig, ...] = (), public_url: str = "") -> None:
        self.Loop = asyncio.get_running_loop()
        self.PubSub = asab.PubSub(self)
        self.Services: dict[str, Any] = {}
        self.config = Config(
            clusters=(), web=WebConfig(public_url=public_url), store=StoreConfig(url=""), alerts=alerts
        )
        self.clusters: Any = None
        self.heard: dict[str, list[Any]] = defaultdict(list)
        for message in heard:
            self.PubSub.subscribe(message, self._hear)

    def _register_service(self, service: Any) -> None:
        self.Services[service.Name] = service

    def _hear(self, message: str, *arguments: Any) -> None:
        self.heard[message].append(arguments[0] if arguments else None)

    def observe(self, observation: Observation) -> None:
        """Publish an observation as a cluster's container does."""
        message = f"ZooKeeperContainer.state/{observation.to_state}!" if observation.to_state else None
        container = SimpleNamespace(name=observation.cluster, observation=observation)
        self.PubSub.publish(message or "ZooKeeperContainer.notice!", container)
