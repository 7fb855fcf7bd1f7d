"""What a browser, or somebody who stands for one, sends: addresses, topics, and bytes on an open websocket."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import logging
import tempfile
from collections.abc import AsyncIterator, Coroutine
from pathlib import Path
from typing import Any, NoReturn, TypeVar
from urllib.parse import quote

import aiohttp
from yarl import URL

from tests.support.site import running_site
from tests.support.until import until
from zkdash.web.keys import HUB
from zkdash.zookeeper.errors import ClusterUnavailable
from zkdash.zookeeper.states import State

T = TypeVar("T")
CLUSTERS = ("a", "b")
PAGES = (
    "/",
    "/timeline",
    "/clusters/a",
    "/clusters/a/charts",
    "/clusters/a/availability",
    "/go",
    "/compare",
    "/search",
    "/alerts",
    "/alerts/history",
    "/alerts/deliveries",
    "/alerts/silences/new",
    "/glossary",
    "/views",
    "/audit",
    "/api/v1/clusters",
    "/api/v1/clusters/a/series",
    "/api/v1/clusters/a/availability",
    "/api/v1/events",
    "/api/v1/incidents",
    "/api/v1/deliveries",
    "/api/v1/audit",
    "/timeline/events/",
    "/clusters/",
    "/clusters/a/znodes/",
    "/api/v1/clusters/a/znodes",
    "/s/",
    "/static/",
)
"""The first byte says which; what follows it is the rest of the address."""
STREAMS = ("/live?topic=overview", "/api/v1/events/stream?after=0")
HANDSHAKE = (
    "GET {} HTTP/1.1\r\nHost: {}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)
SENDS_S = 5.0
OUT_OF_REACH = 503


class Troubles(logging.Handler):
    """What is logged as an error: a handler that broke, a task that nobody looked after."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


async def _out_of_reach(path: str) -> NoReturn:
    """As a read of a cluster that is lost."""
    raise ClusterUnavailable("a", State.LOST, 0, "out of reach")


@contextlib.asynccontextmanager
async def _session() -> AsyncIterator[aiohttp.ClientSession]:
    """The tests' own client keeps every answer, which are many here."""
    async with aiohttp.ClientSession() as session:
        yield session


class Browser:
    """A site in this process, on an event loop of its own, that lives until it is closed."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._stack = contextlib.AsyncExitStack()
        self._troubles = Troubles()
        folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory()))
        logging.getLogger().addHandler(self._troubles)
        self._site = self._run(self._stack.enter_async_context(running_site(folder, *CLUSTERS)))
        self._session = self._run(self._stack.enter_async_context(_session()))
        for name in ("stat", "data", "children", "acl"):
            for cluster in CLUSTERS:
                setattr(self._site[cluster], name, _out_of_reach)

    def close(self) -> None:
        logging.getLogger().removeHandler(self._troubles)
        self._run(self._stack.aclose())
        self._run(self._loop.shutdown_default_executor())
        self._loop.close()

    def get(self, address: str) -> int:
        """The status of an answer."""
        return self._run(self._get(address))

    def send(self, stream: str, data: bytes) -> None:
        """Open a websocket, send bytes that may be frames, and hang up; nobody is left, and nothing broke."""
        self._run(self._send(stream, data))

    async def _get(self, address: str) -> int:
        self._troubles.lines.clear()
        url = URL(f"http://127.0.0.1:{self._site.client.server.port}{address}", encoded=True)
        async with self._session.get(url, allow_redirects=False) as answer:
            text = await answer.text(errors="replace")
            assert answer.status < 500 or (answer.status == 503 and "znodes" in address), (
                f"{address}: {answer.status} {text[:500]}"
            )
            self._check()
            return answer.status

    async def _send(self, stream: str, data: bytes) -> None:
        self._troubles.lines.clear()
        server = self._site.client.server
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(HANDSHAKE.format(stream, f"127.0.0.1:{server.port}").encode())
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(data)
            await writer.drain()
            writer.write_eof()
            async with asyncio.timeout(SENDS_S):
                while await reader.read(1 << 16):
                    pass
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
        hub = self._site.client.server.app[HUB]  # type: ignore[attr-defined]  # of a TestServer, not of a raw one
        await until(lambda: not hub.viewers, what="the viewer to be gone")
        self._check()

    def _check(self) -> None:
        assert not self._troubles.lines, "\n".join(self._troubles.lines)

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return self._loop.run_until_complete(work)


def address_of(data: bytes) -> str:
    """A page's address: what can't stand in a request's first line is quoted, the rest is as it came."""
    page = PAGES[data[0] % len(PAGES)]
    rest = "".join(chr(byte) if 0x21 <= byte < 0x7F and byte not in b"#" else f"%{byte:02X}" for byte in data[1:])
    return page + ("" if page.endswith("/") and page != "/" else "?") + rest


def topic_of(data: bytes) -> str:
    """The address that asks for live topics, one a line."""
    return "/live?" + "&".join(f"topic={quote(line, safe='')}" for line in data.split(b"\n"))


_browsers: list[Browser] = []


def browser() -> Browser:
    """The one of this process."""
    if not _browsers:
        _browsers.append(Browser())
    return _browsers[0]


@atexit.register
def close() -> None:
    """Close it, if there is one."""
    while _browsers:
        _browsers.pop().close()
