"""What the wall clock does beside going on."""

from __future__ import annotations

from zkdash.clock import SetBack


def test_a_clock_that_goes_on_or_ahead_was_not_set_back() -> None:
    watch = SetBack()
    assert [watch.seen(now) for now in (1_000, 2_000, 5_000_000)] == [False, False, False]


def test_a_clock_that_was_set_back_is_noticed_once() -> None:
    watch = SetBack()
    assert [watch.seen(now) for now in (5_000_000, 1_400_000, 1_400_500)] == [False, True, False]


def test_a_clock_that_is_put_right_by_a_little_was_not_set_back() -> None:
    watch = SetBack()
    assert [watch.seen(now) for now in (5_000_000, 4_999_200)] == [False, False]
