"""What stays is left out of the searches for garbage, once it has settled."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from zkdash.garbage import SETTLED_S, Keeper


class Clock:
    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def clock() -> Iterator[Clock]:
    yield Clock()
    gc.unfreeze()


async def test_what_came_with_the_start_is_left_out_and_once_more_when_it_has_settled(clock: Clock) -> None:
    keeper = Keeper(clock)
    keeper.start()
    first = gc.get_freeze_count()
    assert first > 0
    later = [[] for _ in range(1000)]
    gc.collect()
    assert gc.get_freeze_count() <= first
    clock.at = SETTLED_S
    gc.collect(1)
    assert gc.get_freeze_count() <= first
    gc.collect()
    assert gc.get_freeze_count() > first + 900
    second = gc.get_freeze_count()
    later += [[] for _ in range(1000)]
    gc.collect()
    assert gc.get_freeze_count() <= second
    await keeper.stop()
    assert gc.get_freeze_count() == 0
    assert len(later) == 2000


async def test_a_reload_has_everything_looked_through_again(clock: Clock) -> None:
    keeper = Keeper(clock)
    keeper.start()
    keeper.again()
    assert gc.get_freeze_count() == 0
    gc.collect()
    assert gc.get_freeze_count() == 0
    clock.at = SETTLED_S
    gc.collect()
    assert gc.get_freeze_count() > 0
    await keeper.stop()
