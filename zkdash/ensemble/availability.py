"""How much of the time a cluster could be used, and when it could not. Pure.

What counts is what a client of the cluster sees: it is up while it is CONNECTED, and down while it is SUSPENDED or
LOST. What zkdash did not watch is unknown: neither up nor down, and told as what it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from zkdash.zookeeper.states import State

if TYPE_CHECKING:
    from zkdash.timeline.segments import Segment

HOUR_MS = 3_600_000
WINDOWS_MS = {"24h": 24 * HOUR_MS, "7d": 168 * HOUR_MS, "30d": 720 * HOUR_MS, "90d": 2160 * HOUR_MS}


@dataclass(frozen=True, slots=True)
class Outage:
    """A time (UTC ms) in which a cluster was down, from the transition `event_id` on.

    `lost` is whether it was more than SUSPENDED. `ended` is whether the end was seen: else it goes on, or nobody
    watched any more.
    """

    start: int
    end: int
    lost: bool
    ended: bool
    event_id: int | None = None

    @property
    def lasted_ms(self) -> int:
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Availability:
    """The sums (ms) of one window [since, until), and its outages, the newest first. They add up to the window."""

    since: int
    until: int
    up_ms: int
    suspended_ms: int
    lost_ms: int
    unknown_ms: int
    outages: tuple[Outage, ...]

    @property
    def down_ms(self) -> int:
        return self.suspended_ms + self.lost_ms

    @property
    def known_ms(self) -> int:
        return self.up_ms + self.down_ms

    @property
    def ratio(self) -> float | None:
        """The part of the known time in which it was up, 0 to 1; None if nothing is known."""
        return self.up_ms / self.known_ms if self.known_ms else None

    @property
    def known(self) -> float:
        """The part of the window that zkdash watched, 0 to 1."""
        span = self.until - self.since
        return self.known_ms / span if span > 0 else 0.0


def availability(lane: Sequence[Segment], since: int, until: int, patience_ms: int = 0) -> Availability:
    """What a cluster's lane says about [since, until).

    A loss right after a time that nobody watched, for at most `patience_ms` (the session timeout), is only zkdash's
    own first connection: that is unknown. Time that the lane doesn't cover is unknown too.
    """
    sums = dict.fromkeys((*State, None), 0)
    for state, start, end in _judged(lane, patience_ms):
        sums[state] += max(min(end, until) - max(start, since), 0)
    known = sums[State.CONNECTED] + sums[State.SUSPENDED] + sums[State.LOST]
    outages = [_within(each, since, until) for each in outages_of(lane, patience_ms)]
    return Availability(
        since,
        until,
        up_ms=sums[State.CONNECTED],
        suspended_ms=sums[State.SUSPENDED],
        lost_ms=sums[State.LOST],
        unknown_ms=max(until - since, 0) - known,
        outages=tuple(each for each in reversed(outages) if each.start < each.end),
    )


def outages_of(lane: Sequence[Segment], patience_ms: int = 0) -> list[Outage]:
    """The outages of a lane, oldest first: a suspension that became a loss is one of them."""
    found: list[Outage] = []
    open_one: Outage | None = None
    for index, (state, start, end) in enumerate(_judged(lane, patience_ms)):
        if state in (State.SUSPENDED, State.LOST):
            lost = state is State.LOST
            if open_one is None:
                open_one = Outage(start, end, lost, ended=False, event_id=lane[index].event_id)
            else:
                open_one = replace(open_one, end=end, lost=open_one.lost or lost)
        elif open_one is not None:
            found.append(replace(open_one, ended=state is State.CONNECTED))
            open_one = None
    return [*found, open_one] if open_one is not None else found


def _judged(lane: Sequence[Segment], patience_ms: int) -> Iterable[tuple[State | None, int, int]]:
    """The lane's states and times; a first connection of zkdash's own is unknown."""
    for index, each in enumerate(lane):
        first = index > 0 and lane[index - 1].state is None
        own = first and each.state is State.LOST and each.end - each.start <= patience_ms
        yield None if own else each.state, each.start, each.end


def _within(outage: Outage, since: int, until: int) -> Outage:
    return replace(outage, start=max(outage.start, since), end=min(outage.end, until))
