"""A silent cluster is waited for no longer than a page may take; a long answer that is arriving is."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Callable

import pytest

from tests.support.reading import reading
from tests.support.rogue import Wire, rogue
from tests.support.until import until
from zkdash.zookeeper import children, frames, patience
from zkdash.zookeeper.patience import patiently

NAMES = [f"child-{number:07}" for number in range(200_000)]


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "READ_DEADLINE_S", 0.05)
    monkeypatch.setattr(patience, "LOOK_S", 0.02)
    monkeypatch.setattr(patience, "ARRIVING_S", 0.5)


async def waited_s(arriving: Callable[[], bool], answer_after_s: float) -> float:
    """How long it was waited for an answer, until there was one or patience ended."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    try:
        async with patiently(arriving):
            await asyncio.sleep(answer_after_s)
    except TimeoutError:
        return loop.time() - began
    return answer_after_s


@pytest.mark.usefixtures("quick")
async def test_nothing_is_waited_for_longer_than_the_deadline() -> None:
    assert 0.05 <= await waited_s(lambda: False, 10) < 0.4


@pytest.mark.usefixtures("quick")
async def test_what_is_arriving_is_waited_for() -> None:
    assert await waited_s(lambda: True, 0.2) == 0.2


@pytest.mark.usefixtures("quick")
async def test_what_arrives_for_ever_is_not_waited_for_for_ever() -> None:
    assert 0.5 <= await waited_s(lambda: True, 10) < 5


@pytest.mark.usefixtures("quick")
async def test_what_has_stopped_arriving_is_given_up() -> None:
    looks = iter([True, True])
    assert 0.05 <= await waited_s(lambda: next(looks, False), 10) < 0.45


async def test_a_long_reply_is_arriving_until_it_is_there_or_stalls(monkeypatch: pytest.MonkeyPatch) -> None:
    go_on = asyncio.Event()
    names = b"".join(struct.pack("!i", len(name)) + name.encode() for name in NAMES)

    async def talk(wire: Wire) -> None:
        await wire.welcome(timeout_ms=20_000)
        (xid,) = struct.unpack("!i", (await wire.frame())[:4])
        reply = struct.pack("!iqi", xid, 1, 0) + struct.pack("!i", len(NAMES)) + names + bytes(68)
        wire.writer.write(struct.pack("!i", len(reply)) + reply[:100_000])
        await go_on.wait()
        wire.writer.write(reply[100_000:])
        await wire.answer_pings()

    async with rogue(talk) as server, reading(f"127.0.0.1:{server.port}", session_timeout_s=20.0) as client:
        assert not client.arriving()
        asked = client.ask(children.request("/wide"))
        await until(client.arriving, what="a long reply is arriving")
        monkeypatch.setattr(frames, "STALLED_S", 0.0)
        assert not client.arriving()
        monkeypatch.setattr(frames, "STALLED_S", 60.0)
        assert client.arriving()
        go_on.set()
        frame, at = await asked
        assert children.read_children(frame, at)[0] == NAMES
        assert not client.arriving()
