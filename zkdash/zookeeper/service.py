"""The watched clusters by name."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import asab
from asab.zookeeper.service import ZooKeeperService

from zkdash.config import ClusterConfig
from zkdash.turns import Turns
from zkdash.zookeeper.container import ClusterContainer


class ClusterService(ZooKeeperService):  # type: ignore[misc]  # asab has no types
    """One ClusterContainer per configured cluster, in the order of the configuration.

    It is asab's ZooKeeperService, so that `app.get_service("asab.ZooKeeperService").Containers` holds them too.
    """

    def __init__(self, app: asab.Application) -> None:
        super().__init__(app, "asab.ZooKeeperService")
        self._clusters: dict[str, ClusterContainer] = {}
        self._turns = Turns()
        self._closing: set[asyncio.Task[None]] = set()

    def __iter__(self) -> Iterator[ClusterContainer]:
        return iter(list(self._clusters.values()))

    def __len__(self) -> int:
        return len(self._clusters)

    def names(self) -> list[str]:
        return list(self._clusters)

    def get(self, name: str) -> ClusterContainer | None:
        return self._clusters.get(name)

    def apply(self, configs: tuple[ClusterConfig, ...]) -> None:
        """Watch exactly these clusters. One whose configuration is unchanged is not touched."""
        before = self._clusters
        wanted = {config.name: config for config in configs}
        gone = [one for one in before.values() if wanted.get(one.name) != one.config]
        kept = {one.name: one for one in before.values() if one not in gone}
        new = [ClusterContainer(self, config, self._turns) for config in configs if config.name not in kept]
        fresh = {one.name: one for one in new}
        for container in gone:
            self._close(container)
        self._clusters = {name: kept.get(name) or fresh[name] for name in wanted}
        self.Containers = list(self._clusters.values())
        for container in new:
            container.start()
        if gone or new or list(before) != list(self._clusters):
            self.App.PubSub.publish("Clusters.changed!")

    async def finalize(self, app: asab.Application) -> None:
        """Nothing: ZkDashApplication.finalize() stops the clusters when it is their turn."""

    async def stop(self) -> None:
        """Stop watching all clusters: closes every session, all at once."""
        for container in self._clusters.values():
            self._close(container)
        self.Containers = []
        if self._closing:
            await asyncio.gather(*self._closing, return_exceptions=True)

    def _close(self, container: ClusterContainer) -> None:
        container.end()
        task = asyncio.get_running_loop().create_task(container._stop())
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)
