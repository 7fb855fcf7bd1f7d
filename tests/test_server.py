"""The ports: said as they are, or why they can't be had, in one line."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import pytest

from tests.support.http import request
from tests.support.site import Site, running_site
from zkdash.config import WebConfig
from zkdash.errors import StartError
from zkdash.web.server import WebServer


async def server_of(site: Site, *listen: tuple[str, int]) -> WebServer:
    server = WebServer(site.bus, WebConfig(listen=listen))
    await server.start()
    return server


async def test_a_free_port_is_taken_and_said(tmp_path: Path) -> None:
    async with running_site(tmp_path, "a") as site:
        server = await server_of(site, ("127.0.0.1", 0), ("::1", 0))
        first, second = server.urls
        port = int(first.removeprefix("http://127.0.0.1:").rstrip("/"))
        assert port > 0
        assert second.startswith("http://[::1]:")
        answer = await asyncio.to_thread(request, port, "GET", "/", headers={"Host": "localhost"})
        assert answer.status == 200
        await server.stop()
        assert server.urls == []
        with pytest.raises(ConnectionRefusedError):
            await asyncio.to_thread(request, port, "GET", "/")


@pytest.mark.parametrize(
    ("host", "why"),
    [("127.0.0.1", "another program listens there"), ("192.0.2.1", "this machine doesn't have that address"),
     ("no.such.name.invalid", "that name is not known")],
)  # fmt: skip
async def test_an_address_that_can_not_be_had_ends_the_start_with_one_line(tmp_path: Path, host: str, why: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        async with running_site(tmp_path, "a") as site:
            with pytest.raises(StartError) as refused:
                await server_of(site, ("127.0.0.1", 0), (host, port))
    assert str(refused.value) == f"can't listen on {host}:{port}: {why} ([web] listen)"
