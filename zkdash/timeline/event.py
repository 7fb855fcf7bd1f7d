"""What the log of everything that happened consists of."""

from __future__ import annotations

from dataclasses import dataclass

from zkdash.zookeeper.states import Cause, Kind, Severity, State


@dataclass(frozen=True, slots=True)
class Event:
    """One committed line of the log. Fields as in `Observation`; `id` grows with every event."""

    id: int
    cluster: str
    at: int
    kind: Kind
    cause: Cause
    from_state: State | None = None
    to_state: State | None = None
    session_id: int | None = None
    server: str | None = None
    lasted_ms: int | None = None
    reason: str = ""
    about: int | None = None
    """Of a notice: the id of the transition that it adds its knowledge to."""
    rule: str = ""
    subject: str = ""
    severity: Severity | None = None
