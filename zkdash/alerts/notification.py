"""Notifications: what a route has been told of an incident, and what it is still to be told."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from zkdash.store.rows import Row


class NotificationState(enum.StrEnum):
    """How far the telling of an incident to a route is."""

    WAITING = "waiting"
    """Not told yet: it waits for its group, or is muted."""
    TOLD = "told"
    """Told that it is firing."""
    DONE = "done"
    """It is over, and that was told if the route wants to know."""
    SKIPPED = "skipped"
    """It was over before it was to be told."""
    DROPPED = "dropped"
    """The route doesn't want it any more, or nobody watches the cluster."""


LIVE = (NotificationState.WAITING, NotificationState.TOLD)


@dataclass(frozen=True, slots=True)
class Notification:
    """What a route is told of an incident. Times: UTC ms.

    `since` is what its waits are counted from, `next_at` when to look at it again. `why` says in plain words what it
    waits for or why nothing was told; `muted` is what keeps it back (held, inhibited, silenced, off-hours), empty if
    nothing does. `group_id` is the delivery that told of it first.
    """

    id: int
    route: str
    incident_id: int
    state: NotificationState
    since: int
    next_at: int
    why: str = ""
    muted: str = ""
    group_id: str = ""
    told_at: int | None = None
    last_told_at: int | None = None
    flapping_told_at: int | None = None
    resolved_told_at: int | None = None
    escalation: bool = False
    escalated_at: int | None = None


def notification_of(row: Row) -> Notification:
    """The notification of a row, which may have other columns beside."""
    fields = {name: row[name] for name in Notification.__slots__}
    return Notification(**{**fields, "state": NotificationState(row["state"])})
