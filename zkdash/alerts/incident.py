"""What is wrong with a cluster, and who is told of it."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from zkdash.store.rows import Row
from zkdash.zookeeper.states import Cause


class What(enum.StrEnum):
    """What a delivery says, as `[alert:NAME] on` spells it."""

    LOST = "LOST"
    RECOVERED = "RECOVERED"


class DeliveryState(enum.StrEnum):
    """How far a delivery is."""

    OWED = "owed"
    SENT = "sent"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Incident:
    """Something wrong with a cluster, from the event that opened it to the one that resolved it. Times: UTC ms."""

    id: int
    cluster: str
    rule: str
    cause: Cause
    reason: str
    opened_at: int
    opened_event_id: int
    resolved_at: int | None = None
    resolved_event_id: int | None = None

    @property
    def is_open(self) -> bool:
        return self.resolved_at is None


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message owed to a route, until its receiver has taken it. Times: UTC ms.

    `id` is the `webhook-id` and `payload` the body of every try. `last_status` is the HTTP status of the last
    answer, None if none came; `last_error` says in plain words why the last try failed.
    """

    id: str
    incident_id: int
    event_id: int
    route: str
    what: What
    cluster: str
    payload: str
    state: DeliveryState
    tries: int
    next_try_at: int
    created_at: int
    last_error: str = ""
    last_status: int | None = None
    sent_at: int | None = None


def incident_of(row: Row) -> Incident:
    """The incident of a row."""
    return Incident(**{**row, "cause": Cause(row["cause"])})


def delivery_of(row: Row) -> Delivery:
    """The delivery of a row."""
    return Delivery(**{**row, "what": What(row["what"]), "state": DeliveryState(row["state"])})
