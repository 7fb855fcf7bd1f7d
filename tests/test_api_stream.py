"""The stream of events: complete, in order, once each, and nobody waits for a slow listener."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import WSMsgType, WSServerHandshakeError

from tests.support.site import Site, running_site
from tests.support.until import until
from zkdash.timeline.service import EventService
from zkdash.web import stream
from zkdash.web.keys import STREAMS

DEADLINE_S = 5.0
URL = "/api/v1/events/stream"


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with running_site(tmp_path, "a", "b") as running:
        yield running


def streams(site: Site) -> stream.EventStreams:
    app = site.client.app
    assert app is not None
    return app[STREAMS]


async def listen(site: Site, query: str = "", **headers: str) -> Any:
    return await site.client.ws_connect(URL + query, headers=headers)


async def take(listener: Any, count: int) -> list[dict[str, Any]]:
    return [await listener.receive_json(timeout=DEADLINE_S) for _ in range(count)]


async def logged(site: Site, query: str = "?after=0&limit=1000") -> list[dict[str, Any]]:
    async with site.client.get(f"/api/v1/events{query}") as answer:
        events: list[dict[str, Any]] = (await answer.json())["events"]
    return events


async def flap(site: Site, name: str, times: int) -> None:
    """Lose a connection and find it again."""
    before = len(site.bus.heard["Event.recorded!"])
    for _ in range(times):
        site[name].drop()
        site[name].connect()
    await site.recorded(before + 2 * times)


async def test_a_listener_gets_each_event_as_the_log_has_it(site: Site) -> None:
    async with await listen(site) as listener:
        await flap(site, "a", 2)
        events = await take(listener, 4)
        assert events == (await logged(site))[-4:]
        assert [event["to"] for event in events] == ["SUSPENDED", "CONNECTED"] * 2


async def test_what_came_before_is_sent_first_if_a_listener_names_the_last_id_that_it_has(site: Site) -> None:
    await flap(site, "a", 3)
    everything = await logged(site)
    async with await listen(site, f"?after={everything[4]['id']}") as listener:
        assert await take(listener, 5) == everything[5:]
        await flap(site, "b", 1)
        assert await take(listener, 2) == (await logged(site))[-2:]


async def test_nothing_is_missed_and_nothing_comes_twice_while_the_log_is_read(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "REPLAY_EVENTS", 3)
    await flap(site, "a", 10)
    flapping = asyncio.create_task(flap(site, "b", 30))
    async with await listen(site, "?after=0") as listener:
        events = await take(listener, 84)
        await flapping
        assert events == await logged(site)


async def test_a_listener_whose_queue_overflows_reads_on_in_the_log(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "QUEUE_EVENTS", 1)
    async with await listen(site) as listener:
        await flap(site, "a", 40)
        assert await take(listener, 80) == (await logged(site))[-80:]


async def test_a_listener_may_want_some_clusters_only(site: Site) -> None:
    async with await listen(site, "?cluster=b&after=0") as listener:
        assert [event["cluster"] for event in await take(listener, 2)] == ["b", "b"]
        await flap(site, "a", 1)
        await flap(site, "b", 1)
        assert [event["cluster"] for event in await take(listener, 2)] == ["b", "b"]


async def test_a_listener_that_takes_nothing_is_dropped_and_the_others_go_on(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "SEND_S", 0.2)
    server = site.client.server
    with socket.socket() as silent:
        silent.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        silent.setblocking(False)
        await asyncio.get_running_loop().sock_connect(silent, ("127.0.0.1", server.port))
        handshake = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        key = "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
        silent.send(f"GET {URL} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n{handshake}{key}\r\n".encode())
        await until(lambda: len(streams(site).listeners) == 1)
        async with await listen(site) as listener:
            await until(lambda: len(streams(site).listeners) == 2)
            event = replace(site.bus.heard["Event.recorded!"][-1], reason="x" * 1_000_000)
            for number in range(20):
                site.bus.PubSub.publish("Event.recorded!", replace(event, id=event.id + 1 + number))
            assert len(await take(listener, 20)) == 20
            await until(lambda: streams(site).dropped == 1)
            await until(lambda: len(streams(site).listeners) == 1)


async def test_a_page_of_another_site_is_refused(site: Site) -> None:
    with pytest.raises(WSServerHandshakeError) as refused:
        await listen(site, Origin="https://evil.example")
    assert refused.value.status == 403


async def test_a_program_without_origin_and_our_own_page_may_listen(site: Site) -> None:
    async with await listen(site), await listen(site, Origin=str(site.client.make_url("")).rstrip("/")):
        await until(lambda: len(streams(site).listeners) == 2)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("?after=x", "after"),
        ("?after=-1", "after"),
        ("?after=1&after=2", "after"),
        ("?since=1", "since"),
    ],
)
async def test_a_wrong_parameter_is_named(site: Site, query: str, words: str) -> None:
    assert f"parameter {words}" in (await site.text(URL + query, 400)).replace("“", "").replace("”", "")


async def test_plain_http_is_told_to_speak_websocket(site: Site) -> None:
    assert "websocket" in await site.text(URL, 426)


async def test_a_listener_that_goes_is_forgotten(site: Site) -> None:
    async with await listen(site):
        await until(lambda: len(streams(site).listeners) == 1)
    await until(lambda: len(streams(site).listeners) == 0)


async def test_a_listener_that_goes_while_the_log_is_read_breaks_no_query_off(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, may_end, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()
    find = EventService.find

    async def slowly(*arguments: Any, **named: Any) -> Any:
        begun.set()
        await may_end.wait()
        found = await find(*arguments, **named)
        ended.set()
        return found

    monkeypatch.setattr(EventService, "find", slowly)
    listener = await listen(site, "?after=0")
    await begun.wait()
    (there,) = streams(site).listeners
    await listener.close()
    await until(lambda: there.response.closed, what="the stream to know that nobody listens")
    may_end.set()
    async with asyncio.timeout(DEADLINE_S):
        await ended.wait()
    await until(lambda: not streams(site).listeners)


async def test_when_zkdash_stops_listeners_are_told_to_come_back(site: Site) -> None:
    async with await listen(site) as listener:
        await streams(site).stop()
        assert (await listener.receive(timeout=DEADLINE_S)).type is WSMsgType.CLOSE
        assert listener.close_code == 1001
