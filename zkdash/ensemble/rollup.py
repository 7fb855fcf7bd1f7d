"""Rolling up: what an hour of samples gives to the blocks of minutes and of quarters. Pure.

It only ever adds: what a block knew stays where the samples know nothing more, so doing it twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from zkdash.ensemble import blocks
from zkdash.ensemble.buckets import Buckets, collect, rates, transactions
from zkdash.ensemble.charted import BY_NAME, CHARTED
from zkdash.ensemble.levels import Level

COLUMNS = {"up": "ok"}
"""The column that a metric is read from, where it has another name."""

Points = Iterable[tuple[int, float | None]]


def column_of(metric: str) -> str:
    return COLUMNS.get(metric, metric)


def points_of(metric: str, points: Sequence[tuple[int, Any]], silent: Sequence[bool] = ()) -> Points:
    """What is charted of a metric: a counter's rate per second, else the value. `points` are (time, column's value)."""
    if metric == "zxid":
        return rates(transactions(points))
    if BY_NAME[metric].counter:
        return rates(points)
    return [(at, None if value is None else float(value)) for at, value in points]


def add_hour(
    before: bytes | None, level: Level, block_at: int, rows: Sequence[tuple[Any, ...]], since: int, until: int
) -> bytes | None:
    """The block that begins at `block_at` with what the samples of since <= at < until add to it; None for nothing.

    `rows` are (server, at, *the columns of CHARTED), and may begin earlier, for the first rate.
    """
    known = _opened(before)
    columns: dict[str, Buckets] = {}
    for number, charted in enumerate(CHARTED):
        points = points_of(charted.name, [(row[1], row[2 + number]) for row in rows])
        new = collect((point for point in points if since <= point[0] < until), block_at, level.step_ms, level.count)
        old = known.get(charted.name)
        columns[charted.name] = (
            new if old is None else [one if one is not None else other for one, other in zip(new, old, strict=True)]
        )
    if not any(any(buckets) for buckets in columns.values()):
        return None
    return blocks.pack(columns)


def _opened(block: bytes | None) -> dict[str, Buckets]:
    if block is None:
        return {}
    try:
        return blocks.unpack(block)
    except blocks.BrokenBlock:
        return {}
