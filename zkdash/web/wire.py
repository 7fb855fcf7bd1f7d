"""What goes over the websocket: pieces that htmx swaps in by id, framed once for all who get them."""

from __future__ import annotations

import asyncio
import struct

import orjson
from aiohttp import web

from zkdash.access import Reach
from zkdash.clock import now_ms
from zkdash.web.localised import CANONICAL, localised

BACKLOG_BYTES = 1 << 20
"""What may wait for one viewer beside its first snapshot; who lets more pile up is dropped and comes back."""


class Viewer:
    """One open websocket, how far who looks at it sees (`Reach.level`), and in which locale they read.

    Writes go straight to the transport, whose buffer is the bounded queue.
    """

    __slots__ = ("level", "limit", "locale", "response", "topics", "transport")

    def __init__(
        self,
        transport: asyncio.Transport,
        topics: tuple[str, ...],
        level: Reach,
        response: web.WebSocketResponse | None = None,
        locale: str = CANONICAL,
    ) -> None:
        self.transport = transport
        self.topics = topics
        self.level = level
        self.response = response
        self.locale = locale
        self.limit = BACKLOG_BYTES

    def write(self, payload: bytes) -> bool:
        """Write whole frames; gives False if the viewer was dropped because it doesn't keep up."""
        if self.transport.is_closing():
            return True
        if self.transport.get_write_buffer_size() > self.limit:
            self.transport.abort()
            return False
        self.transport.write(payload)
        return True


def partial(element_id: str, html: str, swap: str = "outerMorph") -> str:
    """A piece that htmx swaps into the element with this id; `html` is markup, the id needs no escaping."""
    return f'<hx-partial id="{element_id}" hx-swap="{swap}">{html}</hx-partial>'


def frame(payload: bytes) -> bytes:
    """An unmasked text frame as a server sends it (RFC 6455, section 5.2)."""
    size = len(payload)
    if size < 126:
        return struct.pack("!BB", 0x81, size) + payload
    if size < 1 << 16:
        return struct.pack("!BBH", 0x81, 126, size) + payload
    return struct.pack("!BBQ", 0x81, 127, size) + payload


class Sent:
    """What goes to many: framed once for each locale in which somebody reads it."""

    __slots__ = ("_frames", "_html")

    def __init__(self, html: str) -> None:
        self._html = html
        self._frames: dict[str, bytes] = {}

    def frame(self, locale: str) -> bytes:
        """The frame for who reads in this locale."""
        kept = self._frames.get(locale)
        if kept is None:
            kept = self._frames[locale] = frame(localised(self._html, locale).encode())
        return kept


def tick() -> str:
    """The message that says zkdash is there: JSON without content, which htmx hands on and swaps nowhere."""
    return orjson.dumps({"now": now_ms()}).decode()
