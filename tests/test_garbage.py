"""What is in use is left out of the searches for garbage, until there is so much that garbage may be among it."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator
from typing import Any

import pytest

from zkdash.garbage import LOOKED_S, SETTLED_S, Keeper, resident


class Ring:
    """Refers to itself, so that only a search gets rid of it."""

    def __init__(self) -> None:
        self.ring = self


class House:
    """A keeper whose time and memory a test sets."""

    def __init__(self) -> None:
        self.at, self.bytes = 0.0, 100
        self.keeper = Keeper(lambda: self.at, lambda: self.bytes)

    def settle(self) -> None:
        self.keeper.start()
        self.at = SETTLED_S
        gc.collect()


def left_out_ring() -> weakref.ref[Ring]:
    """Garbage that was in use when it was looked at last."""
    ring = Ring()
    gc.collect()
    return weakref.ref(ring)


@pytest.fixture
def house() -> Iterator[House]:
    one = House()
    yield one
    gc.callbacks[:] = [each for each in gc.callbacks if getattr(each, "__self__", None) is not one.keeper]
    gc.unfreeze()


def test_each_search_leaves_out_what_those_before_found_in_use(house: House) -> None:
    house.settle()
    first = gc.get_freeze_count()
    kept = [[] for _ in range(1000)]
    gc.collect(1)
    assert gc.get_freeze_count() <= first
    gc.collect()
    assert gc.get_freeze_count() > first + 900
    seen: list[int] = []
    gc.callbacks.append(count := lambda phase, info: seen.append(len(gc.get_objects())) if phase == "start" else None)
    gc.collect()
    gc.callbacks.remove(count)
    assert seen[0] < 1000
    assert len(kept) == 1000


def test_new_garbage_is_found(house: House) -> None:
    house.settle()
    ring = weakref.ref(Ring())
    gc.collect()
    assert ring() is None


@pytest.mark.parametrize("what", ["objects", "memory"])
def test_all_is_looked_through_once_there_is_much_more(house: House, what: str) -> None:
    house.settle()
    ring = left_out_ring()
    gc.collect()
    assert ring() is not None
    grown: list[Any] = []
    if what == "objects":
        grown = [[] for _ in range(gc.get_freeze_count() // 3)]
        gc.collect()
    else:
        house.bytes = 130
    house.at += LOOKED_S
    gc.collect()
    assert ring() is None
    del grown


def test_what_a_search_through_all_has_left_is_the_norm(house: House) -> None:
    house.settle()
    house.bytes = 130
    house.at += LOOKED_S
    gc.collect()
    ring = left_out_ring()
    house.bytes = 160
    house.at += LOOKED_S
    gc.collect()
    assert ring() is not None
    house.bytes = 163
    house.at += LOOKED_S
    gc.collect()
    assert ring() is None


def test_there_is_no_norm_before_it_has_settled(house: House) -> None:
    house.keeper.start()
    house.bytes = 1000
    ring = left_out_ring()
    house.at = SETTLED_S
    gc.collect()
    assert ring() is not None


def test_a_reload_has_all_looked_through_again(house: House) -> None:
    house.settle()
    ring = left_out_ring()
    house.keeper.again()
    assert gc.get_freeze_count() == 0
    gc.collect()
    assert ring() is None
    assert gc.get_freeze_count() > 0


async def test_in_the_end_nothing_is_left_out(house: House) -> None:
    house.settle()
    await house.keeper.stop()
    assert gc.get_freeze_count() == 0
    gc.collect()
    assert gc.get_freeze_count() == 0


def test_the_system_says_how_much_memory_is_taken() -> None:
    assert resident() > 10 * 2**20
