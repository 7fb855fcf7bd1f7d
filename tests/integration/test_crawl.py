"""Crawls of real trees: everything once, in flat memory, gently, and what goes wrong on the way."""

from __future__ import annotations

import asyncio
import contextlib
import time
import tracemalloc
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from kazoo.exceptions import NoAuthError, NoNodeError

from tests.conftest import Tree, kazoo_client
from tests.support.forbidden import secret_in
from tests.support.reading import reading
from tests.support.until import until
from zkdash.demo.server import Server
from zkdash.zookeeper import frames
from zkdash.zookeeper.client import ReadOnlyClient
from zkdash.zookeeper.crawl import Batch, CrawlStopped, crawl, crawl_client
from zkdash.zookeeper.errors import ReplyTooLarge
from zkdash.zookeeper.features import NONE
from zkdash.zookeeper.raw_reads import PIPELINED
from zkdash.zookeeper.states import Connected, Signal

BY = pytest.mark.parametrize("way", ["as the server can", "without MultiRead"])
DATA = pytest.mark.parametrize("data", [False, True], ids=["names", "data"])


@pytest.fixture(autouse=True)
def quick_end(tree: Tree) -> Iterator[None]:
    """Empty the tree by many requests at once: its own fixture deletes one by one."""
    yield
    client = tree.client
    folders = [f"{tree.root}/{name}" for name in client.get_children(tree.root)]
    below = [(folder, client.get_children_async(folder)) for folder in folders]
    gone = [client.delete_async(f"{folder}/{name}") for folder, names in below for name in names.get()]
    gone += [client.delete_async(folder) for folder in folders]
    for one in gone:
        one.wait()


@contextlib.asynccontextmanager
async def reading_by(way: str, hosts: str, **options: object):
    async with reading(hosts, **options) as client:
        if way == "without MultiRead":
            client.features.refused()
            assert await client.features.get() == NONE
        yield client


async def everything(client: ReadOnlyClient, root: str, **options: object) -> list[Batch]:
    return [batch async for batch in crawl_client(client, root, "/", **{"rate_limit": None, "data": False} | options)]


def paths_of(batches: list[Batch]) -> list[str]:
    return [path for batch in batches for path in batch.paths]


def grow(tree: Tree, folders: int, items: int, value: bytes = b"x") -> set[str]:
    """Folders of items; gives all paths."""
    made = {"/", *(f"/f{number}" for number in range(folders))}
    for number in range(folders):
        transaction = tree.client.transaction()
        transaction.create(f"{tree.root}/f{number}", value)
        for item in range(items):
            transaction.create(f"{tree.root}/f{number}/i{item}é", value)
            made.add(f"/f{number}/i{item}é")
        assert not [one for one in transaction.commit() if isinstance(one, Exception)]
    return made


@BY
@DATA
async def test_every_znode_is_read_once_parents_first_and_nothing_is_written(tree: Tree, way: str, data: bool) -> None:
    made = grow(tree, 30, 70, b"value")
    async with reading_by(way, tree.server.address) as client:
        zxid = tree.server.zxid()
        batches = await everything(client, tree.root, data=data)
        assert tree.server.zxid() == zxid
    paths = paths_of(batches)
    assert len(paths) == len(made)
    assert set(paths) == made
    place = {path: number for number, path in enumerate(paths)}
    assert all(place[path.rpartition("/")[0] or "/"] < place[path] for path in paths if path != "/")
    children = dict(zip(paths, [number for batch in batches for number in batch.children], strict=True))
    assert (children["/"], children["/f0"], children["/f0/i0é"]) == (30, 70, 0)
    if data:
        values = dict(zip(paths, [value for batch in batches for value in batch.data], strict=True))
        assert values == {path: b"" if path == "/" else b"value" for path in made}
        assert all(stat.dataLength == 5 for batch in batches for stat in batch.stats[1:])
    last = batches[-1].progress
    assert (last.znodes, last.failed, last.gone) == (len(made), 0, 0)
    assert last.rate > 0
    if last.total is not None:
        assert (last.total, last.left_s) == (len(made), 0.0)


