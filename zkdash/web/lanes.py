"""Swimlanes: from what was recorded to bars on an axis. Pure geometry in percent of the lane's width."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from zkdash.timeline.segments import Segment
from zkdash.web.filters import duration
from zkdash.web.words import STATE_WORDS
from zkdash.zookeeper.states import State

MAX_BARS = 400
"""More transitions than this in one lane are drawn as what was worst in each of as many slots."""
MIN_TROUBLE_PERCENT = 0.3
"""A short outage is drawn at least this wide, so that it can be seen."""
NOW_PERCENT = 0.8
"""The present state of a live lane is drawn at least this wide."""

DRAWN = ("connected", "unknown", "connecting", "suspended", "lost")
"""What is drawn first, and so lies below."""
WORST_FIRST = (State.LOST, State.SUSPENDED, None, State.CONNECTED)
HOUR_MS = 3_600_000
STEPS_MS = tuple(
    minutes * 60_000 for minutes in (1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 7200, 14400, 43200)
)


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch of one state: where it stands in the lane, and what it means (UTC ms)."""

    word: str
    x: float
    width: float
    start: int
    end: int
    event_id: int | None


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on the time axis. `form` is "clock" or "day"."""

    x: float
    at: int
    form: str
    text: str


def with_present(segments: Iterable[Segment], state: State, since: int, now: int) -> tuple[Segment, ...]:
    """What was recorded, and then what is known now: the present state is true even if it couldn't be recorded."""
    past = [replace(each, end=min(each.end, since)) for each in segments if each.start < since]
    event_id = next((each.event_id for each in segments if each.start == since), None)
    return (*past, Segment(state=state, start=since, end=max(now, since), event_id=event_id))


def bars(segments: Sequence[Segment], since: int, until: int, patience_ms: int, runs_on: bool = False) -> list[Bar]:
    """The bars of a lane from `since` to `until`, trouble after the rest so that it is drawn on top.

    `patience_ms` as for `words_of`. With `runs_on` the last bar reaches beyond the lane's end: the browser moves a
    live lane to the left.
    """
    span = max(until - since, 1)
    shown = [each for each in segments if each.end > since and each.start < until]
    if len(shown) > MAX_BARS:
        shown = worst_in_slots(shown, since, until)
    made = []
    for each, word in zip(shown, words_of(shown, patience_ms), strict=True):
        start, end = max(each.start, since), min(each.end, until)
        x, width = (start - since) * 100 / span, (end - start) * 100 / span
        if word in ("lost", "suspended"):
            width = max(width, MIN_TROUBLE_PERCENT)
        if runs_on and each is shown[-1]:
            x, width = min(x, 100 - NOW_PERCENT), width + 100
        made.append(Bar(word, round(x, 3), round(width, 3), each.start, each.end, each.event_id))
    present = made[-1:] if runs_on else []  # on top of all, for it may cover what was a moment ago
    return sorted(made[: len(made) - len(present)], key=lambda bar: DRAWN.index(bar.word)) + present


def words_of(segments: Sequence[Segment], patience_ms: int) -> list[str]:
    """The word for each segment; what was not watched is unknown.

    A loss right after it, for at most `patience_ms` (the session timeout), is only zkdash's own first connection.
    """
    words = []
    for index, each in enumerate(segments):
        first = index > 0 and segments[index - 1].state is None and each.end - each.start <= patience_ms
        if each.state is None:
            words.append("unknown")
        else:
            words.append("connecting" if first and each.state is State.LOST else STATE_WORDS[each.state])
    return words


def worst_in_slots(segments: Sequence[Segment], since: int, until: int) -> list[Segment]:
    """As many slots as `MAX_BARS`, each in the worst state that it saw; equal neighbours are one."""
    size = max((until - since) // MAX_BARS, 1)
    slots: dict[int, State | None] = {}
    for each in segments:
        first = max(each.start - since, 0) // size
        last = max(min(each.end, until) - 1 - since, 0) // size
        for slot in range(first, last + 1):
            if slot not in slots or WORST_FIRST.index(each.state) < WORST_FIRST.index(slots[slot]):
                slots[slot] = each.state
    merged: list[Segment] = []
    for slot, state in sorted(slots.items()):
        start = since + slot * size
        if merged and merged[-1].state is state and merged[-1].end == start:
            merged[-1] = replace(merged[-1], end=start + size)
        else:
            merged.append(Segment(state=state, start=start, end=start + size, event_id=None))
    return merged


def in_words(segments: Sequence[Segment], since: int, until: int, patience_ms: int) -> str:
    """A lane for those who don't see it: "lost 2 min, connected 2 h 58 min"; `patience_ms` as for `words_of`."""
    spans: dict[str, list[int]] = {}
    for each, word in zip(segments, words_of(segments, patience_ms), strict=True):
        span = min(each.end, until) - max(each.start, since)
        if span > 0:
            spans.setdefault(word, []).append(span)
    parts = []
    for word in reversed(DRAWN):
        if word in spans:
            often = f" ({len(spans[word])} times)" if word in ("lost", "suspended") and len(spans[word]) > 1 else ""
            parts.append(f"{word} {duration(sum(spans[word]))}{often}")
    return ", ".join(parts) or "nothing recorded"


def axis(since: int, until: int, marks: int = 6, runs_on: bool = False) -> list[Tick]:
    """About `marks` marks at round UTC times; with `runs_on` also those that are still to come."""
    span = max(until - since, 1)
    step = next((step for step in STEPS_MS if span / step <= marks), STEPS_MS[-1])
    end = until + span if runs_on else until
    ticks = []
    for at in range(-(-since // step) * step, end + 1, step):
        when = datetime.fromtimestamp(at / 1000, UTC)
        form = "day" if span > 36 * HOUR_MS else "clock"
        text = f"{when:%H:%M}" if form == "clock" else f"{when:%b} {when.day}"
        ticks.append(Tick(round((at - since) * 100 / span, 3), at, form, text))
    return ticks
