"""From samples to minima, averages and maxima over equal stretches of time. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from zkdash.ensemble.charted import MAX_GAP_MS, increase

Bucket = tuple[float, float, float]
"""(minimum, average, maximum)."""

Buckets = list[Bucket | None]
"""One for each stretch of time; None where nothing is known."""


def rates(points: Iterable[tuple[int, float | None]]) -> Iterator[tuple[int, float]]:
    """(time, increase per second since the point before) of a counter; `points` are (UTC ms, value) in order."""
    before_at, before = 0, None
    for at, value in points:
        if value is None:
            continue
        if before is not None and 0 < at - before_at <= MAX_GAP_MS:
            yield at, increase(before, value) * 1000 / (at - before_at)
        before_at, before = at, value


def transactions(points: Iterable[tuple[int, int | None]]) -> Iterator[tuple[int, float | None]]:
    """A zxid as a counter: its lower half, which starts again with each leader's epoch."""
    for at, zxid in points:
        yield at, None if zxid is None else float(zxid & 0xFFFF_FFFF)


def collect(points: Iterable[tuple[int, float | None]], start: int, step: int, count: int) -> Buckets:
    """`count` buckets of `step` ms from `start`; points outside don't count."""
    low: list[float] = [0.0] * count
    high: list[float] = [0.0] * count
    total: list[float] = [0.0] * count
    seen = [0] * count
    for at, value in points:
        index = (at - start) // step
        if value is None or not 0 <= index < count:
            continue
        if not seen[index] or value < low[index]:
            low[index] = value
        if not seen[index] or value > high[index]:
            high[index] = value
        total[index] += value
        seen[index] += 1
    return [
        (low[index], min(max(total[index] / times, low[index]), high[index]), high[index]) if times else None
        for index, times in enumerate(seen)
    ]


def merge(
    parts: Iterable[tuple[int, Sequence[Bucket | None]]], part_step: int, start: int, step: int, count: int
) -> Buckets:
    """Wider buckets out of narrower ones: `parts` are (start, buckets of `part_step` ms). Averages weigh the same."""
    found: list[list[Bucket]] = [[] for _ in range(count)]
    for part_start, buckets in parts:
        for number, bucket in enumerate(buckets):
            index = (part_start + number * part_step - start) // step
            if bucket is not None and 0 <= index < count:
                found[index].append(bucket)
    return [_union(several) if several else None for several in found]


def _union(several: list[Bucket]) -> Bucket:
    if len(several) == 1:
        return several[0]
    low, average, high = zip(*several, strict=True)
    return min(low), min(max(sum(average) / len(several), min(low)), max(high)), max(high)