@BY
@DATA
async def test_what_may_not_be_read_is_said_and_the_rest_is_read(tree: Tree, way: str, data: bool) -> None:
    tree.make("/a/b")
    with secret_in(tree) as secret:
        async with reading_by(way, tree.server.address) as client:
            batches = await everything(client, tree.root, data=data)
            assert set(paths_of(batches)) == {"/", "/a", "/a/b"}
            ((path, error),) = [one for batch in batches for one in batch.failed]
            assert path == secret
            assert isinstance(error, NoAuthError)
            assert batches[-1].progress.failed == 1
            with pytest.raises(NoAuthError):
                await everything(client, f"{tree.root}{secret}", data=data)


@BY
@DATA
async def test_a_root_that_is_not_there_is_an_error(tree: Tree, way: str, data: bool) -> None:
    async with reading_by(way, tree.server.address) as client:
        with pytest.raises(NoNodeError):
            await everything(client, f"{tree.root}/none", data=data)


@DATA
async def test_two_hundred_levels(tree: Tree, data: bool) -> None:
    tree.make("/level" * 200)
    async with reading(tree.server.address) as client:
        assert paths_of(await everything(client, tree.root, data=data)) == ["/", *("/level" * n for n in range(1, 201))]


@BY
@DATA
async def test_what_is_deleted_meanwhile_is_counted(tree: Tree, way: str, data: bool) -> None:
    made = grow(tree, 12, 200)
    async with reading_by(way, tree.server.address) as client:
        seen: list[str] = []
        there = True
        async with contextlib.aclosing(crawl_client(client, tree.root, "/", data=data)) as batches:
            async for batch in batches:
                if there and len(seen) > 1:
                    there = False
                    await asyncio.to_thread(tree.client.delete, f"{tree.root}/f0", recursive=True)
                    await asyncio.to_thread(tree.client.delete, f"{tree.root}/f11", recursive=True)
                seen += batch.paths
                progress = batch.progress
        assert progress.gone > 0
        assert len(seen) == len(set(seen)) == progress.znodes
        assert {path for path in made if not path.startswith(("/f0/", "/f11"))} <= {*seen, "/f0"}


async def test_large_values_come_in_small_batches(tree: Tree) -> None:
    for number in range(60):
        tree.make(f"/big/{number}", bytes(400_000))
    async with reading(tree.server.address) as client:
        batches = await everything(client, tree.root, data=True)
        assert len(paths_of(batches)) == 62
        # The first are read to learn how large they are; then no batch has more than is meant to.
        sizes = [sum(map(len, batch.data)) for batch in batches]
        assert max(sizes) == 4 * 400_000
        assert set(sizes[6:]) == {400_000}


async def test_a_list_of_children_beyond_jute_maxbuffer_is_read_all_the_same(tree: Tree) -> None:
    """ZooKeeper sends more than its own clients take; what is too much for us is told in the next test."""
    name = "n" * 230
    for begin in range(0, 6000, 1000):
        transaction = tree.client.transaction()
        for number in range(begin, begin + 1000):
            transaction.create(f"{tree.root}/{name}{number}", b"")
        transaction.commit()
    async with reading(tree.server.address) as client:
        signals = client._connection.serial
        assert len(await client.get_children_async(tree.root)) == 6000
        assert len(paths_of(await everything(client, tree.root, data=True))) == 6001
        assert client._connection.serial == signals


