"""What comes all at once is done in order, a little in each turn of the loop."""

from __future__ import annotations

import asyncio
import time
from functools import partial
from itertools import pairwise

import pytest

from tests.support.until import until
from zkdash.turns import SLICE_S, STEP_S, Turns


async def test_little_is_done_at_once() -> None:
    done: list[int] = []
    turns = Turns()
    for number in range(3):
        turns.do(partial(done.append, number))
        assert done == list(range(number + 1))


async def test_much_is_done_in_order_and_others_have_their_turns() -> None:
    done: list[int] = []
    seen: list[int] = []
    turns = Turns()

    def long(number: int) -> None:
        time.sleep(SLICE_S / 2)
        done.append(number)

    async def other() -> None:
        while len(done) < 30:
            seen.append(len(done))
            await asyncio.sleep(0)

    watching = asyncio.create_task(other())
    for number in range(30):
        turns.do(partial(long, number))
    assert len(done) < 5
    await watching
    assert done == list(range(30))
    assert max(after - before for before, after in pairwise(seen)) < 5


async def test_what_comes_meanwhile_waits_for_what_came_before() -> None:
    done: list[str] = []
    turns = Turns()

    def first() -> None:
        time.sleep(SLICE_S * 2)
        done.append("first")

    turns.do(first)
    turns.do(lambda: done.append("second"))
    await asyncio.sleep(0)
    turns.do(lambda: done.append("third"))
    await until(lambda: len(done) == 3)
    assert done == ["first", "second", "third"]


async def test_one_that_fails_stops_nobody_else() -> None:
    done: list[str] = []
    turns = Turns()

    def fail() -> None:
        time.sleep(SLICE_S * 2)
        raise ValueError

    with pytest.raises(ValueError, match=r"^$"):
        turns.do(fail)
    turns.do(lambda: done.append("after"))
    await until(lambda: done == ["after"])


async def test_who_waits_for_a_turn_goes_on_at_once_or_a_few_in_each_turn_of_the_loop() -> None:
    turns = Turns()
    waiting = asyncio.ensure_future(turns.turn())
    await asyncio.sleep(0)
    assert waiting.done()

    done: list[int] = []
    seen: list[int] = []

    async def one(number: int) -> None:
        await turns.turn()
        done.append(number)

    async def other() -> None:
        while len(done) < 200:
            seen.append(len(done))
            await asyncio.sleep(0)

    await asyncio.gather(other(), *map(one, range(200)))
    assert done == list(range(200))
    assert max(after - before for before, after in pairwise(seen)) <= SLICE_S / STEP_S + 1


async def test_who_is_cancelled_while_waiting_is_passed_over() -> None:
    turns, done = Turns(), list[int]()

    async def one(number: int) -> None:
        await turns.turn()
        done.append(number)

    tasks = [asyncio.create_task(one(number)) for number in range(100)]
    await asyncio.sleep(0)
    tasks[90].cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert done == [number for number in range(100) if number != 90]
