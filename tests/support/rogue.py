"""A server that says what a real ZooKeeper won't say on demand: nonsense, half a reply, another session, nothing."""

from __future__ import annotations

import asyncio
import contextlib
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

Conversation = Callable[["Wire"], Awaitable[None]]


@dataclass
class Wire:
    """One connection, seen from the server's side."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def frame(self) -> bytes:
        (length,) = struct.unpack("!i", await self.reader.readexactly(4))
        return await self.reader.readexactly(length)

    def say(self, payload: bytes) -> None:
        self.writer.write(struct.pack("!i", len(payload)) + payload)

    async def welcome(self, session_id: int = 1, timeout_ms: int = 2000) -> bytes:
        """Take the ConnectRequest and grant a session; gives the request's payload."""
        request = await self.frame()
        self.say(connect_response(session_id, timeout_ms))
        return request

    async def answer_pings(self) -> None:
        while True:
            xid, _ = struct.unpack("!ii", (await self.frame())[:8])
            self.say(struct.pack("!iqi", xid, 0, 0))


def connect_response(session_id: int, timeout_ms: int) -> bytes:
    """ZooKeeper's ConnectResponse: protocol, timeout, session, password, read-only."""
    return struct.pack("!iiqi", 0, timeout_ms, session_id, 16) + bytes(16) + b"\0"


@dataclass
class Rogue:
    """The server: `script` holds a conversation for each connection in turn, the last for all that follow."""

    script: list[Conversation]
    port: int = 0
    connections: int = 0
    tasks: set[asyncio.Task[None] | None] = field(default_factory=set)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.tasks.add(task := asyncio.current_task())
        talk = self.script[min(self.connections, len(self.script) - 1)]
        self.connections += 1
        try:
            with contextlib.suppress(OSError, EOFError):
                await talk(Wire(reader, writer))
        finally:
            writer.close()
            self.tasks.discard(task)


@contextlib.asynccontextmanager
async def rogue(*script: Conversation) -> AsyncIterator[Rogue]:
    """A rogue server on a free loopback port."""
    one = Rogue(list(script))
    server = await asyncio.start_server(one.serve, "127.0.0.1", 0)
    one.port = server.sockets[0].getsockname()[1]
    try:
        yield one
    finally:
        server.close()
        talking = [task for task in one.tasks if task is not None]
        for task in talking:
            task.cancel()
        await asyncio.gather(*talking, return_exceptions=True)
