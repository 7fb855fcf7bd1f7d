"""Sparklines: the last hour of one number, minute by minute, as a path. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

BUCKET_MS = 60_000
BUCKETS = 60
WIDTH = 120
HEIGHT = 24
INSET = 2
"""So that the line's own width isn't cut off at the rims."""


class Trail:
    """The highest value of each minute of the last hour; a minute without one is a gap."""

    __slots__ = ("_minute", "_values")

    def __init__(self) -> None:
        self._values: dict[int, float] = {}
        self._minute = -1

    def add(self, at: int, value: float) -> None:
        """Take a value in; `at` is UTC ms. What is an hour older than the newest goes."""
        minute = at // BUCKET_MS
        self._values[minute] = max(self._values.get(minute, value), value)
        if minute > self._minute:
            self._minute = minute
            for old in [one for one in self._values if one <= minute - BUCKETS]:
                del self._values[old]

    def points(self, now: int) -> tuple[float | None, ...]:
        """The minutes up to the present one."""
        last = now // BUCKET_MS
        return tuple(self._values.get(minute) for minute in range(last - BUCKETS + 1, last + 1))


def highest(trails: Iterable[Sequence[float | None]]) -> tuple[float | None, ...]:
    """For each minute the highest of several trails."""
    made = []
    for column in zip(*trails, strict=True):
        known = [value for value in column if value is not None]
        made.append(max(known) if known else None)
    return tuple(made)


def path(points: Sequence[float | None], floor: float = 1.0) -> str:
    """The line of a sparkline as an SVG path in a box of WIDTH x HEIGHT; "" if nothing is known.

    It stands on 0 and reaches up to the highest value, or to `floor` if that is higher: noise is no mountain. A value
    that stands alone is a dot.
    """
    known = [value for value in points if value is not None]
    if not known:
        return ""
    top = max(*known, floor) if len(known) > 1 else max(known[0], floor)
    step = WIDTH / max(len(points) - 1, 1)
    drawn: list[str] = []
    for index, value in enumerate(points):
        if value is None:
            continue
        x, y = index * step, HEIGHT - INSET - max(value, 0) * (HEIGHT - 2 * INSET) / top
        begins = index == 0 or points[index - 1] is None
        alone = begins and (index + 1 == len(points) or points[index + 1] is None)
        drawn.append(f"{'M' if begins else 'L'}{x:.4g} {y:.4g}{'h.01' if alone else ''}")
    return "".join(drawn)
