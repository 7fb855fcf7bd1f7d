"""Turns that keep apart, and drawing that takes turns: several changes are one, and others are let in between."""

from __future__ import annotations

import asyncio

import pytest

from tests.support.until import until
from zkdash.pace import Pace
from zkdash.web.drawing import BATCH, Drawing, few_at_a_time


async def test_the_first_turn_is_at_once_and_the_next_waits() -> None:
    loop, pace = asyncio.get_running_loop(), Pace(0.05)
    first, second = (asyncio.create_task(pace.turn()) for _ in range(2))
    began = loop.time()
    await asyncio.sleep(0)
    assert (first.done(), second.done()) == (True, False)
    await second
    assert loop.time() - began + 0.001 >= 0.05


async def test_a_turn_after_a_long_time_does_not_wait() -> None:
    pace = Pace(0.0)
    await pace.turn()
    turn = asyncio.create_task(pace.turn())
    await asyncio.sleep(0)
    assert turn.done()


async def test_what_changes_several_times_is_drawn_once_and_nothing_is_forgotten() -> None:
    drawn: list[str] = []
    drawing = Drawing(drawn.append)
    work = asyncio.create_task(drawing.work())
    for name in ("a", "b", "a", "a"):
        drawing.soon(name)
    await until(lambda: drawn == ["a", "b"])
    drawing.soon("a")
    await until(lambda: drawn == ["a", "b", "a"])
    work.cancel()


async def test_a_change_while_it_is_drawn_has_it_drawn_again() -> None:
    drawn: list[str] = []

    def draw(name: str) -> None:
        drawn.append(name)
        if len(drawn) == 1:
            drawing.soon(name)

    drawing = Drawing(draw)
    work = asyncio.create_task(drawing.work())
    drawing.soon("a")
    await until(lambda: drawn == ["a", "a"])
    work.cancel()


@pytest.mark.parametrize(("count", "turns"), [(0, 0), (BATCH - 1, 0), (BATCH, 1), (3 * BATCH + 1, 3)])
async def test_others_have_a_turn_after_each_batch(count: int, turns: int) -> None:
    seen: list[int] = []
    drawn: list[str] = []

    async def other() -> None:
        while True:
            seen.append(len(drawn))
            await asyncio.sleep(0)

    task = asyncio.create_task(other())
    await few_at_a_time([f"c{number}" for number in range(count)], drawn.append)
    task.cancel()
    assert (len(drawn), seen) == (count, [BATCH * (turn + 1) for turn in range(turns)])
