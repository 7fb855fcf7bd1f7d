"""All clusters' servers, probed, and what they say together."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import asab

from zkdash.ensemble.view import View

if TYPE_CHECKING:
    from zkdash.zookeeper.service import ClusterService


class EnsembleService:
    """Probes the servers of every cluster, each cluster in its own loop.

    Publishes `Ensemble.sampled!` (cluster, samples) after each round, `Ensemble.verdict!` (cluster, view) when its
    verdict has changed, and `Ensemble.offline!` (reason) when zkdash itself seems to be the trouble, and again with ""
    when it no longer is; `hold` is told the same.
    """

    def __init__(self, app: asab.Application, clusters: ClusterService, *, hold: Callable[[str | None], None]) -> None:
        self.App = app
        self.offline = ""
        """Why zkdash can't tell how the clusters are: it is offline or overloaded. Empty when it can."""
        self._clusters = clusters
        self._hold = hold

    async def start(self) -> None:
        """Probe from now on."""

    async def stop(self) -> None:
        """End all probes at once."""

    def latest(self, cluster: str) -> View | None:
        """What is known of a cluster's servers, from memory; None if there is no such cluster."""
        return View(cluster) if self._clusters.get(cluster) is not None else None
