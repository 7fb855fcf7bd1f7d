"""Deliveries: a message owed to a route, and each try to hand it over."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from zkdash.store.rows import Row


class What(enum.StrEnum):
    """What a delivery says in one word: something is wrong, it is over, or none of it is true."""

    LOST = "LOST"
    RECOVERED = "RECOVERED"
    TEST = "TEST"


class DeliveryKind(enum.StrEnum):
    """Why a delivery is made."""

    FIRING = "firing"
    FLAPPING = "flapping"
    REPEAT = "repeat"
    ESCALATION = "escalation"
    RESOLVED = "resolved"
    TEST = "test"


class DeliveryState(enum.StrEnum):
    """How far a delivery is."""

    OWED = "owed"
    SENT = "sent"
    FAILED = "failed"
    """Given up: refused for good, or not taken for a day."""
    DROPPED = "dropped"
    """Not wanted any more: its route is gone."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message owed to a route, until its receiver has taken it. Times: UTC ms.

    `id` goes with every try, so that a receiver can tell what it has already; `payload` is the same on every try
    (see `message.py`). `number` grows: what is told of an incident is told in its order. `incident_id` and `event_id`
    are the first that it tells of, None of a test; `cluster` is empty if it tells of several. `last_status` is the
    status of the last answer, None if none came; `last_error` says in plain words why the last try failed.
    """

    id: str
    number: int
    kind: DeliveryKind
    incident_id: int | None
    event_id: int | None
    route: str
    cluster: str
    payload: str
    state: DeliveryState
    tries: int
    next_try_at: int
    created_at: int
    refusals: int = 0
    last_error: str = ""
    last_status: int | None = None
    sent_at: int | None = None

    @property
    def what(self) -> What:
        if self.kind is DeliveryKind.TEST:
            return What.TEST
        return What.RECOVERED if self.kind is DeliveryKind.RESOLVED else What.LOST


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try. `n` counts from 1; `request` and `response` are excerpts without secrets, to be shown."""

    delivery_id: str
    n: int
    at: int
    took_ms: int
    status: int | None = None
    error: str = ""
    request: str = ""
    response: str = ""


def delivery_of(row: Row) -> Delivery:
    """The delivery of a row."""
    return Delivery(**{**row, "kind": DeliveryKind(row["kind"]), "state": DeliveryState(row["state"])})


def attempt_of(row: Row) -> Attempt:
    """The try of a row."""
    return Attempt(**row)
