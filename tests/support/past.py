"""The alerting engine on a clock of its own, for tests: what happens when, and what is told of it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace

from tests.support.observations import T0, connected, lost, suspended
from zkdash.alerts.replay import Past
from zkdash.alerts.silence import Silence
from zkdash.config import AlertConfig, AlertingConfig
from zkdash.timeline.event import Event
from zkdash.timeline.rows import event_of, row_of
from zkdash.zookeeper.states import Cause, Kind, Observation, Severity

ALERTING = AlertingConfig()


def event(observation: Observation, event_id: int = 7) -> Event:
    return event_of({**row_of(observation, 1, 1), "id": event_id})


def rule(
    cluster: str,
    name: str,
    *,
    fires: bool = True,
    subject: str = "zk1:2181",
    severity: Severity = Severity.WARNING,
    at: int = T0,
) -> Observation:
    cause = Cause.FIRING if fires else Cause.RESOLVED
    return Observation(
        cluster, at, Kind.RULE, cause, reason=f"{name} was seen", rule=name, subject=subject, severity=severity
    )


def to(name: str = "ops", **more: object) -> AlertConfig:
    return replace(AlertConfig(name, "webhook"), **more)  # type: ignore[arg-type]  # fields of its own


class Story:
    """Time is seconds since T0. `told` is (second, route, kind, incidents as "cluster rule")."""

    def __init__(self, *routes: AlertConfig, silences: tuple[Silence, ...] = (), alerting: AlertingConfig = ALERTING):
        self.past = Past(routes or (to(),), silences, alerting)
        self.past.at = T0
        self._ids = itertools.count(1)

    def at(self, second: float) -> Story:
        """Let the time pass until then."""
        self.past.run_until(T0 + round(second * 1000))
        return self

    def see(self, *observations: Observation) -> Story:
        for one in observations:
            self.past.take(event(replace(one, at=self.past.at), next(self._ids)))
        return self

    def lose(self, *clusters: str) -> Story:
        return self.see(*map(lost, clusters))

    def regain(self, *clusters: str) -> Story:
        return self.see(*map(connected, clusters))

    def suspend(self, *clusters: str) -> Story:
        return self.see(*map(suspended, clusters))

    @property
    def told(self) -> list[tuple[float, str, str, list[str]]]:
        return list(self._told())

    def _told(self) -> Iterator[tuple[float, str, str, list[str]]]:
        for at, route, kind, incidents in self.past.messages:
            yield (at - T0) / 1000, route, kind.value, sorted(f"{one.cluster} {one.rule}" for one in incidents)

    @property
    def kinds(self) -> list[tuple[float, str]]:
        """(second, kind) of each message."""
        return [(second, kind) for second, _, kind, _ in self._told()]

    @property
    def why(self) -> list[str]:
        """What each notification waits for, or why nothing was told."""
        return [one.why for one in self.past.notifications.values()]
