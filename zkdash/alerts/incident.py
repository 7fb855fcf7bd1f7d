"""Incidents: something wrong with a cluster or one of its servers, from its beginning to its end."""

from __future__ import annotations

from dataclasses import dataclass

from zkdash.store.rows import Row
from zkdash.zookeeper.states import Cause, Severity

Key = tuple[str, str, str]
"""(cluster, rule, subject): of each there is one open incident at most."""


@dataclass(frozen=True, slots=True)
class Incident:
    """Something wrong, from the event that opened it to the one that resolved it. Times: UTC ms.

    `subject` is the server ("host:port") that it is about, empty for the whole cluster. `firing` is what was seen
    last; only while it flaps can an open incident not be firing. `resolved_event_id` is None, though it is over, if
    nothing was seen that resolved it; `resolved_why` says then why it is over.
    """

    id: int
    cluster: str
    rule: str
    subject: str
    severity: Severity
    cause: Cause
    reason: str
    opened_at: int
    opened_event_id: int
    last_seen_at: int
    firing: bool = True
    flapping_since: int | None = None
    acknowledged_at: int | None = None
    acknowledged_by: str = ""
    acknowledged_note: str = ""
    resolved_at: int | None = None
    resolved_event_id: int | None = None
    resolved_why: str = ""

    @property
    def key(self) -> Key:
        return (self.cluster, self.rule, self.subject)

    @property
    def is_open(self) -> bool:
        return self.resolved_at is None


def incident_of(row: Row) -> Incident:
    """The incident of a row, which may have other columns beside."""
    fields = {name: row[name] for name in Incident.__slots__}
    return Incident(**{**fields, "cause": Cause(row["cause"]), "severity": Severity(row["severity"])})


def words(value: object) -> dict[str, object]:
    """The fields of a dataclass with slots as columns: an enum's value is what the drivers take."""
    names: tuple[str, ...] = value.__slots__  # type: ignore[attr-defined]  # all that flow here have them
    return {name: getattr(field := getattr(value, name), "value", field) for name in names}
