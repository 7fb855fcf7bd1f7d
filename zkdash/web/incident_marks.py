"""Incidents as marks in the timeline: on the lanes, where they began, and on the events that opened them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from zkdash.alerts.incident import Incident
from zkdash.web.alert_words import rule_words
from zkdash.web.filters import duration

MOST = 500
"""So many incidents of a view are marked, the newest."""


@dataclass(frozen=True, slots=True)
class LaneMark:
    """Where an incident began, in percent of its lane's width."""

    x: float
    severity: str
    words: str


def by_cluster(incidents: Iterable[Incident]) -> dict[str, list[Incident]]:
    """Incidents by their cluster."""
    found: dict[str, list[Incident]] = {}
    for each in incidents:
        found.setdefault(each.cluster, []).append(each)
    return found


def on_lane(incidents: Iterable[Incident], since: int, until: int) -> list[LaneMark]:
    """The marks of a lane from `since` to `until` (UTC ms), the worst drawn last and so on top."""
    span = max(until - since, 1)
    order = {"info": 0, "warning": 1, "critical": 2}
    shown = [each for each in incidents if since <= each.opened_at < until]
    return [
        LaneMark(round((each.opened_at - since) * 100 / span, 3), str(each.severity), in_words(each))
        for each in sorted(shown, key=lambda one: (order[one.severity], one.opened_at))
    ]


def in_words(incident: Incident) -> str:
    """An incident in a line: "server down zk2:2181, warning, for 3 min"."""
    about = f" {incident.subject}" if incident.subject else ""
    lasts = "open" if incident.resolved_at is None else f"for {duration(incident.resolved_at - incident.opened_at)}"
    return f"{rule_words(incident.rule)}{about}, {incident.severity}, {lasts}"
