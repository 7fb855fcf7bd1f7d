"""The live hub: state first, then every change, to those who listen, once, and without waiting for the slow."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientWebSocketResponse, WSMsgType, WSServerHandshakeError

from tests.support.site import Site, config_of, running_site
from zkdash.web import live, wire
from zkdash.web.keys import HUB
from zkdash.web.wire import frame

DEADLINE_S = 5.0
MANY = "&".join(f"topic=timeline?before={number}" for number in range(9))


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with running_site(tmp_path, "a", "b") as running:
        yield running


async def message(socket: ClientWebSocketResponse) -> str:
    """The next message that isn't a tick."""
    while True:
        text = str(await socket.receive_str(timeout=DEADLINE_S))
        if not text.startswith("{"):
            return text


async def message_with(socket: ClientWebSocketResponse, part: str) -> str:
    """The next message that has `part` in it."""
    async with asyncio.timeout(DEADLINE_S):
        while part not in (text := await message(socket)):
            pass
        return text


def states(text: str) -> dict[str, str]:
    """The clusters in a message, with their states."""
    return dict(re.findall(r'<article [^>]*id="cluster-([^"]+)" data-state="([A-Z]+)"', text))


async def test_a_viewer_gets_the_present_state_first_and_then_every_change(site: Site) -> None:
    async with await site.listen("overview") as viewer:
        assert states(await message(viewer)) == {"a": "CONNECTED", "b": "CONNECTED"}
        site["a"].drop()
        assert states(await message_with(viewer, "SUSPENDED"))["a"] == "SUSPENDED"
        site["a"].time_out()
        assert states(await message_with(viewer, "LOST"))["a"] == "LOST"


async def test_a_change_goes_only_to_those_who_listen_to_its_topic(site: Site) -> None:
    async with await site.listen("cluster/b") as other, await site.listen("cluster/a") as viewer:
        await message(other)
        await message(viewer)
        site["a"].drop()
        assert 'data-state="SUSPENDED"' in await message(viewer)
        site["b"].drop("a cable was pulled")
        assert "a cable was pulled" in await message(other)


async def test_many_changes_at_once_are_sent_together_and_only_the_last_state_of_each_cluster(site: Site) -> None:
    async with await site.listen("overview") as viewer:
        await message(viewer)
        for name in ("a", "b"):
            site[name].drop()
            site[name].time_out()
        text = await message(viewer)
        assert states(text) == {"a": "LOST", "b": "LOST"}
        assert text.count("<article") == 2


async def test_the_frame_has_the_summary_the_icon_and_words_for_a_screen_reader(site: Site) -> None:
    async with await site.listen("frame") as viewer:
        assert 'data-summary="2 connected"' in await message(viewer)
        site["b"].drop()
        text = await message(viewer)
        assert 'data-summary="1 suspended, 1 connected"' in text
        assert 'data-favicon="/favicon.svg?state=suspended"' in text
        assert "<p>b is suspended. 1 suspended, 1 connected.</p>" in text
        assert 'id="side-b"' in text


async def test_clusters_that_a_reload_adds_or_takes_away_come_and_go(site: Site) -> None:
    async with await site.listen("overview") as viewer:
        await message(viewer)
        site.add(config_of("new"))
        assert states(await message_with(viewer, 'id="cluster-new"'))["new"] == "LOST"
        site.remove("a")
        async with asyncio.timeout(DEADLINE_S):
            while "innerMorph" not in (text := await message(viewer)) or set(states(text)) == {"a", "b", "new"}:
                pass  # of the one that came
        assert set(states(text)) == {"b", "new"}


async def test_what_happens_while_a_viewer_connects_is_neither_lost_nor_sent_twice(site: Site) -> None:
    rounds = 30

    async def flap() -> None:
        for _ in range(rounds):
            site["a"].drop()
            await asyncio.sleep(0)
            site["a"].connect()
            await asyncio.sleep(0)

    flapping = asyncio.create_task(flap())
    async with await site.listen("timeline?range=15m") as viewer:
        await flapping
        await site.recorded(4 + 2 * rounds)
        seen: list[str] = []
        async with asyncio.timeout(DEADLINE_S):
            while len(seen) < 4 + 2 * rounds:
                seen += re.findall(r'<li class="event[^>]*id="event-(\d+)"', await message(viewer))
        assert sorted(map(int, seen)) == [event.id for event in site.bus.heard["Event.recorded!"]]


async def test_a_filtered_timeline_gets_what_fits_its_filters(site: Site) -> None:
    async with await site.listen("timeline?cluster=b&state=SUSPENDED") as viewer:
        assert 'class="event ' not in await message(viewer)
        site["a"].drop("not for this one")
        site["b"].drop("for this one")
        text = await message_with(viewer, 'class="event ')
        assert "for this one" in text
        assert "not for this one" not in text