@BY
async def test_a_reply_that_is_too_large_is_split_and_what_is_too_large_alone_is_named(
    tree: Tree, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = grow(tree, 12, 3, bytes(1000))
    tree.make("/huge", bytes(20_000))
    monkeypatch.setattr(frames, "MAX_FRAME_BYTES", 8_000)
    signals: list[Signal] = []
    async with reading_by(way, tree.server.address, signals=signals) as client:
        batches = await everything(client, tree.root, data=True)
        assert set(paths_of(batches)) == made
        ((path, error),) = [one for batch in batches for one in batch.failed]
        assert path == "/huge"
        assert isinstance(error, ReplyTooLarge)
        assert "jute.maxbuffer" in str(error)
        assert [type(one) for one in signals] == [Connected]


@DATA
async def test_a_lost_connection_stops_it_with_how_far_it_got_and_it_goes_on_from_there(
    own_server: Server, data: bool
) -> None:
    async with reading(own_server.address) as client:
        with kazoo_client(own_server.address) as writer:
            writer.create("/t", b"")
            made = grow(Tree(own_server, writer, "/t"), 20, 100)
        seen: list[str] = []

        async def crawl_and_kill() -> None:
            async for batch in crawl_client(client, "/t", "/", data=data):
                seen.extend(batch.paths)
                if len(seen) > 500:
                    own_server.kill()

        with pytest.raises(CrawlStopped) as stopped:
            await crawl_and_kill()
        assert "the connection was lost" in str(stopped.value)
        assert stopped.value.progress.znodes == len(seen)
        own_server.start()
        await until(lambda: client.connected, 10)
        rest = paths_of(await everything(client, "/t", data=data, resume=stopped.value.rest))
        assert len(seen) + len(rest) == len(made)
        assert {*seen, *rest} == made


async def test_one_crawl_of_a_cluster_at_a_time_and_leaving_makes_room(tree: Tree) -> None:
    grow(tree, 20, 100)
    async with reading(tree.server.address) as client:
        first = crawl_client(client, tree.root, "/", data=False)
        await anext(first)
        second = asyncio.ensure_future(everything(client, tree.root))
        assert await client.get_children_async(tree.root), "others are not kept waiting"
        assert not second.done()
        await first.aclose()
        assert len(paths_of(await second)) == 2021
        third = asyncio.ensure_future(everything(client, tree.root, rate_limit=100))
        await asyncio.sleep(0)
        third.cancel()
        with pytest.raises(asyncio.CancelledError):
            await third
        assert len(paths_of(await everything(client, tree.root))) == 2021


async def test_no_more_than_one_batch_is_read_ahead(tree: Tree) -> None:
    grow(tree, 20, 400)
    async with reading(tree.server.address) as client:
        modern = (await client.features.get()).multi_read
        async for _ in crawl_client(client, tree.root, "/", data=True, rate_limit=None):
            assert len(client._pending) <= (1 if modern else PIPELINED)
            await client.get_children_async("/")
            assert len(client._pending) == 0, "who does not ask for more gets no more"


async def test_it_keeps_to_its_rate(tree: Tree) -> None:
    grow(tree, 10, 100)
    async with reading(tree.server.address) as client:
        began = time.monotonic()
        await everything(client, tree.root, rate_limit=2000)
        assert time.monotonic() - began > 1011 / 2000 - 0.1


async def test_memory_does_not_grow_with_the_tree(tree: Tree) -> None:
    grow(tree, 10, 900, b"")
    async with reading(tree.server.address) as client:
        tracemalloc.start()
        try:
            async with contextlib.aclosing(crawl_client(client, tree.root, "/", data=False)) as batches:
                async for _ in batches:
                    pass
            assert tracemalloc.get_traced_memory()[1] < 2_000_000
        finally:
            tracemalloc.stop()


async def test_a_container_is_crawled_by_its_own_paths(tree: Tree) -> None:
    tree.make("/a/b")
    async with reading(tree.server.address) as client:
        container = SimpleNamespace(ZooKeeper=SimpleNamespace(Client=client), _real=lambda path: tree.root + path)
        assert paths_of([batch async for batch in crawl(container, "/a", data=False)]) == ["/a", "/a/b"]
