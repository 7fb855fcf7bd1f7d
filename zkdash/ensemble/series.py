"""What a chart gets: equally spaced times, and a minimum, average and maximum at each, of each server and metric."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from zkdash.ensemble import blocks
from zkdash.ensemble.buckets import Bucket, Buckets, collect, merge
from zkdash.ensemble.charted import BY_NAME, MAX_GAP_MS
from zkdash.ensemble.levels import MINUTES, Level, grid, level_for
from zkdash.ensemble.rollup import column_of, points_of
from zkdash.store import samples as rows
from zkdash.store.rows import Connection

SAMPLE_MS = 1000


@dataclass(frozen=True, slots=True)
class Series:
    """`times` are UTC ms, `step_ms` apart; each series has as many entries, None where nothing is known.

    Of a counter the values are its increase per second, never negative. `rolled`: the values come from roll-ups, and
    minimum and maximum are those of a minute or more.
    """

    times: list[int]
    series: dict[tuple[str, str], Sequence[Bucket | None]]
    step_ms: int
    rolled: bool


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for: `servers` are {number in the store: name}, since <= time < until, UTC ms."""

    servers: Mapping[int, str]
    metrics: tuple[str, ...]
    since: int
    until: int
    points: int


@dataclass(slots=True)
class Found:
    """What the store has of it: (server, block's begin, block), and (server, at, *columns) of what isn't rolled up."""

    level: Level | None
    rolled: Mapping[int, int]
    blocks: list[tuple[int, int, bytes]] = field(default_factory=list)
    samples: list[tuple[Any, ...]] = field(default_factory=list)


async def fetch(connection: Connection, wish: Wish, oldest: Mapping[int, int], rolled: Mapping[int, int]) -> Found:
    """Read what a wish needs. `rolled` is {server: until when its samples are in blocks}."""
    level = level_for(wish.since, wish.until, wish.points, oldest)
    found = Found(level, {server: rolled.get(server, 0) for server in wish.servers})
    columns = [column_of(metric) for metric in wish.metrics]
    if level is None:
        begins = {wish.since: list(wish.servers)}
    else:
        ids, since = list(wish.servers), wish.since // level.span_ms * level.span_ms
        found.blocks = await rows.blocks(connection, ids, level.step_s, since, wish.until)
        begins = {}
        for server in wish.servers:
            begins.setdefault(max(wish.since, found.rolled[server]), []).append(server)
    for begin, servers in begins.items():
        if begin < wish.until:
            found.samples += await rows.read(connection, servers, columns, begin - MAX_GAP_MS, wish.until)
    return found


def draw(wish: Wish, found: Found) -> Series:
    """The series of what was fetched. Pure, and for a thread of its own when there is much."""
    level = found.level
    unit = SAMPLE_MS if level is None else level.step_ms
    start, step, count = grid(wish.since, wish.until, wish.points, _unit(unit, wish, found))
    by_server: dict[int, list[tuple[Any, ...]]] = {server: [] for server in wish.servers}
    for row in found.samples:
        by_server[row[0]].append(row)
    opened: dict[int, list[tuple[int, dict[str, Buckets]]]] = {server: [] for server in wish.servers}
    for server, at, data in found.blocks:
        opened[server].append((at, _opened(data, wish.metrics)))
    series: dict[tuple[str, str], Sequence[Bucket | None]] = {}
    for server, name in wish.servers.items():
        fresh = max(wish.since, found.rolled[server]) if level else wish.since
        for number, metric in enumerate(wish.metrics):
            points = points_of(metric, [(row[1], row[2 + number]) for row in by_server[server]])
            within = [point for point in points if fresh <= point[0] < wish.until]
            if level is None:
                series[name, metric] = collect(within, start, step, count)
                continue
            parts = [(at, columns[metric]) for at, columns in opened[server] if metric in columns]
            tail_start, _, tail_count = grid(fresh, max(wish.until, fresh + 1), 1 << 30, level.step_ms)
            parts.append((tail_start, collect(within, tail_start, level.step_ms, tail_count)))
            series[name, metric] = _only_since(wish, merge(parts, level.step_ms, start, step, count), start, step)
    times = [start + number * step for number in range(count)]
    return Series(times, series, step, rolled=level is not None)


def _only_since(wish: Wish, buckets: Buckets, start: int, step: int) -> Buckets:
    """Without what begins after the end."""
    return [bucket if start + number * step < wish.until else None for number, bucket in enumerate(buckets)]


def _unit(unit: int, wish: Wish, found: Found) -> int:
    """Of samples: how far they stand apart, so that a line of them has no holes; else as it is."""
    if found.level is not None:
        return unit
    gaps = sorted(
        later[1] - earlier[1]
        for earlier, later in zip(found.samples, found.samples[1:], strict=False)
        if earlier[0] == later[0]
    )
    usual = gaps[len(gaps) // 2] if gaps else SAMPLE_MS
    # A little wider than usual, since samples don't come on the tick of the clock.
    return max(SAMPLE_MS, min(-(-(usual + usual // 10) // SAMPLE_MS) * SAMPLE_MS, MINUTES.step_ms * 5))


def _opened(data: bytes, metrics: Iterable[str]) -> dict[str, Buckets]:
    try:
        return blocks.unpack(data, metrics)
    except blocks.BrokenBlock:
        return {}


def known(metrics: Collection[str]) -> tuple[str, ...]:
    """The metrics as they were asked for, once each. Raises ValueError for one that has no history."""
    for metric in metrics:
        if metric not in BY_NAME:
            raise ValueError(f"{metric} has no history; there are {', '.join(BY_NAME)}")
    return tuple(dict.fromkeys(metrics))
