"""asab's way to a container's client, of which only the reading half is left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import kazoo.exceptions
from asab.zookeeper.wrapper import KazooWrapper
from kazoo.protocol.states import ZnodeStat

from zkdash.zookeeper.addresses import server_name
from zkdash.zookeeper.client import ReadOnlyClient
from zkdash.zookeeper.errors import WriteRefused
from zkdash.zookeeper.tls import tls_context

if TYPE_CHECKING:
    from zkdash.zookeeper.container import ClusterContainer


class ReadOnlyWrapper(KazooWrapper):  # type: ignore[misc]  # asab has no types
    """asab's `container.ZooKeeper`: its `Client` is the read-only one; what would write is refused."""

    def __init__(self, container: ClusterContainer) -> None:
        config = container.config
        self.App = container.App
        self.ProactorService = container.ProactorService
        tls = config.tls
        self.Client = ReadOnlyClient(
            ",".join(server_name(host, port) for host, port in config.servers),
            session_timeout_s=config.session_timeout_s,
            listener=container.heard,
            auth=config.auth,
            sasl=config.sasl,
            tls=(lambda: tls_context(tls)) if tls is not None else None,
            turns=container.turns,
        )

    async def exists(self, path: str) -> ZnodeStat | None:
        return await self.Client.exists_async(path)

    async def get_children(self, path: str) -> list[str] | None:
        try:
            names: list[str] = await self.Client.get_children_async(path)
        except kazoo.exceptions.NoNodeError:
            return None
        return names

    async def get_data(self, path: str) -> bytes | None:
        try:
            data: bytes | None = (await self.Client.get_async(path))[0]
        except kazoo.exceptions.NoNodeError:
            return None
        return data

    async def _refuse(self, *args: Any, **kwargs: Any) -> None:
        raise WriteRefused(args)

    ensure_path = set_data = delete = create = upsert = _refuse
