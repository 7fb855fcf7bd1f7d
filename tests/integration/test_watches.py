"""Watches on real servers: shared, put back, never silently deaf."""

from __future__ import annotations

import asyncio
import itertools
import re
from collections.abc import AsyncIterator
from types import SimpleNamespace

import pytest

from tests.conftest import Tree, kazoo_client
from tests.support.reading import reading
from tests.support.until import until
from zkdash.demo.server import Server
from zkdash.zookeeper.client import ReadOnlyClient
from zkdash.zookeeper.features import version_in
from zkdash.zookeeper.states import Connected, Signal
from zkdash.zookeeper.subscription import MOST_WAITING, Change, Kind, Subscription
from zkdash.zookeeper.watch_records import WatchMode
from zkdash.zookeeper.watches import watch


@pytest.fixture
async def client(tree: Tree) -> AsyncIterator[ReadOnlyClient]:
    async with reading(tree.server.address) as one:
        yield one


@pytest.fixture
def persistent(zookeeper: Server) -> bool:
    """Whether the server has persistent watches."""
    return version_in(zookeeper.four_letter("srvr")) >= (3, 6, 0)


@pytest.fixture
def modern(persistent: bool) -> None:
    if not persistent:
        pytest.skip("a server before 3.6 watches one znode at a time")


async def following(changes: Subscription) -> Change:
    async with asyncio.timeout(5):
        return await anext(changes)


async def expect(changes: Subscription, *expected: tuple[Kind, str]) -> None:
    assert [await following(changes) for _ in expected] == [Change(*one) for one in expected]


async def standing(changes: Subscription) -> None:
    await expect(changes, (Kind.GAP, changes.path))


async def do(function, *args: object, **options: object) -> None:
    await asyncio.to_thread(function, *args, **options)


def watches_on(server: Server) -> int:
    """How many watches the server has."""
    return int(re.search(r"Total watches:(\d+)", server.four_letter("wchs"))[1])


async def test_a_znodes_life_is_told_from_its_creation_to_its_end(tree: Tree, client: ReadOnlyClient) -> None:
    path, kazoo = f"{tree.root}/a", tree.client
    zxid = tree.server.zxid()
    async with client.watches.subscribe(path) as changes:
        await standing(changes)
        assert tree.server.zxid() == zxid
        await do(kazoo.create, path, b"")
        await expect(changes, (Kind.CREATED, path))
        await do(kazoo.set, path, b"1")
        await expect(changes, (Kind.CHANGED, path))
        await do(kazoo.create, f"{path}/b", b"")
        await expect(changes, (Kind.CHILDREN, path))
        await do(kazoo.delete, f"{path}/b")
        await expect(changes, (Kind.CHILDREN, path))
        await do(kazoo.set, path, b"2")
        await expect(changes, (Kind.CHANGED, path))
        await do(kazoo.delete, path)
        await expect(changes, (Kind.DELETED, path))
        await do(kazoo.create, path, b"")
        await expect(changes, (Kind.CREATED, path))
        await do(kazoo.delete, path)


async def test_what_is_read_after_the_last_change_is_the_truth(tree: Tree, client: ReadOnlyClient) -> None:
    path = tree.root + tree.make("/counter", b"0")
    async with client.watches.subscribe(path) as changes:
        await standing(changes)
        writing = asyncio.ensure_future(do(lambda: [tree.client.set(path, b"%d" % number) for number in range(1, 301)]))
        value = b""
        while value != b"300":
            assert (await following(changes)).kind in (Kind.CHANGED, Kind.GAP)
            value, _ = await client.get_async(path)
        await writing


@pytest.mark.usefixtures("modern")
async def test_a_subtree_is_watched_by_one_watch(tree: Tree, client: ReadOnlyClient) -> None:
    before, root = watches_on(tree.server), tree.root
    async with client.watches.subscribe(root, recursive=True) as changes:
        await standing(changes)
        assert not changes.shallow
        await do(tree.make, "/a/b/c")
        await do(tree.client.set, f"{root}/a/b", b"1")
        await do(tree.client.delete, f"{root}/a/b/c")
        await expect(
            changes,
            *((Kind.CREATED, root + path) for path in ("/a", "/a/b", "/a/b/c")),
            (Kind.CHANGED, f"{root}/a/b"),
            (Kind.DELETED, f"{root}/a/b/c"),
        )
        assert watches_on(tree.server) == before + 1
    await until(lambda: watches_on(tree.server) == before)


async def test_a_server_too_old_for_a_subtree_says_so(tree: Tree, client: ReadOnlyClient, persistent: bool) -> None:
    async with client.watches.subscribe(tree.root, recursive=True) as changes:
        await standing(changes)
        assert changes.shallow is not persistent


async def test_ten_who_look_at_one_znode_cost_the_server_one_watch(
    tree: Tree, client: ReadOnlyClient, persistent: bool
) -> None:
    before = watches_on(tree.server)
    viewers = [client.watches.subscribe(tree.root) for _ in range(10)]
    for one in viewers:
        await standing(one)
    assert watches_on(tree.server) == before + 1
    for one in viewers[1:]:
        one.close()
    await do(tree.make, "/a")
    await expect(viewers[0], (Kind.CHILDREN, tree.root))
    viewers[0].close()
    with pytest.raises(StopAsyncIteration):
        await anext(viewers[0])
    if persistent:
        await until(lambda: watches_on(tree.server) == before)
    assert not client.watches._listeners


