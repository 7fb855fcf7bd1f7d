"""What the wall clock does beside going on."""

from __future__ import annotations

import pytest

from tests.support.until import until
from zkdash import clock
from zkdash.clock import ClockWatch, SetBack


def test_a_clock_that_goes_on_or_ahead_was_not_set_back() -> None:
    watch = SetBack()
    assert [watch.seen(now) for now in (1_000, 2_000, 5_000_000)] == [False, False, False]


def test_a_clock_that_was_set_back_is_noticed_once() -> None:
    watch = SetBack()
    assert [watch.seen(now) for now in (5_000_000, 1_400_000, 1_400_500)] == [False, True, False]


def test_a_clock_that_is_put_right_by_a_little_was_not_set_back() -> None:
    watch = SetBack()
    assert [watch.seen(now) for now in (5_000_000, 4_999_200)] == [False, False]


def test_a_clock_that_is_set_is_told_of_once_and_one_that_goes_on_or_is_put_right_by_a_little_never() -> None:
    at = {"wall ms": 1_000_000, "monotonic s": 50.0}
    told: list[int] = []
    watch = ClockWatch(told.append, now=lambda: at["wall ms"], monotonic=lambda: at["monotonic s"])
    for wall_ms, passed_s in (
        (1_000, 1.0),
        (600_000, 600.0),
        (3_601_000, 1.0),
        (1_000, 1.0),
        (-3_599_000, 1.0),
        (900, 0.4),
    ):
        at["wall ms"] += wall_ms
        at["monotonic s"] += passed_s
        watch.look()
    assert told == [3_600_000, -3_600_000]


async def test_the_clock_is_looked_at_as_time_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "_LOOK_S", 0.01)
    ahead, told = [0], list[int]()
    watch = ClockWatch(told.append, now=lambda: clock.now_ms() + ahead[0])
    await watch.start()
    ahead[0] = 3_600_000
    await until(lambda: bool(told))
    await watch.stop()
    assert 3_599_000 < told[0] < 3_601_000
