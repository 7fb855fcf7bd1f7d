"""What is known when all is over: what was done, and what was heard of it.

Times are seconds of one monotonic clock, as they really were: a server that took long to come back was away for long.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time in which something was wrong: with a cluster, or with zkdash.

    `loses` is whether the session must be lost by it (True), must not be (False), or may be (None).
    """

    on: str
    what: str
    began: float
    ended: float
    loses: bool | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """An event as the viewer that was there throughout got it: when it happened, and when it came."""

    at: float
    event: Mapping[str, Any]
    came: float = 0.0

    @property
    def is_transition(self) -> bool:
        """Whether the cluster changed; a configuration that is read again may end its watching, and begin it anew."""
        return self.event["kind"] == "state" and self.event["cause"] not in ("stopped", "starting")


@dataclass(frozen=True, slots=True)
class Shown:
    """A cluster's state on the page that was left open, and when it came to be that."""

    at: float
    cluster: str
    state: str


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody who listened to the events after an id for a while, and the ids of those that came."""

    after: int
    began: float
    ended: float
    ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """An incident in a message that a receiver has taken: the message's kind, and the incident's number and rule."""

    kind: str
    incident: int
    rule: str
    cluster: str


@dataclass(frozen=True, slots=True)
class Account:
    """All that is known when it is over. `log` is zkdash's own, oldest first; `owed` are deliveries not made yet."""

    windows: Sequence[Window]
    deaths: Sequence[tuple[float, float]]
    log: Sequence[Mapping[str, Any]]
    heard: Sequence[Heard]
    incidents: Sequence[Mapping[str, Any]]
    told: Sequence[Told]
    shown: Sequence[Shown] = ()
    visits: Sequence[Visit] = ()
    wrong: Sequence[str] = ()
    """Answers that no page gives, and what zkdash logged that a healthy one doesn't."""
    owed: int = 0
    timeout_s: float = 4.0
    recovers_s: float = 8.0
    resources: Mapping[str, tuple[float, float, float]] = field(default_factory=dict)
    """What zkdash took before and after, and how much more is allowed."""
