"""Faulty networks: a TCP proxy that can swallow, refuse, delay and cut, and a listener that never answers.

They run on an event loop in a thread of their own, so that tests can use them from anywhere.
"""

from __future__ import annotations

import asyncio
import contextlib
import enum
import socket
import struct
import threading
from collections.abc import Callable, Coroutine
from typing import Any, Self, TypeVar

from zkdash.demo.loopback import LOOPBACK, free_port

T = TypeVar("T")
CHUNK_BYTES = 65_536

_lock = threading.Lock()
_loop: asyncio.AbstractEventLoop | None = None


class Mode(enum.Enum):
    """What a proxy does with the bytes that it gets."""

    PASS = "pass"  # noqa: S105 - not a password
    SWALLOW = "swallow"
    REFUSE = "refuse"


class Proxy:
    """Stands on `port` in front of the server at `target` ("host:port"); without a target nobody ever answers.

    `rewrite` is given the first bytes that a client sends on each connection and gives what the server shall get.
    """

    def __init__(
        self,
        target: str = "",
        *,
        rewrite: Callable[[bytes], bytes] | None = None,
        host: str = LOOPBACK,
        port: int | None = None,
    ) -> None:
        self.target = target
        self.rewrite = rewrite
        self.host = host
        self.port = port or free_port()
        self.accepted = 0
        self._mode = Mode.PASS if target else Mode.SWALLOW
        self._delay_s = 0.0
        self._listener: asyncio.Server | None = None
        self._links: set[_Link] = set()

    @property
    def address(self) -> str:
        """Where clients connect to: HOST:PORT."""
        return f"{self.host}:{self.port}"

    def start(self) -> Self:
        """Listen."""
        _on_loop(self._listen())
        return self

    def close(self) -> None:
        """Cut everything and stop listening."""
        self.refuse()

    def heal(self) -> None:
        """Pass everything on again, at once. Connections that lost bytes in a black hole are cut."""
        _on_loop(self._become(Mode.PASS, cut=self._mode is not Mode.PASS))

    def black_hole(self) -> None:
        """Accept connections, and swallow what comes on them and on those that exist."""
        _on_loop(self._become(Mode.SWALLOW, cut=False))

    def refuse(self) -> None:
        """Cut all connections and refuse new ones."""
        _on_loop(self._become(Mode.REFUSE, cut=True))

    def cut(self) -> None:
        """Cut all connections that exist; new ones are welcome."""
        _on_loop(self._become(self._mode, cut=True))

    def delay(self, seconds: float) -> None:
        """Hold every chunk of bytes, either way, for so long."""
        self._delay_s = seconds

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.close()

    async def _become(self, mode: Mode, *, cut: bool) -> None:
        self._mode = mode
        if cut:
            for link in list(self._links):
                link.cut()
        if mode is Mode.REFUSE and self._listener is not None:
            self._listener.close()
            self._listener = None
        elif mode is not Mode.REFUSE:
            await self._listen()

    async def _listen(self) -> None:
        if self._listener is None:
            self._listener = await asyncio.start_server(self._serve, self.host, self.port)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.accepted += 1
        link = _Link([writer])
        self._links.add(link)
        try:
            await self._forward(link, reader, writer)
        except OSError:
            pass
        finally:
            self._links.discard(link)
            link.cut()

    async def _forward(self, link: _Link, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first = await reader.read(CHUNK_BYTES)
        if self._mode is not Mode.PASS or not first:
            while await reader.read(CHUNK_BYTES):
                pass
            return
        host, port = self.target.rsplit(":", 1)
        to_reader, to_writer = await asyncio.open_connection(host, int(port))
        link.writers.append(to_writer)
        await self._write(to_writer, self.rewrite(first) if self.rewrite else first)
        pumps = [asyncio.create_task(self._pump(reader, to_writer)), asyncio.create_task(self._pump(to_reader, writer))]
        _, others = await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        for pump in others:
            pump.cancel()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while chunk := await reader.read(CHUNK_BYTES):
                await self._write(writer, chunk)

    async def _write(self, writer: asyncio.StreamWriter, chunk: bytes) -> None:
        if self._delay_s:
            await asyncio.sleep(self._delay_s)
        if self._mode is Mode.PASS:
            writer.write(chunk)
            await writer.drain()


class Tarpit(Proxy):
    """Accepts connections and never answers."""

    def __init__(self) -> None:
        super().__init__()


class _Link:
    """Both sides of one proxied connection."""

    def __init__(self, writers: list[asyncio.StreamWriter]) -> None:
        self.writers = writers

    def cut(self) -> None:
        """Reset both sides, as a dying machine's kernel does."""
        for writer in self.writers:
            link = writer.get_extra_info("socket")
            with contextlib.suppress(OSError):
                link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()


def without_session(request: bytes) -> bytes:
    """A `rewrite` that has every ConnectRequest ask for a new session, as if the server had forgotten the old one.

    ConnectRequest (zookeeper.jute): length 4, protocolVersion 4, lastZxidSeen 8, timeOut 4, sessionId 8,
    passwd (length 4, 16 bytes), readOnly 1.
    """
    return request[:20] + bytes(8) + request[28:32] + bytes(16) + request[48:]


def _on_loop(work: Coroutine[Any, Any, T]) -> T:
    global _loop
    with _lock:
        if _loop is None:
            _loop = asyncio.new_event_loop()
            threading.Thread(target=_loop.run_forever, name="faults", daemon=True).start()
    return asyncio.run_coroutine_threadsafe(work, _loop).result(10)
