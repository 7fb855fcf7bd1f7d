"""The rules at work: samples in, firing and resolved rules out, into the same log as all else."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable
from typing import TYPE_CHECKING, Any

from zkdash.clock import now_ms
from zkdash.config.rule_options import RULES
from zkdash.config.rules import RulesConfig
from zkdash.ensemble.counters import Counters
from zkdash.ensemble.readings import COUNTED, readings
from zkdash.ensemble.rules import Held, Key, step
from zkdash.zookeeper.states import Cause, Kind, Observation, Severity

if TYPE_CHECKING:
    from zkdash.ensemble.sample import Sample
    from zkdash.ensemble.verdict import Verdict
    from zkdash.ensemble.view import View

Open = tuple[str, str, str, Severity, int]
"""(cluster, rule, subject, severity, since when, UTC ms) of a rule that fires by the log."""


class RuleService:
    """Judges each cluster's servers by its rules after each round of probes.

    `latest` gives what is known of a cluster's servers, `record` puts an observation into the log, and `firing` reads
    from the log what fired when zkdash stopped: what fires still isn't said again, and what doesn't is resolved.
    """

    def __init__(
        self,
        app: Any,
        config: RulesConfig,
        *,
        latest: Callable[[str], View | None],
        record: Callable[[Observation], None],
        firing: Callable[[], Awaitable[Iterable[Open]]],
        offline: Callable[[], str] = str,
        now: Callable[[], int] = now_ms,
    ) -> None:
        self.App = app
        self._config = config
        self._latest = latest
        self._record = record
        self._firing = firing
        self._offline = offline
        self._now = now
        self._held: dict[str, dict[Key, Held]] = {}
        self._counters: dict[str, Counters] = {}
        self._calm: dict[str, Verdict] = {}
        """The last verdict on clusters of which nothing that a rule looks for is true: only another verdict, a server
        that fails or a full round can change that."""

    async def start(self) -> None:
        """Take up what fired when zkdash stopped, and judge from now on. Raises what `firing` does."""
        for cluster, rule, subject, severity, since in await self._firing():
            if rule in RULES:
                self._held.setdefault(cluster, {})[rule, subject] = Held(since, since, severity)
        self.App.PubSub.subscribe("Ensemble.sampled!", self._on_sampled)
        self.App.PubSub.subscribe("Clusters.changed!", self._on_clusters)

    async def stop(self) -> None:
        self.App.PubSub.unsubscribe("Ensemble.sampled!", self._on_sampled)
        self.App.PubSub.unsubscribe("Clusters.changed!", self._on_clusters)

    def reload(self, config: RulesConfig) -> None:
        """Judge by other rules from the next round on."""
        self._config = config
        self._calm = {}

    def firing(self, cluster: str) -> dict[Key, Held]:
        """The rules that fire now, and since when each is true."""
        return {key: held for key, held in self._held.get(cluster, {}).items() if held.firing is not None}

    def judge(self, view: View, samples: Collection[Sample], now: int) -> None:
        """Judge a cluster by what is known of it, of which `samples` are new."""
        cluster = view.cluster
        counters = self._counters.setdefault(cluster, Counters(COUNTED))
        names = {server.name for server in view.servers}
        counters.keep_only(names)
        for sample in samples:
            if sample.full and sample.ok and sample.server in names:
                counters.add(sample)
        rules = self._config.of(cluster)
        held = self._held.get(cluster, {})
        after, changes = step(held, readings(view, counters, rules, now), rules, names, now)
        self._held[cluster] = after
        for change in changes:
            self._record(
                Observation(
                    cluster=cluster,
                    at=now,
                    kind=Kind.RULE,
                    cause=Cause.FIRING if change.firing else Cause.RESOLVED,
                    reason=change.reason,
                    rule=change.rule,
                    subject=change.subject,
                    severity=change.severity,
                )
            )

    def _on_sampled(self, message: str, cluster: str, samples: Collection[Sample]) -> None:
        view = self._latest(cluster)
        if view is None or self._offline():  # what zkdash can't see now is not known
            return
        if self._calm.get(cluster) == view.verdict and all(sample.ok and not sample.full for sample in samples):
            return
        self.judge(view, samples, self._now())
        if self._held[cluster]:
            self._calm.pop(cluster, None)
        else:
            self._calm[cluster] = view.verdict

    def _on_clusters(self, message: str) -> None:
        """Forget the clusters that are watched no more; what fired there the alerts have closed."""
        for cluster in [name for name in (*self._held, *self._counters) if self._latest(name) is None]:
            self._held.pop(cluster, None)
            self._calm.pop(cluster, None)
            self._counters.pop(cluster, None)
