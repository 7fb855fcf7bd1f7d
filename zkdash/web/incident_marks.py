"""Incidents as marks in the timeline: on the lanes, where they began, and on the events that opened them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from zkdash.alerts.incident import Incident
from zkdash.web.alert_words import rule_words
from zkdash.web.filters import duration
from zkdash.web.urls import url_for_incident

MOST = 500
"""So many incidents of a view are marked, the newest."""


NEAR_PERCENT = 1.0
"""Marks of a lane that would lie so near to each other are one, that of the worst."""

_ORDER = {"info": 0, "warning": 1, "critical": 2}


@dataclass(frozen=True, slots=True)
class LaneMark:
    """Where `incidents` began, the worst at `at` (UTC ms) and `x` percent of the width, and the page of that one."""

    incidents: int
    x: float
    at: int
    severity: str
    words: str
    href: str


def by_cluster(incidents: Iterable[Incident]) -> dict[str, list[Incident]]:
    """Incidents by their cluster."""
    found: dict[str, list[Incident]] = {}
    for each in incidents:
        found.setdefault(each.cluster, []).append(each)
    return found


def on_lane(incidents: Iterable[Incident], since: int, until: int) -> list[LaneMark]:
    """The marks of a lane from `since` to `until` (UTC ms), in the order of time."""
    span = max(until - since, 1)
    groups: list[list[Incident]] = []
    for each in sorted(incidents, key=lambda one: one.opened_at):
        if not since <= each.opened_at < until:
            continue
        if groups and (each.opened_at - groups[-1][0].opened_at) * 100 / span < NEAR_PERCENT:
            groups[-1].append(each)
        else:
            groups.append([each])
    return [_mark(group, since, span) for group in groups]


def _mark(group: list[Incident], since: int, span: int) -> LaneMark:
    worst = max(group, key=lambda one: (one.is_open, _ORDER[one.severity], one.opened_at))
    return LaneMark(
        incidents=len(group),
        x=round((worst.opened_at - since) * 100 / span, 3),
        at=worst.opened_at,
        severity=str(worst.severity),
        words=in_words(worst) + (f"; and {len(group) - 1} more" if len(group) > 1 else ""),
        href=url_for_incident(worst.id),
    )


def in_words(incident: Incident) -> str:
    """An incident in a line: "server down zk2:2181, warning, for 3 min"."""
    about = f" {incident.subject}" if incident.subject else ""
    lasts = "open" if incident.resolved_at is None else f"for {duration(incident.resolved_at - incident.opened_at)}"
    return f"{rule_words(incident.rule)}{about}, {incident.severity}, {lasts}"
