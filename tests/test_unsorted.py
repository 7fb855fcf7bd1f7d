"""Lists of very many children: the first page before all are in order, and the others as if nothing had been."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kazoo.protocol.states import ZnodeStat

from tests.support.until import until
from zkdash.znodes import unsorted
from zkdash.znodes.listing import ListingCache, Version, page_of
from zkdash.znodes.reading import MANY, Reader
from zkdash.znodes.unsorted import Unsorted

V1 = Version(1, 1)


class Cluster:
    """One node with many children; it counts how often their list is read."""

    config = "c"

    def __init__(self, count: int) -> None:
        self.names = [f"n{number:06}" for number in range(count)]
        random.Random(3).shuffle(self.names)
        self.version, self.lists, self.stats = 1, 0, 0

    async def children(self, path: str) -> tuple[list[str], ZnodeStat]:
        self.lists += 1
        return list(self.names), self.its_stat()

    async def stat(self, path: str) -> ZnodeStat:
        self.stats += 1
        return self.its_stat()

    def its_stat(self) -> ZnodeStat:
        return ZnodeStat(1, 1, 0, 0, 0, self.version, 0, 0, 0, len(self.names), self.version)


@given(st.sets(st.text(min_size=1)), st.integers(1, 7))
def test_the_first_page_is_that_of_the_names_in_order(names: set[str], limit: int) -> None:
    async def first() -> Any:
        several = Unsorted(list(names), V1, lambda *_: None)
        found = await several.first(limit)
        several.let_go()
        return found

    assert asyncio.run(first()) == page_of(sorted(names), "", limit)


async def test_the_next_page_comes_from_the_list_that_the_first_one_read() -> None:
    cluster, reader = Cluster(MANY + 1), Reader()
    first, _ = await reader.page(cluster, "/a")
    second, _ = await reader.page(cluster, "/a", first.next or "")
    assert [*first.names, *second.names] == [f"n{number:06}" for number in range(400)]
    assert cluster.lists == 1


async def test_a_stat_that_was_just_read_is_not_asked_for_again() -> None:
    cluster, reader = Cluster(MANY + 1), Reader()
    await reader.page(cluster, "/a")
    await reader.page(cluster, "/a", "n000199", known=cluster.its_stat())
    await reader.names(cluster, "/a", cluster.its_stat())
    assert (cluster.lists, cluster.stats) == (1, 0)


async def test_a_stat_that_was_just_read_shows_that_a_list_is_no_longer_true() -> None:
    cluster, reader = Cluster(MANY + 1), Reader()
    await reader.page(cluster, "/a")
    cluster.names.append("a")
    cluster.version = 2
    page, _ = await reader.page(cluster, "/a", known=cluster.its_stat())
    assert (page.names[0], cluster.lists) == ("a", 2)


async def test_a_list_is_put_in_order_soon_though_nobody_asks_for_more() -> None:
    cluster, cache = Cluster(MANY + 1), ListingCache()
    await Reader(cache).page(cluster, "/a")
    await until(lambda: len(cache) == MANY + 1, 10, "the list is kept in order")
    assert cache.get(("c", "/a"), V1) == tuple(sorted(cluster.names))


async def test_a_list_that_is_no_longer_true_is_not_put_in_order_for_nobody() -> None:
    cluster, cache = Cluster(MANY + 1), ListingCache()
    reader = Reader(cache)
    await reader.page(cluster, "/a")
    cluster.names.append("a")
    cluster.version = 2
    page, _ = await reader.page(cluster, "/a")
    assert (page.names[0], page.total) == ("a", MANY + 2)
    await until(lambda: len(cache) > 0, 10, "a list is kept in order")
    assert cache.get(("c", "/a"), Version(2, 2)) == tuple(sorted(cluster.names))


async def test_who_waits_for_a_list_gets_it_though_it_is_no_longer_true(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unsorted, "LATER_S", 60)
    cluster, reader = Cluster(MANY + 1), Reader()
    await reader.page(cluster, "/a")
    waiting = asyncio.create_task(reader.names(cluster, "/a"))
    await asyncio.sleep(0)
    cluster.version = 2
    await reader.page(cluster, "/a")
    names, stat = await waiting
    assert (names, stat.cversion) == (tuple(sorted(cluster.names)), 1)
    await reader.stop()


@pytest.mark.parametrize("begun", [False, True])
async def test_sorting_ends_with_zkdash(monkeypatch: pytest.MonkeyPatch, begun: bool) -> None:
    monkeypatch.setattr(unsorted, "LATER_S", 60)
    cluster, cache = Cluster(MANY + 1), ListingCache()
    reader = Reader(cache)
    await reader.page(cluster, "/a")
    waiting = [asyncio.create_task(reader.names(cluster, "/a"))] if begun else []
    await asyncio.sleep(0)
    await reader.stop()
    await asyncio.gather(*waiting, return_exceptions=True)
    assert (asyncio.all_tasks(), len(cache)) == ({asyncio.current_task()}, 0)
