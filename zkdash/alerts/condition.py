"""Conditions: what a rule holds to be true of its subject, since when, and how often that changed of late."""

from __future__ import annotations

import json
from dataclasses import dataclass

from zkdash.alerts.incident import Key
from zkdash.store.rows import Row
from zkdash.zookeeper.states import Cause, Severity


@dataclass(frozen=True, slots=True)
class Condition:
    """Times: UTC ms.

    `event_id` is the event that changed it last. `changes` are the times at which it came or went of late, as far as
    they count for flapping. `look_at` is when a condition that has to last has lasted long enough, or when one that
    flaps has been calm for long enough; None if time changes nothing.
    """

    cluster: str
    rule: str
    subject: str
    present: bool
    since: int
    event_id: int
    severity: Severity
    cause: Cause
    reason: str
    changes: tuple[int, ...] = ()
    look_at: int | None = None

    @property
    def key(self) -> Key:
        return (self.cluster, self.rule, self.subject)


def condition_of(row: Row) -> Condition:
    """The condition of a row."""
    return Condition(
        **{
            **row,
            "severity": Severity(row["severity"]),
            "cause": Cause(row["cause"]),
            "changes": tuple(json.loads(row["changes"])),
        }
    )