async def test_the_alerts_are_live(site: Site) -> None:
    async with await site.listen("alerts") as viewer:
        assert "Nothing is wrong" in await message(viewer)
        site["a"].drop()
        site["a"].time_out()
        assert 'class="incident incident--open"' in await message_with(viewer, "incident--open")


async def test_a_tick_says_what_time_it_is(site: Site, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(live, "TICK_S", 0.05)
    other = tmp_path / "other"
    other.mkdir()
    async with running_site(other, "a") as ticking, await ticking.listen("frame") as viewer:
        await message(viewer)
        first = (await viewer.receive_json(timeout=DEADLINE_S))["now"]
        assert (await viewer.receive_json(timeout=DEADLINE_S))["now"] > first


@pytest.mark.parametrize(
    "query", ["", "topic=", "topic=nothing", "topic=cluster/nobody", "topic=timeline?range=never", MANY]
)
async def test_an_unknown_topic_is_a_mistake(site: Site, query: str) -> None:
    with pytest.raises(WSServerHandshakeError) as refused:
        await site.client.ws_connect(f"/live?{query}")
    assert refused.value.status == 400


@pytest.mark.parametrize("origin", ["https://evil.example", "http://127.0.0.1:1", "null", "file://", "http://[", "*"])
async def test_a_page_of_another_site_can_not_listen(site: Site, origin: str) -> None:
    with pytest.raises(WSServerHandshakeError) as refused:
        await site.listen("overview", Origin=origin)
    assert refused.value.status == 403


async def test_zkdashs_own_pages_and_scripts_can_listen(site: Site) -> None:
    for headers in ({}, {"Origin": f"http://127.0.0.1:{site.client.port}"}):
        async with await site.listen("overview", **headers) as viewer:
            assert await message(viewer)


async def test_a_page_without_a_websocket_polls_the_same_state(site: Site) -> None:
    async with await site.listen("frame", "overview") as viewer:
        pushed = await message(viewer)
    async with site.client.get("/live?topic=frame&topic=overview") as answer:
        polled = await answer.text()
        assert int(answer.headers["Zkdash-Now"]) > 0
    assert states(polled) == states(pushed)
    assert re.findall('<hx-partial id="([^"]+)"', polled) == re.findall('<hx-partial id="([^"]+)"', pushed)


async def test_a_viewer_that_does_not_read_is_dropped_and_the_others_do_not_wait(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "BACKLOG_BYTES", 64 * 1024)
    hub = site.client.app[HUB]  # type: ignore[union-attr]  # a running site has one
    deaf = await deaf_viewer(site)
    async with await site.listen("overview") as viewer:
        await message(viewer)
        assert len(hub.viewers) == 2
        text, sent = "x" * 100_000, 0
        async with asyncio.timeout(DEADLINE_S):
            while len(hub.viewers) == 2:
                sent += 1
                hub.offer("overview", "", f"{sent} {text}")
                assert (await message_with(viewer, f"{sent} xx")).startswith(f"{sent} xx")
        assert hub.dropped == 1
    deaf.close()


async def deaf_viewer(site: Site) -> socket.socket:
    """A viewer that shakes hands and then reads no more."""
    deaf = socket.socket()
    deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    deaf.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(deaf, ("127.0.0.1", site.client.port))
    await loop.sock_sendall(
        deaf,
        b"GET /live?topic=overview HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    )
    assert b" 101 " in await loop.sock_recv(deaf, 16)
    return deaf


async def test_a_viewer_that_says_too_much_is_closed(site: Site) -> None:
    async with await site.listen("overview") as viewer:
        await message(viewer)
        await viewer.send_str("x" * 100_000)
        async for said in viewer:
            assert said.type is WSMsgType.TEXT
        assert viewer.close_code == 1009


async def test_when_zkdash_stops_viewers_are_told_to_come_back(site: Site) -> None:
    viewers = [await site.listen("overview") for _ in range(20)]
    for viewer in viewers:
        await message(viewer)
    closing = asyncio.create_task(site.client.server.close())
    async with asyncio.timeout(2.0):
        for viewer in viewers:
            while (await viewer.receive()).type is WSMsgType.TEXT:
                pass
            assert viewer.close_code == 1001
        await closing


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65_535, 65_536, 200_000])
async def test_frames_are_read_as_they_were_meant(site: Site, size: int) -> None:
    hub: Any = site.client.app[HUB]  # type: ignore[union-attr]  # a running site has one
    async with await site.listen("overview") as viewer:
        await message(viewer)
        payload = "x" * size
        next(iter(hub.viewers)).write(frame(payload.encode()) + frame(b"end"))
        assert await message(viewer) == payload
        assert await message(viewer) == "end"
