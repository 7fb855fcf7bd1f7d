"""Who wants to be told of what. Pure."""

from __future__ import annotations

from fnmatch import fnmatchcase

from zkdash.alerts.incident import Incident
from zkdash.alerts.rules import LOST, NEVER_CONNECTED, SESSION_REPLACED
from zkdash.config import AlertConfig
from zkdash.zookeeper.states import Severity

OCCASIONS = {"LOST", "RECOVERED"}
"""The words of `on` that are no rules: that a cluster is lost, and that it is back."""

_LOST_MEANS = (LOST, NEVER_CONNECTED, SESSION_REPLACED)
_GROUP_WAIT_S = 30.0


def wants(route: AlertConfig, incident: Incident, label: str) -> bool:
    """Whether a route wants to be told of an incident; `label` is that of its cluster."""
    return (
        _any(route.clusters, incident.cluster)
        and (not route.labels or _any(route.labels, label))
        and (not route.severities or _any(route.severities, incident.severity.value))
        and (
            (incident.rule in _LOST_MEANS and bool(route.on & OCCASIONS))
            or any(fnmatchcase(incident.rule, one) for one in route.on - OCCASIONS)
        )
    )


def group_wait_ms(route: AlertConfig, incident: Incident) -> int:
    """How long an incident waits for others to be told with it."""
    if route.group_wait_s is not None:
        return round(route.group_wait_s * 1000)
    at_once = incident.severity is Severity.CRITICAL or (
        incident.rule == SESSION_REPLACED and bool(route.on & OCCASIONS)  # a LOST that was missed
    )
    return 0 if at_once else round(_GROUP_WAIT_S * 1000)


def _any(patterns: tuple[str, ...] | frozenset[str], text: str) -> bool:
    return any(fnmatchcase(text, pattern) for pattern in patterns)
