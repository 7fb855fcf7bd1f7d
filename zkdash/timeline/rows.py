"""Between observations, events and their rows in the store. Pure."""

from __future__ import annotations

from typing import Any

from zkdash.store.rows import Row
from zkdash.store.text import storable
from zkdash.timeline.event import Event
from zkdash.timeline.segments import Mark, Run
from zkdash.zookeeper.states import Cause, Kind, Observation, Severity, State

_LONGEST_TEXT = 2_000


def row_of(observation: Observation, run_id: int, seq: int) -> dict[str, Any]:
    """The row to write. Whatever a server or a library said is made to fit, for a row that can't be written would
    hold up all that follow."""
    return {
        "run_id": run_id,
        "seq": seq,
        "cluster": observation.cluster,
        "at": observation.at,
        "kind": observation.kind.value,
        "cause": observation.cause.value,
        "from_state": observation.from_state and observation.from_state.value,
        "to_state": observation.to_state and observation.to_state.value,
        "session_id": _signed(observation.session_id),
        "server": None if observation.server is None else _text(observation.server),
        "lasted_ms": observation.lasted_ms,
        "reason": _text(observation.reason),
        "rule": _text(observation.rule),
        "subject": _text(observation.subject),
        "severity": observation.severity and observation.severity.value,
    }


def event_of(row: Row) -> Event:
    """The event of a row, which may lack `about`."""
    return Event(
        id=row["id"],
        cluster=row["cluster"],
        at=row["at"],
        kind=Kind(row["kind"]),
        cause=Cause(row["cause"]),
        from_state=_state(row["from_state"]),
        to_state=_state(row["to_state"]),
        session_id=row["session_id"],
        server=row["server"],
        lasted_ms=row["lasted_ms"],
        reason=row["reason"],
        about=row.get("about"),
        rule=row["rule"],
        subject=row["subject"],
        severity=None if row["severity"] is None else Severity(row["severity"]),
    )


def mark_of(row: Row) -> Mark:
    """What a lane needs of a transition."""
    return Mark(row["id"], row["run_id"], row["at"], Cause(row["cause"]), State(row["to_state"]))


def run_of(row: Row) -> Run:
    """The run of a row."""
    return Run(row["id"], row["started_at"], row["alive_at"], row["stopped_at"])


def _state(word: str | None) -> State | None:
    return None if word is None else State(word)


def _signed(session_id: int | None) -> int | None:
    """64 bits, signed as on the wire, also if a library gave them unsigned."""
    return None if session_id is None else (session_id + 2**63) % 2**64 - 2**63


def _text(text: str) -> str:
    return storable(text[:_LONGEST_TEXT])
