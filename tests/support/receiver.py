"""A webhook receiver on loopback that writes down what it gets and answers as it is told."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import hmac
import json
import ssl
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

How = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class Hit:
    """One request. `at` is the loop's time when its last byte was read."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    at: float

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    def json(self) -> Any:
        return json.loads(self.body)

    def is_signed_with(self, key: bytes) -> bool:
        """Whether the signature is what Standard Webhooks' text says, computed here once more."""
        content = f"{self.headers['webhook-id']}.{self.headers['webhook-timestamp']}.{self.body.decode()}"
        expected = base64.b64encode(hmac.digest(key, content.encode(), hashlib.sha256)).decode()
        return f"v1,{expected}" in self.headers["webhook-signature"].split(" ")


@dataclass
class Receiver:
    """Answers each request as the next in `script` says, and when that is empty, as `otherwise`."""

    url: str = ""
    script: deque[How] = field(default_factory=deque)
    hits: list[Hit] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.otherwise = status(200)

    @property
    def whats(self) -> list[tuple[str, str]]:
        """(cluster, type) of each hit."""
        return [(hit.json()["data"]["cluster"], hit.json()["type"]) for hit in self.hits]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.hits.append(Hit(request.method, request.path, headers, body, asyncio.get_running_loop().time()))
        how = self.script.popleft() if self.script else self.otherwise
        return await how(request)


def status(code: int, body: str = "", **headers: str) -> How:
    """An answer; `Retry_After="5"` is a header."""

    async def how(request: web.Request) -> web.StreamResponse:
        return web.Response(
            status=code, text=body, headers={name.replace("_", "-"): value for name, value in headers.items()}
        )

    return how


def slow(until: asyncio.Event) -> How:
    """No answer until the event."""

    async def how(request: web.Request) -> web.StreamResponse:
        await until.wait()
        return web.Response()

    return how


async def hang_up(request: web.Request) -> web.StreamResponse:
    """No answer: the connection is closed."""
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def endless(request: web.Request) -> web.StreamResponse:
    """200, and a body without end."""
    response = web.StreamResponse()
    await response.prepare(request)
    with contextlib.suppress(ConnectionError):
        while True:
            await response.write(b"x" * 65_536)
    return response


async def dripping(request: web.Request) -> web.StreamResponse:
    """200, and a body that never comes."""
    response = web.StreamResponse()
    await response.prepare(request)
    await asyncio.Event().wait()
    return response


@contextlib.asynccontextmanager
async def receiver(port: int = 0, tls: ssl.SSLContext | None = None) -> AsyncIterator[Receiver]:
    """A receiver on a free loopback port, or on this one."""
    one = Receiver()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", one.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port, ssl_context=tls).start()
        one.url = f"{'https' if tls else 'http'}://127.0.0.1:{runner.addresses[0][1]}/hook"
        yield one
    finally:
        await runner.cleanup()
