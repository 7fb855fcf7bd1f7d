"""Sorting by what needs every stat: once for all who ask, with progress, and never more than is bearable."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from kazoo.exceptions import NoAuthError
from kazoo.protocol.states import ZnodeStat

from zkdash.znodes import lister, sorting
from zkdash.znodes.choice import Choice, Sort
from zkdash.znodes.lister import Lister
from zkdash.znodes.listing import Version
from zkdash.znodes.sorting import Progress, Sorted, Sorter, Sorting

VERSION = Version(1, 1)
STAT = ZnodeStat(*range(11))


class Slow:
    """A sorting that ends when it is told to."""

    def __init__(self) -> None:
        self.names = ("a", "b", "c")
        self.done = 1
        self.asked_at = 0.0
        self.runs = 0
        self.end = asyncio.Event()

    async def run(self) -> Sorted:
        self.runs += 1
        await self.end.wait()
        return Sorted(("c", "b", "a"), 7)


async def test_what_takes_long_is_told_how_far_it_is_and_done_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sorting, "AT_ONCE_S", 0.01)
    sorter, slow = Sorter(), Slow()
    for _ in range(2):
        assert await sorter.get("key", VERSION, slow) == Progress(1, 3)  # type: ignore[arg-type]  # a stand-in for a source
    assert slow.asked_at > 0
    monkeypatch.setattr(sorting, "AT_ONCE_S", 5.0)
    slow.end.set()
    for _ in range(2):
        assert await sorter.get("key", VERSION, slow) == Sorted(("c", "b", "a"), 7)  # type: ignore[arg-type]  # a stand-in for a source
    assert slow.runs == 1


async def test_an_order_of_other_children_is_no_order(monkeypatch: pytest.MonkeyPatch) -> None:
    sorter, slow = Sorter(), Slow()
    slow.end.set()
    for version in (VERSION, Version(2, 2)):
        await sorter.get("key", version, slow)  # type: ignore[arg-type]  # a stand-in for a source
    assert slow.runs == 2


async def test_sorting_ends_with_zkdash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sorting, "AT_ONCE_S", 0.0)
    sorter, slow = Sorter(), Slow()
    assert await sorter.get("key", VERSION, slow) == Progress(1, 3)  # type: ignore[arg-type]  # a stand-in for a source
    await sorter.stop()
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_too_many_children_stay_in_order_of_names_and_it_is_said_why(monkeypatch: pytest.MonkeyPatch) -> None:
    class Container:
        config = "config"

    class Reader:
        async def names(self, *_: object) -> tuple[tuple[str, ...], ZnodeStat]:
            return ("a", "b", "c"), ZnodeStat(1, 1, 1, 1, 0, 0, 0, 0, 0, 3, 1)

    async def no_looks(*_: Any) -> dict[str, Any]:
        return {}

    monkeypatch.setattr(lister, "MAX_SORTED", 2)
    monkeypatch.setattr(lister, "looks", no_looks)
    one: Any = Lister(Reader())  # type: ignore[arg-type]  # a stand-in for a source
    listed = await one.list(Container(), "/", Choice(sort=Sort.SIZE))
    assert listed.page.names == ("a", "b", "c")
    assert "reads at most 2" in listed.trouble
    assert "Filter them first" in listed.trouble


async def test_children_with_the_same_stay_in_order_of_names(monkeypatch: pytest.MonkeyPatch) -> None:
    class Many:
        size = 7

        async def data(self, of: list[str]) -> list[Any]:
            return [
                NoAuthError() if path == "/a/n030" else (b"", STAT._replace(dataLength=int(path[-3:]) % 10))
                for path in of
            ]

    monkeypatch.setattr(sorting, "reads_of", lambda _container: Many())
    monkeypatch.setattr(sorting, "PART", 16)
    names = tuple(f"n{number:03}" for number in range(100))
    for sort, sign in ((Sort.SIZE, 1), (Sort.SIZE_DOWN, -1)):
        done = await Sorting(None, "/a", names, sort).run()  # type: ignore[arg-type]  # nothing is asked of it
        sizes = {name: -1 if name == "n030" else int(name[1:]) % 10 for name in names}
        assert done is not None
        assert done.names == tuple(sorted(names, key=lambda name: sign * sizes[name]))
