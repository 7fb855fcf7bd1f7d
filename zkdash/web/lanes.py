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
TROUBLE = ("suspended", "lost")
HOUR_MS = 3_600_000
STEPS_MS = tuple(
    minutes * 60_000
    for minutes in (1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 7200, 14400, 43200, 129600, 525600)
)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time (UTC ms) in which a cluster stood the same, and the word for it: one of DRAWN."""

    word: str
    start: int
    end: int
    event_id: int | None = None


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch as it stands in its lane, in percent of the lane's width."""

    stretch: Stretch
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on the time axis. `form` is "clock" or "day"."""

    x: float
    at: int
    form: str
    text: str


def stretches(segments: Sequence[Segment], patience_ms: int) -> tuple[Stretch, ...]:
    """What was recorded, in words; what was not watched is unknown.

    A loss right after that, for at most `patience_ms` (the session timeout), is only zkdash's own first connection.
    """
    made = []
    for index, each in enumerate(segments):
        word = STATE_WORDS[each.state] if each.state is not None else "unknown"
        after_unknown = index > 0 and segments[index - 1].state is None
        if each.state is State.LOST and after_unknown and each.end - each.start <= patience_ms:
            word = "connecting"
        made.append(Stretch(word, each.start, each.end, each.event_id))
    return tuple(made)


def with_present(recorded: Iterable[Stretch], word: str, since: int, now: int) -> tuple[Stretch, ...]:
    """What was recorded, and then what is known now: the present state is true even if it couldn't be recorded."""
    past = [replace(each, end=min(each.end, since)) for each in recorded if each.start < since]
    event_id = next((each.event_id for each in recorded if each.start == since), None)
    return (*past, Stretch(word, since, max(now, since), event_id))


def bars(lane: Sequence[Stretch], since: int, until: int, runs_on: bool = False) -> list[Bar]:
    """The bars of a lane from `since` to `until`, trouble after the rest so that it is drawn on top.

    With `runs_on` the last bar is the present, which reaches beyond the lane's end: the browser moves a live lane
    to the left.
    """
    span = max(until - since, 1)
    shown = [each for each in lane if each.end > since and each.start < until + runs_on]
    if len(shown) > MAX_BARS:
        shown = worst_in_slots(shown, since, until)
    made = []
    for each in shown:
        start, end = max(each.start, since), min(each.end, until)
        x, width = (start - since) * 100 / span, (end - start) * 100 / span
        if each.word in TROUBLE:
            width = max(width, MIN_TROUBLE_PERCENT)
        if runs_on and each is shown[-1]:
            x, width = min(x, 100 - NOW_PERCENT), width + 100
        made.append(Bar(each, round(x, 3), round(width, 3)))
    present = made[-1:] if runs_on else []  # on top of all, for it may cover what was a moment ago
    return sorted(made[: len(made) - len(present)], key=lambda bar: DRAWN.index(bar.stretch.word)) + present


def worst_in_slots(lane: Sequence[Stretch], since: int, until: int) -> list[Stretch]:
    """As many slots as `MAX_BARS`, each as the worst that it saw; equal neighbours are one. The last stays whole."""
    size = max(-(-(until - since) // MAX_BARS), 1)
    slots: dict[int, str] = {}
    for each in lane[:-1]:
        first = max(each.start - since, 0) // size
        last = max(min(each.end, until) - 1 - since, 0) // size
        for slot in range(first, last + 1):
            slots[slot] = max(slots.get(slot, each.word), each.word, key=DRAWN.index)
    merged: list[Stretch] = []
    for slot, word in sorted(slots.items()):
        start = since + slot * size
        if merged and merged[-1].word == word and merged[-1].end == start:
            merged[-1] = replace(merged[-1], end=start + size)
        else:
            merged.append(Stretch(word, start, start + size))
    return [*merged, lane[-1]]


def in_words(lane: Sequence[Stretch], since: int, until: int) -> str:
    """A lane for those who don't see it: "lost 2 min, connected 2 h 58 min"."""
    spans: dict[str, list[int]] = {}
    for each in lane:
        span = min(each.end, until) - max(each.start, since)
        if span > 0:
            spans.setdefault(each.word, []).append(span)
    parts = []
    for word in reversed(DRAWN):
        if word in spans:
            often = f" ({len(spans[word])} times)" if word in TROUBLE and len(spans[word]) > 1 else ""
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
