"""From transitions to lanes: in which state was a cluster, and when? Pure.

What zkdash did not watch is unknown. So a state holds until the next transition, but not beyond the last sign of
life of the process (the run) that saw it: what came then nobody knows until a process watches again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from zkdash.zookeeper.states import Cause, State

ALIVE_MS = 15_000
"""A run whose last sign of life is not older than this is taken to be alive still: three of its beats."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A transition, as far as it matters here. `run_id` is the process that saw it."""

    event_id: int
    run_id: int
    at: int
    cause: Cause
    state: State


@dataclass(frozen=True, slots=True)
class Run:
    """A process of zkdash: when it was there to see anything. UTC ms."""

    id: int
    started_at: int
    alive_at: int
    stopped_at: int | None = None

    def until(self, now: int) -> int:
        """Its end, or its last sign of life; `now` while it is alive."""
        if self.stopped_at is not None:
            return min(self.stopped_at, now)
        return now if now - self.alive_at <= ALIVE_MS else self.alive_at


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a lane, `start` <= t < `end`, UTC ms. `state` is None where nobody watched."""

    state: State | None
    start: int
    end: int
    event_id: int | None = None
    """The transition that the stretch begins with, though that may lie before what is shown."""


def segments(marks: Sequence[Mark], runs: Iterable[Run], since: int, until: int, now: int) -> tuple[Segment, ...]:
    """The lane of one cluster over [since, until], which ends at `now` at the latest: without gaps, without overlaps.

    `marks` are the cluster's transitions in the order they were recorded. Times may be odd, for clocks are set: where
    they run backwards, what was recorded later holds. Empty if the range is.
    """
    end = min(until, now)
    lane: list[Segment] = []
    for known in _known(marks, {run.id: run for run in runs}, now):
        start, stop = max(known.start, since), min(known.end, end)
        if start >= stop:
            continue
        shown_to = lane[-1].end if lane else since
        if start > shown_to:
            lane.append(Segment(None, shown_to, start))
        lane.append(Segment(known.state, start, stop, known.event_id))
    shown_to = lane[-1].end if lane else since
    if shown_to < end:
        lane.append(Segment(None, shown_to, end))
    return tuple(lane)


def _known(marks: Sequence[Mark], runs: dict[int, Run], now: int) -> Iterable[Segment]:
    """What is known, in order and without overlaps; may be empty or of negative length where times are odd."""
    ends = [now] * len(marks)
    for i in range(len(marks) - 1, 0, -1):
        ends[i - 1] = min(ends[i], marks[i].at)
    for mark, end in zip(marks, ends, strict=True):
        run = runs.get(mark.run_id)
        if run is None or mark.cause is Cause.STOPPED:  # zkdash let go of it by itself: that says nothing about it
            continue
        yield Segment(mark.state, max(mark.at, run.started_at), min(end, run.until(now)), mark.event_id)
