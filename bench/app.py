"""As much of the application as zkdash's services ask for."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import asab
import asab.pubsub

from zkdash.config import AlertConfig, StoreConfig, WebConfig


class App:
    """A loop, a bus and a configuration."""

    def __init__(self, store_url: str = "", routes: tuple[AlertConfig, ...] = ()) -> None:
        self.Loop = asyncio.get_running_loop()
        self.PubSub = asab.pubsub.PubSub(self)
        self.config = SimpleNamespace(alerts=routes, web=WebConfig(), store=StoreConfig(store_url))

    def _register_service(self, service: object) -> None:
        """asab's applications keep a list; nobody asks for it here."""
