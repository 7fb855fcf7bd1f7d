"""The connection on the event loop, against servers that do what a real one won't do on demand."""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from kazoo.exceptions import ConnectionLoss, NoNodeError

from tests.support.rogue import Wire, rogue
from tests.support.until import until
from zkdash.zookeeper.client import ReadOnlyClient
from zkdash.zookeeper.connection import _summary
from zkdash.zookeeper.errors import BlockingCall, WriteRefused
from zkdash.zookeeper.states import Connected, Dropped, Expired, Signal, Unreachable


@asynccontextmanager
async def watching(port: int, **options: object) -> AsyncIterator[tuple[ReadOnlyClient, list[Signal]]]:
    signals: list[Signal] = []
    client = ReadOnlyClient(f"127.0.0.1:{port}", session_timeout_s=2.0, listener=signals.append, **options)
    client.start_async()
    try:
        yield client, signals
    finally:
        await client.close_async(0.2)


def seen(signals: list[Signal], kind: type) -> Callable[[], bool]:
    return lambda: any(isinstance(one, kind) for one in signals)


async def stay(wire: Wire) -> None:
    await wire.welcome()
    await wire.answer_pings()


async def test_a_session_is_opened_and_kept_with_the_negotiated_timeout() -> None:
    async with rogue(stay) as server, watching(server.port) as (client, signals):
        await until(seen(signals, Connected))
        assert signals == [Connected(1, f"127.0.0.1:{server.port}")]
        assert client.connected
        assert client.session_timeout_s == 2.0


async def test_no_thread_is_started() -> None:
    before = threading.active_count()
    async with rogue(stay) as server, watching(server.port) as (_, signals):
        await until(seen(signals, Connected))
        assert threading.active_count() == before


async def test_a_silent_server_is_dropped_after_two_thirds_of_the_session_timeout() -> None:
    async def mute(wire: Wire) -> None:
        await wire.welcome(timeout_ms=600)
        await asyncio.Event().wait()

    async with rogue(mute) as server, watching(server.port) as (client, signals):
        await until(seen(signals, Dropped))
        assert signals[1] == Dropped("nothing heard for 0.4 s")
        assert not client.connected


async def test_a_server_that_accepts_and_never_answers_costs_its_attempt_and_no_more() -> None:
    async def tarpit(wire: Wire) -> None:
        await asyncio.Event().wait()

    async with rogue(tarpit) as server, watching(server.port) as (_, signals):
        await until(seen(signals, Unreachable))
        assert signals[0] == Unreachable(f"127.0.0.1:{server.port}: no answer within 2.0 s")


async def test_a_port_that_nobody_listens_on_is_named() -> None:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        port = reserved.getsockname()[1]
        async with watching(port) as (_, signals):
            await until(seen(signals, Unreachable))
    assert signals[0] == Unreachable(f"127.0.0.1:{port}: connection refused")


@pytest.mark.parametrize(
    "nonsense",
    [
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        struct.pack("!i", -5),
        struct.pack("!i", 2**31 - 1),
        struct.pack("!i", 3) + b"abc",
        b"",
    ],
    ids=["http", "negative length", "2 GiB", "too short", "hang-up"],
)
async def test_a_server_that_speaks_something_else_is_only_unreachable(nonsense: bytes) -> None:
    async def talk(wire: Wire) -> None:
        await wire.frame()
        wire.writer.write(nonsense)
        await wire.writer.drain()

    async with rogue(talk) as server, watching(server.port) as (_, signals):
        await until(seen(signals, Unreachable))
        assert not seen(signals, Connected)()


@pytest.mark.parametrize(
    "nonsense",
    [
        b"",
        b"\0",
        struct.pack("!iqi", 99, 0, 0),
        struct.pack("!iqi", 1, 0, -31999),
        struct.pack("!iqi", -1, 0, 0) + b"\xff" * 12,
    ],
    ids=["empty", "short", "wrong xid", "unknown error", "broken watch event"],
)
async def test_a_nonsense_reply_costs_the_connection_and_the_next_one_works(nonsense: bytes) -> None:
    async def lie(wire: Wire) -> None:
        await wire.welcome()
        await wire.frame()
        wire.say(nonsense)
        await asyncio.Event().wait()

    async with rogue(lie, stay) as server, watching(server.port) as (client, signals):
        await until(seen(signals, Connected))
        with pytest.raises((ConnectionLoss, RuntimeError, KeyError)):
            await client.get_async("/a")
        await until(lambda: len([one for one in signals if isinstance(one, Connected)]) == 2)


