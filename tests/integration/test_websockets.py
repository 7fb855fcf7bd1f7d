"""Live pages and the stream of events over real websockets."""

from __future__ import annotations

import asyncio
import base64
import os
import socket
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest

from tests.support.http import request
from tests.support.zkdash_process import ZkDashProcess
from zkdash.demo.servers import Server

MakeProcess = Callable[..., ZkDashProcess]
CONFIG = "[zookeeper]\nsession_timeout = 2s\n"
VIEWER_METRICS = ("zkdash_viewers ", "zkdash_stream_listeners ")
HANDSHAKE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
}


@pytest.fixture
def dash(own_server: Server, zkdash: MakeProcess) -> ZkDashProcess:
    process = zkdash(f"prod={own_server.address}", config=CONFIG).start()
    process.wait_state("prod", "CONNECTED", 10)
    return process


@pytest.mark.parametrize("path", ["/live?topic=overview", "/api/v1/events/stream"])
@pytest.mark.parametrize(
    "origin", ["https://evil.example", "http://127.0.0.1:1", "null", "http://localhost.evil.example"]
)
def test_pages_of_other_sites_are_refused(shared_dash: ZkDashProcess, path: str, origin: str) -> None:
    assert request(shared_dash.port, "GET", path, headers={**HANDSHAKE, "Origin": origin}).status == 403


@pytest.mark.parametrize("path", ["/live?topic=overview", "/api/v1/events/stream"])
def test_its_own_pages_are_welcome(shared_dash: ZkDashProcess, path: str) -> None:
    viewer = handshake(shared_dash.port, path)
    viewer.close()


def test_a_name_that_is_not_its_own_reads_nothing(shared_dash: ZkDashProcess) -> None:
    for path in ("/", "/api/v1/clusters", "/metrics"):
        answer = request(shared_dash.port, "GET", path, headers={"X-Forwarded-Host": "localhost"})
        assert answer.status == 200
        assert shared_dash.get(path, Host="evil.example").status in (400, 403, 421)


async def test_the_stream_has_every_event_once_and_in_order_over_a_restart(
    dash: ZkDashProcess, own_server: Server
) -> None:
    got: list[dict[str, Any]] = []
    await asyncio.to_thread(dash.wait_cause, "prod", "connected", 5)
    await listen(dash.port, got, after=0, until="connected")
    assert [event["cause"] for event in got] == ["starting", "connected"]

    waiting = asyncio.create_task(listen(dash.port, got, after=got[-1]["id"], until="session-timeout"))
    await asyncio.to_thread(own_server.kill)
    await waiting
    await asyncio.to_thread(dash.sigterm)
    await asyncio.to_thread(dash.restart)
    await asyncio.to_thread(own_server.start)
    await listen(dash.port, got, after=got[-1]["id"], until="connected")
    ids = [event["id"] for event in got]
    assert ids == sorted(set(ids))
    assert got == await asyncio.to_thread(dash.events, "prod")


async def test_a_viewer_that_does_not_read_delays_nobody(dash: ZkDashProcess, own_server: Server) -> None:
    lazy = [handshake(dash.port, path) for path in ("/live?topic=overview", "/api/v1/events/stream?after=0") * 10]
    try:
        last = (await asyncio.to_thread(dash.events, "prod"))[-1]["id"]
        seen = asyncio.create_task(pushed(dash.port, "SUSPENDED"))
        listening = asyncio.create_task(listen(dash.port, [], after=last, until="connection-lost"))
        loop = asyncio.get_running_loop()
        await asyncio.to_thread(dash.wait_for, lambda: viewers(dash) >= 22, 5, "the viewers to be there")
        await asyncio.to_thread(own_server.kill)
        began = loop.time()
        await seen
        await listening
        assert loop.time() - began < 3.0  # one of those streams is waited for up to 10 s
    finally:
        for viewer in lazy:
            viewer.close()


async def test_a_page_gets_the_present_state_first_and_then_every_change(
    dash: ZkDashProcess, own_server: Server
) -> None:
    await pushed(dash.port, "CONNECTED")
    change = asyncio.create_task(pushed(dash.port, "LOST"))
    await asyncio.to_thread(own_server.kill)
    await change
    await pushed(dash.port, "LOST")  # who comes later is told at once


def viewers(dash: ZkDashProcess) -> int:
    """How many websockets it has open, by its own metrics."""
    lines = dash.get("/metrics").text.splitlines()
    return sum(int(float(line.split()[1])) for line in lines if line.startswith(VIEWER_METRICS))


def handshake(port: int, path: str) -> socket.socket:
    """A websocket that is opened and never read, with as little room for what comes as the kernel allows."""
    viewer = socket.socket()
    viewer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
    viewer.settimeout(5)
    viewer.connect(("127.0.0.1", port))
    headers = {**HANDSHAKE, "Host": f"127.0.0.1:{port}", "Origin": f"http://127.0.0.1:{port}"}
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    viewer.sendall(f"GET {path} HTTP/1.1\r\n{lines}\r\n".encode())
    assert viewer.recv(12) == b"HTTP/1.1 101"
    return viewer


async def listen(port: int, got: list[dict[str, Any]], *, after: int, until: str, deadline_s: float = 15.0) -> None:
    """Append the stream's events to `got` until one has the cause `until`."""

    async def each(socket: aiohttp.ClientWebSocketResponse) -> None:
        async for message in socket:
            got.append(message.json())
            if got[-1]["cause"] == until:
                return
        raise AssertionError(f"the stream ended (code {socket.close_code})")

    await _connected(port, f"/api/v1/events/stream?after={after}", each, deadline_s)


async def pushed(port: int, state: str, deadline_s: float = 10.0) -> None:
    """Wait until a live overview is told that the cluster is in a state."""

    async def each(socket: aiohttp.ClientWebSocketResponse) -> None:
        async for message in socket:
            if f'data-state="{state}"' in message.data or f'data-state=\\"{state}\\"' in message.data:
                return
        raise AssertionError("the websocket ended")

    await _connected(port, "/live?topic=overview", each, deadline_s)


async def _connected(
    port: int, path: str, talk: Callable[[aiohttp.ClientWebSocketResponse], Awaitable[None]], deadline_s: float
) -> None:
    url = f"http://127.0.0.1:{port}"
    async with (
        asyncio.timeout(deadline_s),
        aiohttp.ClientSession(headers={"Origin": url}) as session,
        session.ws_connect(f"{url}{path}") as socket,
    ):
        await talk(socket)
