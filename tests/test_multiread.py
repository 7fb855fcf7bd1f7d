"""The requests that kazoo lacks, byte by byte, and replies that no ZooKeeper would send."""

from __future__ import annotations

import asyncio
import contextlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kazoo.exceptions import NoAuthError, NoNodeError, ZookeeperError
from kazoo.protocol.serialization import Delete, Exists, GetChildren, GetData
from kazoo.protocol.states import ZnodeStat

from tests.support.reading import reading
from tests.support.rogue import Wire, rogue
from tests.support.until import until
from zkdash.zookeeper import frames
from zkdash.zookeeper.errors import NonsenseReply, ReplyTooLarge
from zkdash.zookeeper.features import version_in
from zkdash.zookeeper.frontier import CHILDREN, Frontier
from zkdash.zookeeper.multiread import END, HEADER, INT, STAT, GetAllChildrenNumber, MultiRead
from zkdash.zookeeper.states import Connected, Dropped, Signal
from zkdash.zookeeper.watch_records import AddWatch, RemoveWatches, SetWatches2, WatchesOf, WatchMode

SOME_STAT = ZnodeStat(*range(11))


def text(value: str) -> bytes:
    return struct.pack("!i", len(value.encode())) + value.encode()


def data_result(value: bytes | None, stat: ZnodeStat = SOME_STAT) -> bytes:
    length = -1 if value is None else len(value)
    return HEADER.pack(4, False, 0) + INT.pack(length) + (value or b"") + STAT.pack(*stat)


def children_result(*names: str) -> bytes:
    return HEADER.pack(8, False, 0) + INT.pack(len(names)) + b"".join(map(text, names))


def error_result(code: int) -> bytes:
    return HEADER.pack(-1, False, code) + INT.pack(code)


def test_multi_read_is_written_as_jute_has_it() -> None:
    request = MultiRead([GetData("/a", None), GetChildren("/é", None)])
    assert (request.type, request.serialize()) == (
        22,
        b"\0\0\0\4\0\xff\xff\xff\xff\0\0\0\2/a\0" + b"\0\0\0\x08\0\xff\xff\xff\xff\0\0\0\3/\xc3\xa9\0" + END,
    )


def test_each_operation_has_its_own_result_or_error() -> None:
    reply = data_result(b"x") + data_result(None) + children_result("b", "é") + error_result(-101) + error_result(-102)
    value, nothing, names, gone, denied = MultiRead.deserialize(b"head" + reply + END, 4)
    assert (value, nothing, names) == ((b"x", SOME_STAT), (None, SOME_STAT), ["b", "é"])
    assert isinstance(gone, NoNodeError)
    assert isinstance(denied, NoAuthError)


def test_an_error_that_kazoo_does_not_know_is_still_an_error() -> None:
    (error,) = MultiRead.deserialize(error_result(-4711) + END, 0)
    assert isinstance(error, ZookeeperError)
    assert error.code == -4711


@pytest.mark.parametrize(
    ("record", "opcode", "wire"),
    [
        (GetAllChildrenNumber("/a"), 104, text("/a")),
        (AddWatch("/a", WatchMode.PERSISTENT_RECURSIVE), 106, text("/a") + INT.pack(1)),
        (RemoveWatches("/a", WatchesOf.ANY), 18, text("/a") + INT.pack(3)),
        (
            SetWatches2(7, ("/a",), ("/b", "/c")),
            105,
            struct.pack("!qiii", 7, 0, 0, 0) + INT.pack(1) + text("/a") + INT.pack(2) + text("/b") + text("/c"),
        ),
    ],
)
def test_the_other_requests_are_written_as_jute_has_them(record: AddWatch, opcode: int, wire: bytes) -> None:
    assert (record.type, record.serialize()) == (opcode, wire)


replies = st.lists(
    st.one_of(
        st.binary(max_size=20).map(data_result),
        st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=5), max_size=4).map(
            lambda names: children_result(*names)
        ),
        st.integers(-130, 5).map(error_result),
    ),
    max_size=6,
).map(lambda parts: b"".join(parts) + END)


def bent(reply: bytes, at: int, byte: int, cut: int) -> bytes:
    at %= len(reply)
    return (reply[:at] + bytes([byte]) + reply[at + 1 :])[: len(reply) - cut]


hostile = st.one_of(
    st.binary(max_size=200), st.builds(bent, replies, st.integers(0), st.integers(0, 255), st.integers(0, 5))
)


@given(replies)
def test_whatever_zookeeper_may_say_is_read(reply: bytes) -> None:
    assert isinstance(MultiRead.deserialize(reply, 0), list)


@given(hostile)
def test_a_hostile_reply_is_read_or_called_nonsense(reply: bytes) -> None:
    with contextlib.suppress(NonsenseReply):
        MultiRead.deserialize(reply, 0)
    with contextlib.suppress(NonsenseReply):
        GetAllChildrenNumber.deserialize(reply, 0)


@given(hostile, hostile, st.booleans())
def test_a_hostile_reply_to_a_crawl_is_read_or_called_nonsense(first: bytes, second: bytes, data: bool) -> None:
    frontier = Frontier("/", "/", data=data)
    with contextlib.suppress(NonsenseReply):
        for reply in (first, second):
            if segments := frontier.take():
                frontier.absorb(segments, reply, 0)


