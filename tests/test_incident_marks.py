"""Incidents on a lane: where their marks stand, what they say and where they lead."""

from __future__ import annotations

from tests.support.observations import T0
from zkdash.alerts.incident import Incident
from zkdash.web.incident_marks import on_lane
from zkdash.zookeeper.states import Severity

HOUR = 3_600_000


def incident(id: int, at: int, severity: Severity, resolved_at: int | None = None) -> Incident:
    return Incident(
        id=id,
        cluster="prod",
        rule="server-down",
        subject="zk2:2181",
        severity=severity,
        cause="firing",
        reason="it does not answer",
        opened_at=T0 + at,
        opened_event_id=id,
        last_seen_at=T0 + at,
        resolved_at=None if resolved_at is None else T0 + resolved_at,
    )


def test_a_mark_stands_where_its_incident_began_and_leads_to_it() -> None:
    [mark] = on_lane([incident(7, HOUR // 4, Severity.WARNING)], T0, T0 + HOUR)
    assert (mark.x, mark.at, mark.severity, mark.href) == (25.0, T0 + HOUR // 4, "warning", "/alerts/incidents/7")
    assert mark.words.endswith("zk2:2181, warning, open")


def test_what_began_before_the_lane_or_after_it_has_no_mark() -> None:
    assert on_lane([incident(1, -1, Severity.INFO), incident(2, HOUR, Severity.INFO)], T0, T0 + HOUR) == []


def test_marks_that_would_hide_each_other_are_one_that_leads_to_what_is_open_and_worst() -> None:
    near = [
        incident(1, 1000, Severity.CRITICAL, resolved_at=2000),
        incident(2, 2000, Severity.INFO),
        incident(3, 3000, Severity.WARNING),
        incident(4, HOUR // 2, Severity.INFO),
    ]
    first, second = on_lane(near, T0, T0 + HOUR)
    assert (first.incidents, first.severity, first.href) == (3, "warning", "/alerts/incidents/3")
    assert first.words.endswith("; and 2 more")
    assert (second.incidents, second.href) == (1, "/alerts/incidents/4")
