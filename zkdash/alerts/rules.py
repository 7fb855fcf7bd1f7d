"""What is worth telling, to whom, and when to try again. Pure."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from fnmatch import fnmatchcase

from zkdash.alerts.incident import What
from zkdash.config import AlertConfig
from zkdash.timeline.event import Event
from zkdash.zookeeper.states import Cause, Kind, State

LOST_RULE = "lost"

# A cluster that zkdash doesn't watch yet, or no more, isn't lost.
_OWN_DOING = (Cause.STARTING, Cause.STOPPED)
# Learnt while the cluster counts as LOST anyway: from its start, or since it was lost.
_TELLING_NOTICES = (Cause.NEVER_CONNECTED, Cause.AUTH_FAILED)

FIRST_RETRY_S = 1.0
LONGEST_RETRY_S = 300.0
LONGEST_RETRY_AFTER_S = 3600.0


class Verdict(enum.Enum):
    """What an event means for the incident of its cluster."""

    OPENS = enum.auto()
    RESOLVES = enum.auto()


def verdict(event: Event) -> Verdict | None:
    """What an event means to the rule "lost"; None if nothing."""
    if event.kind is Kind.NOTICE:
        return Verdict.OPENS if event.cause in _TELLING_NOTICES else None
    if event.to_state is State.CONNECTED:
        return Verdict.RESOLVES
    if event.to_state is State.LOST and event.cause not in _OWN_DOING:
        return Verdict.OPENS
    return None


def routes_for(routes: Iterable[AlertConfig], cluster: str, what: What) -> list[AlertConfig]:
    """Those who want to be told this of this cluster."""
    return [
        route
        for route in routes
        if what in route.on and any(fnmatchcase(cluster, pattern) for pattern in route.clusters)
    ]


def retry_s(tries: int, retry_after_s: float | None, chance: float) -> float:
    """How long to wait after the `tries`th try has failed.

    It doubles from 1 s to 5 min; `chance` (0 to 1) moves it by up to a tenth to either side, so that what failed
    together isn't tried again together. A receiver that names a later time (Retry-After) gets it, up to an hour.
    """
    doubled = FIRST_RETRY_S * 2.0 ** min(tries - 1, 20)
    own = min(doubled * (0.9 + 0.2 * chance), LONGEST_RETRY_S)
    return max(own, min(retry_after_s or 0.0, LONGEST_RETRY_AFTER_S))
