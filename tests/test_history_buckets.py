"""From samples to buckets, blocks and points of a chart: nothing is made up, and nothing lies outside what was seen."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zkdash.ensemble import blocks
from zkdash.ensemble.buckets import Bucket, collect, merge, rates, transactions
from zkdash.ensemble.charted import CHARTED, MAX_GAP_MS, increase
from zkdash.ensemble.levels import HOUR_MS, MINUTE_MS, MINUTES, QUARTERS, grid, level_for
from zkdash.ensemble.rollup import add_hour

NUMBERS = st.floats(-(2.0**90), 2.0**90, width=32, allow_subnormal=False)
TIMES = st.lists(st.integers(0, 3_600_000), unique=True, max_size=60).map(sorted)


@st.composite
def buckets(draw: st.DrawFn, count: int) -> list[Bucket | None]:
    def one() -> Bucket | None:
        if not draw(st.booleans()):
            return None
        low, high = sorted((draw(NUMBERS), draw(NUMBERS)))
        return low, low + (high - low) / 2, high

    return [one() for _ in range(count)]


def points(values: list[float | None]) -> list[tuple[int, float | None]]:
    return [(15_000 * number, value) for number, value in enumerate(values)]


def test_a_counter_is_its_increase_per_second() -> None:
    assert list(rates(points([100, 130, 130, 145]))) == [(15_000, 2.0), (30_000, 0.0), (45_000, 1.0)]


def test_a_counter_that_begins_again_is_not_negative() -> None:
    assert list(rates(points([1_000_000, 30]))) == [(15_000, 2.0)]
    assert increase(5, 3) == 3


def test_a_gap_in_a_counter_is_bridged_unless_it_is_long() -> None:
    assert list(rates(points([0, None, 30]))) == [(30_000, 1.0)]
    assert list(rates([(0, 1), (MAX_GAP_MS + 1, 5)])) == []


@given(st.lists(st.none() | st.floats(0, 1e15), max_size=40))
def test_a_rate_is_never_negative_and_never_more_than_was_counted(values: list[float | None]) -> None:
    assert all(0 <= rate * 15 <= 1e15 + 1 for _, rate in rates(points(values)))


def test_a_new_epoch_does_not_make_a_million_transactions() -> None:
    found = list(rates(transactions([(0, 0x1_0000_0064), (10_000, 0x1_0000_0078), (20_000, 0x2_0000_0005)])))
    assert found == [(10_000, 2.0), (20_000, 0.5)]


@given(TIMES, st.data())
def test_a_bucket_spans_what_was_seen_in_it(times: list[int], data: st.DataObject) -> None:
    seen = [(at, data.draw(st.floats(-1e9, 1e9))) for at in times]
    for index, bucket in enumerate(collect(seen, 0, MINUTE_MS, 60)):
        within = [value for at, value in seen if at // MINUTE_MS == index]
        assert (bucket is None) == (not within)
        if bucket is not None:
            low, average, high = bucket
            assert (low, high) == (min(within), max(within))
            assert low <= average <= high


@given(st.data())
def test_wider_buckets_span_the_narrower_ones(data: st.DataObject) -> None:
    parts = data.draw(buckets(12))
    for index, bucket in enumerate(merge([(0, parts)], 1000, 0, 4000, 3)):
        within = [part for part in parts[4 * index : 4 * index + 4] if part]
        assert (bucket is None) == (not within)
        if bucket is not None:
            assert bucket[0] == min(part[0] for part in within)
            assert bucket[2] == max(part[2] for part in within)
            assert bucket[0] <= bucket[1] <= bucket[2]


@given(st.data())
def test_a_block_keeps_minimum_and_maximum_and_the_average_to_a_thousandth(data: st.DataObject) -> None:
    columns = {"avg_latency": data.draw(buckets(6)), "znode_count": data.draw(buckets(6))}
    opened = blocks.unpack(blocks.pack(columns))
    for name, before in columns.items():
        for old, new in zip(before, opened.get(name, [None] * 6), strict=True):
            assert (old is None) == (new is None)
            if old and new:
                assert (new[0], new[2]) == (pytest.approx(old[0], rel=1e-6), pytest.approx(old[2], rel=1e-6))
                assert new[0] <= new[1] <= new[2]
                assert new[1] == pytest.approx(old[1], rel=1e-3, abs=1e-35)


def test_only_what_is_wanted_of_a_block_is_given() -> None:
    block = blocks.pack({"avg_latency": [(1.0, 2.0, 3.0)], "znode_count": [(7.0, 7.0, 7.0)], "up": [None]})
    assert blocks.unpack(block, ["znode_count", "up"]) == {"znode_count": [(7.0, 7.0, 7.0)]}


@given(st.binary(max_size=80))
def test_what_is_no_block_is_said_to_be_none(junk: bytes) -> None:
    for block in (junk, blocks.VERSION + junk):
        with pytest.raises(blocks.BrokenBlock):
            blocks.unpack(block)


def row(at: int, **columns: float | None) -> tuple[object, ...]:
    values = {"up": True} | columns
    return (1, at, *(values.get(charted.name) for charted in CHARTED))


def test_an_hour_rolled_up_twice_is_the_same_as_once() -> None:
    rows = [row(15_000 * number, avg_latency=number % 7, packets_sent=100 * number) for number in range(240)]
    once = add_hour(None, MINUTES, 0, rows, 0, HOUR_MS)
    assert once is not None
    assert add_hour(once, MINUTES, 0, rows, 0, HOUR_MS) == once


def test_a_block_never_loses_what_samples_no_longer_tell() -> None:
    rows = [row(15_000 * number, avg_latency=5, znode_count=9) for number in range(240)]
    day = add_hour(None, QUARTERS, 0, rows, 0, HOUR_MS)
    again = add_hour(day, QUARTERS, 0, rows[200:], 0, HOUR_MS)
    assert again is not None
    assert [bucket is not None for bucket in blocks.unpack(again)["avg_latency"][:5]] == [True] * 4 + [False]


def test_an_hour_in_which_nothing_was_seen_gives_no_block() -> None:
    assert add_hour(None, MINUTES, 0, [], 0, HOUR_MS) is None


def test_a_broken_block_is_made_anew() -> None:
    made = add_hour(b"\x01junk", MINUTES, 0, [row(0, avg_latency=1)], 0, HOUR_MS)
    assert made is not None
    assert blocks.unpack(made)["up"][0] == (1, 1, 1)


@given(
    st.integers(0, 10**13), st.integers(1, 10**11), st.integers(2, 2000), st.sampled_from([1000, MINUTE_MS, 900_000])
)
def test_a_grid_covers_its_range_in_few_enough_points(since: int, span: int, points: int, unit: int) -> None:
    start, step, count = grid(since, since + span, points, unit)
    assert start <= since < since + span <= start + count * step
    assert count <= points
    assert step % unit == 0
    assert start % step == 0


@pytest.mark.parametrize(
    ("hours", "level"), [(1, None), (2, None), (24, MINUTES), (48, MINUTES), (7 * 24, QUARTERS), (24 * 90, QUARTERS)]
)
def test_the_level_follows_from_the_range(hours: int, level: object) -> None:
    now = 10**12
    assert level_for(now - hours * HOUR_MS, now, 600, dict.fromkeys((0, 60, 900), 0)) == level


def test_a_level_that_does_not_reach_back_is_passed_over() -> None:
    now = 10**12
    oldest = {0: now - 2 * HOUR_MS, 60: now - 48 * HOUR_MS, 900: 0}
    assert level_for(now - 3 * HOUR_MS, now - 2 * HOUR_MS, 600, oldest) == MINUTES
    assert level_for(now - 50 * HOUR_MS, now - 49 * HOUR_MS, 600, oldest) == QUARTERS


def test_a_history_that_has_only_begun_is_shown_as_finely_as_it_is() -> None:
    now = 10**12
    assert level_for(now - HOUR_MS, now, 600, {0: now - MINUTE_MS, 60: now - MINUTE_MS, 900: now - MINUTE_MS}) is None
    assert level_for(now - HOUR_MS, now, 600, {}) is None


def test_infinite_numbers_stay_within_a_block() -> None:
    opened = blocks.unpack(blocks.pack({"up": [(-math.inf, 0.0, math.inf)]}))
    assert all(map(math.isfinite, opened["up"][0] or ()))
