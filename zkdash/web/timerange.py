"""What a reader wants to see of the timeline, as the URL says it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from multidict import MultiMapping

from zkdash.web.urls import at, with_query
from zkdash.zookeeper.states import State

MINUTE_MS = 60_000
RANGES_MS = {
    "15m": 15 * MINUTE_MS,
    "1h": 60 * MINUTE_MS,
    "6h": 360 * MINUTE_MS,
    "24h": 1440 * MINUTE_MS,
    "7d": 10_080 * MINUTE_MS,
}
RANGE_WORDS = {
    "15m": "15 min",
    "1h": "1 h",
    "6h": "6 h",
    "24h": "24 h",
    "7d": "7 d",
}
DEFAULT_RANGE = "1h"
NAME = re.compile(r"[A-Za-z0-9._-]+")
MAX_ID = 2**63 - 1


@dataclass(frozen=True, slots=True)
class View:
    """Filters of the timeline. `start` and `end` (UTC ms) are those of a range of one's own; no `end` is now."""

    range: str = DEFAULT_RANGE
    start: int | None = None
    end: int | None = None
    clusters: tuple[str, ...] = ()
    states: tuple[State, ...] = ()
    before: int | None = None

    def since(self, now: int) -> int:
        """Where it begins, UTC ms."""
        return self.start if self.start is not None else now - RANGES_MS.get(self.range, RANGES_MS[DEFAULT_RANGE])

    def until(self, now: int) -> int:
        """Where it ends, UTC ms."""
        return self.end if self.end is not None else now

    @property
    def includes_now(self) -> bool:
        """Whether what happens next belongs to it."""
        return self.end is None and self.before is None

    @property
    def moves(self) -> bool:
        """Whether its lanes move with the time: the last hour does, a range that began at noon doesn't."""
        return self.start is None and self.end is None

    def query(self, **changes: Any) -> Mapping[str, object]:
        """The query that says this view, with changes; what is as it is by default is left out."""
        view = replace(self, **changes)
        return {
            "range": view.range if view.range != DEFAULT_RANGE else None,
            "from": minute(view.start),
            "to": minute(view.end),
            "cluster": list(view.clusters),
            "state": [str(state) for state in view.states],
            "before": view.before,
        }

    def url(self, **changes: Any) -> str:
        """The address of this view on the timeline's page."""
        return with_query(at("/timeline"), self.query(**changes))

    def topic(self) -> str:
        """What to listen to for this view."""
        return with_query("timeline", self.query(before=None))


@dataclass(slots=True)
class Reading:
    """What was read from a query: the view, and what was wrong with which field."""

    view: View
    problems: dict[str, str] = field(default_factory=dict)


def read(query: MultiMapping[str]) -> Reading:
    """The view that a query string asks for; what can't be read is left out of it and said in `problems`."""
    problems: dict[str, str] = {}
    start, end = (moment(query.get(key, ""), key, problems) for key in ("from", "to"))
    chosen = query.get("range", "own" if start is not None or end is not None else DEFAULT_RANGE)
    if chosen not in RANGES_MS and chosen != "own":
        problems["range"] = f"There is no range {chosen!r}: it is one of {', '.join(RANGES_MS)} or own."
        chosen = DEFAULT_RANGE
    if chosen != "own":
        start = end = None
    elif start is None:
        problems.setdefault("from", "A range of your own needs a beginning.")
    elif end is not None and end <= start:
        problems["to"] = "The end must be after the beginning."
    clusters = tuple(dict.fromkeys(name for name in query.getall("cluster", []) if name))
    for name in clusters:
        if not NAME.fullmatch(name):
            problems["cluster"] = f"No cluster can be called {name!r}."
    clusters = tuple(name for name in clusters if NAME.fullmatch(name))
    states = states_of(query.getall("state", []), problems)
    before = number(query.get("before", ""), "before", problems)
    if problems:
        start, end, chosen = (None, None, DEFAULT_RANGE) if chosen == "own" and start is None else (start, end, chosen)
    return Reading(View(chosen, start, end, clusters, states, before), problems)


def states_of(asked: list[str], problems: dict[str, str]) -> tuple[State, ...]:
    """States by name, each once and in the order of State."""
    wanted = {each.upper() for each in asked if each}
    for each in sorted(wanted - set(State)):
        problems["state"] = f"There is no state {each!r}: it is one of {', '.join(State)}."
    return tuple(state for state in State if state in wanted)


def moment(text: str, key: str, problems: dict[str, str]) -> int | None:
    """ "2026-11-03T12:00" as UTC ms; without a zone it is UTC."""
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
        return round((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1000)
    except (ValueError, OverflowError):
        problems[key] = f"{text!r} is not a time like 2026-11-03T12:00 (UTC)."
        return None


def minute(at: int | None) -> str:
    """UTC ms as `datetime-local` writes it, to the second where there is one."""
    if at is None:
        return ""
    when = datetime.fromtimestamp(at / 1000, UTC)
    return f"{when:%Y-%m-%dT%H:%M:%S}" if at % MINUTE_MS else f"{when:%Y-%m-%dT%H:%M}"


def number(text: str, key: str, problems: dict[str, str]) -> int | None:
    """An event's id."""
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or int(text) > MAX_ID:
        problems[key] = f"{text!r} is not an event's number."
        return None
    return int(text)