async def test_a_frame_that_ends_half_way_is_a_dropped_connection() -> None:
    async def half(wire: Wire) -> None:
        await wire.welcome()
        await wire.frame()
        wire.writer.write(struct.pack("!i", 100) + b"half")

    async with rogue(half, stay) as server, watching(server.port) as (client, signals):
        await until(seen(signals, Connected))
        with pytest.raises(ConnectionLoss):
            await client.get_async("/a")
        assert signals[1] == Dropped("the server closed the connection")


async def test_an_expired_session_is_said_and_a_new_one_opened() -> None:
    async def expired(wire: Wire) -> None:
        await wire.welcome(session_id=0, timeout_ms=0)

    async with rogue(stay_briefly, expired, stay) as server, watching(server.port) as (_, signals):
        await until(lambda: len(signals) >= 4)
        assert [type(one) for one in signals[:4]] == [Connected, Dropped, Expired, Connected]


async def stay_briefly(wire: Wire) -> None:
    await wire.welcome()


async def test_a_server_that_hangs_up_on_our_history_gets_a_new_session_once_it_is_overdue() -> None:
    wanted: list[int] = []

    async def wiped(wire: Wire) -> None:
        request = await wire.frame()
        wanted.append(struct.unpack("!iqiq", request[:24])[3])
        if wanted[-1] == 0:
            wire.say(struct.pack("!iiqi", 0, 2000, 2, 16) + bytes(17))
            await wire.answer_pings()

    async with rogue(stay_briefly, wiped) as server, watching(server.port) as (client, signals):
        await until(seen(signals, Unreachable))
        assert set(wanted) == {1}
        client.forget_session()
        await until(lambda: Connected(2, f"127.0.0.1:{server.port}") in signals)
        assert wanted[-1] == 0


async def test_an_answer_reaches_who_awaits_it_and_an_error_too() -> None:
    async def answer(wire: Wire) -> None:
        await wire.welcome()
        for error, payload in ((0, struct.pack("!i", 2) + b"hi" + bytes(68)), (NoNodeError.code, b"")):
            xid, _ = struct.unpack("!ii", (await wire.frame())[:8])
            wire.say(struct.pack("!iqi", xid, 7, error) + payload)
        await asyncio.Event().wait()

    async with rogue(answer) as server, watching(server.port) as (client, signals):
        await until(seen(signals, Connected))
        assert (await client.get_async("/a"))[0] == b"hi"
        assert client.last_zxid == 7
        with pytest.raises(NoNodeError):
            await client.get_async("/b")


async def test_writes_are_refused_before_the_socket_and_blocking_calls_at_once() -> None:
    async with rogue(stay) as server, watching(server.port) as (client, signals):
        await until(seen(signals, Connected))
        for write in (
            lambda: client.create("/a", b""),
            lambda: client.create("/a", b"", include_data=True),
            lambda: client.set("/a", b""),
            lambda: client.delete("/a"),
            lambda: client.set_acls("/a", []),
            lambda: client.transaction().commit(),
            lambda: client.reconfig("server.1=a:1:2", None, None),
            lambda: client.sync("/a"),
        ):
            with pytest.raises(WriteRefused):
                write()
        for wait in (client.start, client.stop, client.command, lambda: client.get("/a")):
            with pytest.raises(BlockingCall):
                wait()


def test_what_a_round_found_reads_the_same_in_every_round() -> None:
    assert _summary({"b:1": "refused", "a:1": "refused"}) == "all 2 servers: refused"
    assert _summary({"b:1": "refused", "a:1": "no answer"}) == "a:1: no answer; b:1: refused"
    assert _summary({}) == "no server to try"