@pytest.mark.usefixtures("modern")
async def test_a_znode_and_its_subtree_may_be_watched_at_once(tree: Tree, client: ReadOnlyClient) -> None:
    root = tree.root
    tree.make("/a")
    async with client.watches.subscribe(root) as near, client.watches.subscribe(f"{root}/a") as below:
        await standing(near)
        await standing(below)
        async with client.watches.subscribe(root, recursive=True) as deep:
            await standing(deep)
            await standing(near)  # its watch was replaced, and something may have passed in between
            await do(tree.make, "/a/b")
            await expect(deep, (Kind.CREATED, f"{root}/a/b"))
            await expect(below, (Kind.CHILDREN, f"{root}/a"))
            await do(tree.make, "/c")
            await expect(deep, (Kind.CREATED, f"{root}/c"))
            await expect(near, (Kind.CHILDREN, root))
        await standing(near)
        assert client.watches._set == {root: WatchMode.PERSISTENT, f"{root}/a": WatchMode.PERSISTENT}
        await do(tree.client.set, root, b"1")
        await expect(near, (Kind.CHANGED, root))
        await do(tree.client.set, f"{root}/a", b"1")
        await expect(below, (Kind.CHANGED, f"{root}/a"))


async def test_who_is_too_slow_is_told_of_a_gap_and_goes_on(tree: Tree, client: ReadOnlyClient) -> None:
    path = tree.root + tree.make("/a")
    async with client.watches.subscribe(path) as slow, client.watches.subscribe(path) as quick:
        await standing(slow)
        await standing(quick)
        for _ in range(MOST_WAITING):
            slow.offer(Change(Kind.CHANGED, path))
        await do(tree.client.set, path, b"1")
        await expect(quick, (Kind.CHANGED, path))
        await expect(slow, (Kind.GAP, path))
        await do(tree.client.set, path, b"2")
        await expect(slow, (Kind.CHANGED, path))


async def test_they_are_put_back_after_a_reconnect_and_a_gap_is_told(own_server: Server) -> None:
    paths = [f"/n{number}" for number in range(30)]
    with kazoo_client(own_server.address) as kazoo:
        for path in paths:
            kazoo.create(path, b"")
    async with reading(own_server.address, session_timeout_s=10) as client:
        changes = [client.watches.subscribe(path, recursive=path == "/n7") for path in paths]
        for one in changes:
            await standing(one)
        session = client._session_id
        own_server.kill()
        await until(lambda: not client.connected)
        own_server.start()
        for one in changes:
            async with asyncio.timeout(10):
                assert await anext(one) == Change(Kind.GAP, one.path)
        assert client._session_id == session
        with kazoo_client(own_server.address) as kazoo:
            for path, one in itertools.islice(zip(paths, changes, strict=True), 10):
                await do(kazoo.set, path, b"1")
                await expect(one, (Kind.CHANGED, path))


async def test_they_are_put_back_in_a_new_session(own_server: Server) -> None:
    signals: list[Signal] = []
    async with reading(own_server.address, signals=signals, session_timeout_s=2) as client:
        changes = [client.watches.subscribe("/"), client.watches.subscribe("/zookeeper")]
        for one in changes:
            await standing(one)
        session = client._session_id
        own_server.kill()
        await until(lambda: not client.connected)
        client._reset_session()  # as after an expiry
        own_server.start()
        for one in changes:
            async with asyncio.timeout(10):
                assert await anext(one) == Change(Kind.GAP, one.path)
        assert client._session_id != session
        with kazoo_client(own_server.address) as kazoo:
            await do(kazoo.create, "/a", b"")
        await expect(changes[0], (Kind.CHILDREN, "/"))


async def test_one_may_listen_before_there_is_a_connection(own_server: Server) -> None:
    own_server.kill()
    async with reading(own_server.address, connected=False) as client:
        changes = client.watches.subscribe("/")
        own_server.start()
        async with asyncio.timeout(10):
            assert await anext(changes) == Change(Kind.GAP, "/")


async def test_thousands_of_changes_arrive(tree: Tree, client: ReadOnlyClient, persistent: bool) -> None:
    if not persistent:
        pytest.skip("a one-shot watch tells that something changed, not each change")
    async with client.watches.subscribe(tree.root, recursive=True) as changes:
        await standing(changes)

        def write() -> None:
            transactions = [tree.client.transaction() for _ in range(30)]
            for number, one in enumerate(transactions):
                for item in range(100):
                    one.create(f"{tree.root}/{number}-{item}", b"")
                one.commit()
            for number, one in enumerate(tree.client.transaction() for _ in range(30)):
                for item in range(100):
                    one.delete(f"{tree.root}/{number}-{item}")
                one.commit()

        writing = asyncio.ensure_future(do(write))
        seen = 0
        while seen < 6000:
            change = await following(changes)
            assert change.kind is not Kind.GAP
            seen += 1
        await writing


async def test_a_container_watches_its_own_paths(tree: Tree, client: ReadOnlyClient) -> None:
    container = SimpleNamespace(config=SimpleNamespace(path=tree.root), ZooKeeper=SimpleNamespace(Client=client))
    async with watch(container, "/") as top, watch(container, "/a") as below:
        await expect(top, (Kind.GAP, "/"))
        await expect(below, (Kind.GAP, "/a"))
        await do(tree.make, "/a")
        await expect(top, (Kind.CHILDREN, "/"))
        await expect(below, (Kind.CREATED, "/a"))


async def test_no_session_is_lost_by_any_of_it(tree: Tree) -> None:
    signals: list[Signal] = []
    async with reading(tree.server.address, signals=signals) as client:
        for recursive in (False, True, False):
            async with client.watches.subscribe(tree.root, recursive=recursive) as changes:
                await standing(changes)
        await client.get_children_async("/")
        assert [type(one) for one in signals] == [Connected]
