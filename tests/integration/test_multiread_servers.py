"""Many reads in one request, and what a server can do, on a real ZooKeeper of whichever version."""

from __future__ import annotations

import pytest
from kazoo.exceptions import NoAuthError, NoNodeError, UnimplementedError
from kazoo.protocol.serialization import GetChildren, GetData

from tests.conftest import Tree
from tests.support.forbidden import secret_in
from tests.support.reading import reading
from tests.support.until import until
from zkdash.demo.server import Server
from zkdash.zookeeper.features import NONE, Features, version_in
from zkdash.zookeeper.multiread import GetAllChildrenNumber, MultiRead
from zkdash.zookeeper.states import Connected, Signal
from zkdash.zookeeper.watch_records import AddWatch, RemoveWatches, SetWatches2, WatchesOf, WatchMode


def version_of(server: Server) -> tuple[int, int, int]:
    version = version_in(server.four_letter("srvr"))
    assert version is not None
    return version


@pytest.fixture
def modern(zookeeper: Server) -> None:
    """Skips the test on a server before 3.6."""
    if version_of(zookeeper) < (3, 6, 0):
        pytest.skip("a server before 3.6 has none of this")


@pytest.mark.usefixtures("modern")
async def test_one_request_brings_data_children_and_each_ones_error(tree: Tree) -> None:
    tree.make("/a", b"value")
    tree.make("/a/ä", None)
    with secret_in(tree) as secret:
        async with reading(tree.server.address) as client:
            root = tree.root
            names = (f"{root}/a", f"{root}/a/ä", f"{root}/none", f"{root}{secret}")
            asked = [GetData(path, None) for path in names] + [GetChildren(path, None) for path in names]
            results = await client.multi_read_async(asked)
            (value, stat), (nothing, _) = results[:2]
            assert (value, stat.numChildren, stat.dataLength) == (b"value", 1, 5)
            assert not nothing
            assert results[4:6] == [["ä"], []]
            assert [type(one) for one in results[2:4] + results[6:]] == [NoNodeError, NoAuthError] * 2
            assert (await client.get_async(f"{root}/a")) == (value, stat)


@pytest.mark.usefixtures("modern")
async def test_nothing_of_all_this_is_a_write(tree: Tree) -> None:
    path = tree.root
    async with reading(tree.server.address) as client:
        zxid = tree.server.zxid()
        await client.features.get()
        for request in (
            MultiRead([GetData(path, None), GetChildren(path, None)]),
            GetAllChildrenNumber(path),
            AddWatch(path, WatchMode.PERSISTENT),
            RemoveWatches(path, WatchesOf.ANY),
            SetWatches2(client.last_zxid, (path,), ("/",)),
            RemoveWatches("/", WatchesOf.ANY),
        ):
            assert await client.ask(request) is not None
        assert tree.server.zxid() == zxid


@pytest.mark.usefixtures("modern")
async def test_a_thousand_znodes_in_one_request(tree: Tree) -> None:
    tree.make("/a", b"x" * 100)
    async with reading(tree.server.address) as client:
        results = await client.multi_read_async([GetData(f"{tree.root}/a", None)] * 1000)
        assert {value for value, _ in results} == {b"x" * 100}
        assert await client.multi_read_async([]) == []


@pytest.mark.usefixtures("modern")
async def test_the_server_counts_a_subtree(tree: Tree) -> None:
    for path in ("/a/b/c", "/a/d"):
        tree.make(path)
    async with reading(tree.server.address) as client:
        assert await client.all_children_number_async(f"{tree.root}/a") == 3
        assert await client.all_children_number_async(tree.root) == 4
        assert await client.all_children_number_async(f"{tree.root}/a/d") == 0


async def test_what_the_server_can_do_is_what_its_version_says(zookeeper: Server) -> None:
    async with reading(zookeeper.address) as client:
        assert await client.features.get() == Features.of(version_of(zookeeper))


@pytest.fixture
def silent(tmp_path: str) -> Server:
    """A server that answers no four-letter word but `ruok`."""
    with Server(tmp_path / "silent", whitelist="ruok") as server:
        yield server


async def test_a_server_that_tells_no_version_is_tried_without_the_session_noticing(
    silent: Server, zookeeper: Server
) -> None:
    signals: list[Signal] = []
    async with reading(silent.address, signals=signals) as client:
        found = await client.features.get()
        expected = Features.of(version_of(zookeeper))
        if silent.four_letter("srvr").startswith("srvr is not"):
            expected = Features(None, *[getattr(expected, name) for name in Features.__slots__[1:]])
        # Who has hung up on the first try is asked no more, so removeWatches of 3.5 is not found out.
        assert found == (expected if expected.multi_read else NONE) or found.version is not None
        assert await client.features.get() is found
        assert len(await client.get_children_async("/")) >= 1
        assert [type(one) for one in signals] == [Connected]


async def test_a_server_that_refuses_after_all_is_not_asked_again(zookeeper: Server) -> None:
    signals: list[Signal] = []
    async with reading(zookeeper.address, signals=signals) as client:
        before = await client.features.get()
        client.features.refused()
        assert await client.features.get() == NONE
        if not before.multi_read:
            with pytest.raises(UnimplementedError):
                await client.multi_read_async([])
            await until(lambda: len([one for one in signals if isinstance(one, Connected)]) == 2)
            assert signals[0] == signals[-1], "the session survives it"


async def test_another_server_of_the_same_address_is_asked_anew(own_server: Server) -> None:
    async with reading(own_server.address) as client:
        first = await client.features.get()
        own_server.kill()
        await until(lambda: not client.connected)
        assert await client.features.get() == NONE
        own_server.start()
        await until(lambda: client.connected, 10)
        assert await client.features.get() == first