def test_a_list_of_names_longer_than_its_reply_is_refused_at_once() -> None:
    for reply in (HEADER.pack(8, False, 0) + INT.pack(2**31 - 1), HEADER.pack(8, False, 0) + INT.pack(1) + INT.pack(9)):
        with pytest.raises(NonsenseReply):
            MultiRead.deserialize(reply + END, 0)


@pytest.mark.parametrize("name", [b"a/b", b"a\0b", b"\xff", b""])
def test_a_name_that_no_znode_can_have_ends_a_crawl(name: bytes) -> None:
    frontier = Frontier("/", "/", data=False)
    reply = HEADER.pack(CHILDREN, False, 0) + INT.pack(1) + INT.pack(len(name)) + name + END
    leaf = HEADER.pack(CHILDREN, False, 0) + INT.pack(0) + END
    with pytest.raises(NonsenseReply):
        frontier.absorb(frontier.take(), reply, 0) and frontier.absorb(frontier.take(), leaf, 0)


@given(st.lists(st.binary(max_size=50), max_size=600), st.lists(st.integers(1, 40)), st.booleans())
def test_frames_are_the_same_however_the_bytes_arrive(sent: list[bytes], cuts: list[int], served: bool) -> None:
    stream = b"".join(INT.pack(len(frame)) + frame for frame in sent)

    async def receive() -> list[bytes]:
        one = frames.Frames(lambda: None)
        at, got = 0, []
        if served:
            serving = asyncio.ensure_future(one.serve(got.append, lambda head, length: None))
            await asyncio.sleep(0)
        for cut in cuts:
            one.data_received(stream[at : at + cut])
            at += cut
        one.data_received(stream[at:])
        await until(lambda: not one._busy)
        one.connection_lost(None)
        with contextlib.suppress(asyncio.IncompleteReadError):
            while not served:
                got.append(await one.read())
            await serving
        return got

    assert asyncio.run(receive()) == sent


async def answer_with(wire: Wire, payload: bytes) -> None:
    xid, _ = struct.unpack("!ii", (await wire.frame())[:8])
    wire.say(struct.pack("!iqi", xid, 7, 0) + payload)


async def test_nonsense_costs_the_connection_and_the_next_one_works() -> None:
    async def lie(wire: Wire) -> None:
        await wire.welcome()
        await answer_with(wire, HEADER.pack(8, False, 0) + INT.pack(-5) + b"?")
        await wire.answer_pings()

    async def tell(wire: Wire) -> None:
        await wire.welcome()
        await answer_with(wire, children_result("a") + END)
        await wire.answer_pings()

    signals: list[Signal] = []
    async with rogue(lie, tell) as server, reading(f"127.0.0.1:{server.port}", signals=signals) as client:
        with pytest.raises(NonsenseReply):
            await client.multi_read_async([GetChildren("/", None)])
        await until(lambda: len([one for one in signals if isinstance(one, Connected)]) == 2)
        assert isinstance(signals[1], Dropped)
        assert await client.multi_read_async([GetChildren("/", None)]) == [["a"]]


async def test_a_reply_that_is_too_large_is_passed_over_and_the_connection_stays(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(frames, "MAX_FRAME_BYTES", 1000)

    async def tell(wire: Wire) -> None:
        await wire.welcome()
        await answer_with(wire, bytes(200_000))
        await answer_with(wire, children_result("a") + END)
        await wire.answer_pings()

    signals: list[Signal] = []
    async with rogue(tell) as server, reading(f"127.0.0.1:{server.port}", signals=signals) as client:
        with pytest.raises(ReplyTooLarge, match=r"jute\.maxbuffer"):
            await client.get_children_async("/huge")
        assert await client.multi_read_async([GetChildren("/", None)]) == [["a"]]
        assert [type(one) for one in signals] == [Connected]


async def test_only_reads_without_watchers_go_into_one_request() -> None:
    async def stay(wire: Wire) -> None:
        await wire.welcome()
        await wire.answer_pings()

    async with rogue(stay) as server, reading(f"127.0.0.1:{server.port}") as client:
        for operation in (Delete("/a", -1), Exists("/a", None), GetData("/a", print)):
            with pytest.raises(ValueError, match="MultiRead takes"):
                client.multi_read_async([operation])


@pytest.mark.parametrize(
    ("answer", "version"),
    [
        ("Zookeeper version: 3.4.14-4c25d480e66aadd, built on 03/06/2019 16:18 GMT\nLatency", (3, 4, 14)),
        ("Zookeeper version: 3.6.4--d65253dcf68e9097c6e95a126463fd5fdeb4521c, built on 12/18/2022", (3, 6, 4)),
        ("zk_version\t3.9.3-c26634f34490, built on 2024-10-17 23:21 UTC\nzk_server_state", (3, 9, 3)),
        ("srvr is not executed because it is not in the whitelist.", None),
        ("ClickHouse Keeper version: v23.3.1.2823-testing", None),
        ("", None),
    ],
)
def test_the_version_is_what_the_server_says(answer: str, version: tuple[int, int, int] | None) -> None:
    assert version_in(answer) == version
