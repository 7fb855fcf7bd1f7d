"""What goes over the websocket: pieces that htmx swaps in by id, framed once for all who get them."""

from __future__ import annotations

import asyncio
import struct

import orjson
from aiohttp import web

from zkdash.access import Reach
from zkdash.clock import now_ms

BACKLOG_BYTES = 1 << 20
"""What may wait for one viewer beside its first snapshot; who lets more pile up is dropped and comes back."""


class Viewer:
    """One open websocket, and how far who looks at it sees (`Reach.level`).

    Writes go straight to the transport, whose buffer is the bounded queue.
    """

    __slots__ = ("level", "limit", "response", "topics", "transport")

    def __init__(
        self,
        transport: asyncio.Transport,
        topics: tuple[str, ...],
        level: Reach,
        response: web.WebSocketResponse | None = None,
    ) -> None:
        self.transport = transport
        self.topics = topics
        self.level = level
        self.response = response
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


def tick() -> bytes:
    """The frame that says zkdash is there: JSON without content, which htmx hands on and swaps nowhere."""
    return frame(orjson.dumps({"now": now_ms()}))
