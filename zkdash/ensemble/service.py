"""All clusters' servers, probed, and what they say together."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import asab

from zkdash.clock import now_ms
from zkdash.ensemble.offline import LATE_S, Pulse, trouble
from zkdash.ensemble.rounds import Rounds
from zkdash.ensemble.sample import Sample
from zkdash.ensemble.view import NOT_PROBED, View
from zkdash.log import NOTICE, get_logger
from zkdash.zookeeper.questions import Questions

if TYPE_CHECKING:
    from zkdash.zookeeper.service import ClusterService

L = get_logger(__name__)

PULSE_S = 1.0
"""How often zkdash looks at itself."""

SPREAD_S = 0.005
"""The first rounds of two clusters are so far apart, so that a thousand don't start at once, nor go on so."""


class EnsembleService:
    """Probes the servers of every cluster, each cluster in its own loop.

    Publishes `Ensemble.sampled!` (cluster, samples) after each round, `Ensemble.verdict!` (cluster, view) when its
    verdict has changed, and `Ensemble.offline!` (reason) when zkdash itself seems to be the trouble, and again with ""
    when it no longer is; `hold` is told the same, None for "".
    """

    def __init__(self, app: asab.Application, clusters: ClusterService, *, hold: Callable[[str | None], None]) -> None:
        self.App = app
        self.offline = ""
        """Why zkdash can't tell how the clusters are: it is offline or overloaded. Empty when it can."""
        self._clusters = clusters
        self._hold = hold
        self._questions = Questions()
        self._rounds: dict[str, Rounds] = {}
        self._ending: set[asyncio.Task[None]] = set()
        self._pulse: asyncio.Task[None] | None = None
        self._late: tuple[float, int | None] = (0.0, None)

    async def start(self) -> None:
        """Probe from now on, whatever clusters there are."""
        self.App.PubSub.subscribe("Clusters.changed!", self._on_clusters)
        self._on_clusters("")
        self._pulse = asyncio.get_running_loop().create_task(self._feel_pulse(), name="pulse")

    async def stop(self) -> None:
        """End all probes at once."""
        self.App.PubSub.unsubscribe("Clusters.changed!", self._on_clusters)
        if self._pulse is not None:
            self._pulse.cancel()
            await asyncio.gather(self._pulse, return_exceptions=True)
        for rounds in self._rounds.values():
            self._end(rounds)
        self._rounds = {}
        await asyncio.gather(*self._ending, return_exceptions=True)
        await self._questions.close()

    def latest(self, cluster: str) -> View | None:
        """What is known of a cluster's servers, from memory; None if there is no such cluster."""
        rounds = self._rounds.get(cluster)
        if rounds is not None:
            return rounds.view
        container = self._clusters.get(cluster)
        if container is None:
            return None
        return View(cluster) if container.config.probe else View(cluster, verdict=NOT_PROBED)

    def _on_clusters(self, message_type: str) -> None:
        """Probe exactly the clusters that there are; one whose configuration is unchanged goes on."""
        wanted = {container.name: container for container in self._clusters if container.config.probe}
        for name, rounds in list(self._rounds.items()):
            if wanted.get(name) is not rounds.container:
                self._end(self._rounds.pop(name))
        new = [container for name, container in wanted.items() if name not in self._rounds]
        for place, container in enumerate(new):
            # The session goes first: what it reads says who the servers are.
            first_s = 0.1 + place * SPREAD_S % (container.config.probe_every_s * 2)
            self._rounds[container.name] = Rounds(container, self._questions, self._on_sampled, first_s=first_s)

    def _end(self, rounds: Rounds) -> None:
        task = asyncio.get_running_loop().create_task(rounds.stop())
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)

    def _on_sampled(self, cluster: str, samples: list[Sample], changed: bool) -> None:
        rounds = self._rounds.get(cluster)
        if rounds is None:
            return  # it has been taken away
        self.App.PubSub.publish("Ensemble.sampled!", cluster, samples)
        if changed:
            self.App.PubSub.publish("Ensemble.verdict!", cluster, rounds.view)

    async def _feel_pulse(self) -> None:
        while True:
            before = time.monotonic()
            await asyncio.sleep(PULSE_S)
            late_s = time.monotonic() - before - PULSE_S
            self.feel(late_s)

    def feel(self, late_s: float) -> None:
        """Look at zkdash itself, whose event loop was late by `late_s`."""
        now = now_ms()
        if late_s > LATE_S:
            self._late = (late_s, now)
        pulses: list[Pulse] = []
        if not any(rounds.is_answered() for rounds in self._rounds.values()):  # else nobody's pulse tells more
            pulses = [pulse for rounds in self._rounds.values() if (pulse := rounds.pulse()) is not None]
        reason = trouble(pulses, late_s=self._late[0], late_at=self._late[1], now=now)
        if bool(reason) == bool(self.offline):
            return  # the first reason stands
        self.offline = reason
        L.log(NOTICE, reason or "zkdash can reach the clusters again.")
        self.App.PubSub.publish("Ensemble.offline!", reason)
        self._hold(reason or None)
