"""The limit of many clusters in one process, for bench.clusters: bare asyncio connections that hold a session each.

python bench/bare_clients.py HOST:PORT COUNT: connects, pings, comes back with its session after half a second, and says
how many are connected whenever that changes. It understands nothing else.
"""

from __future__ import annotations

import asyncio
import struct
import sys
import time

TIMEOUT_MS = 10_000
AGAIN_S = 0.5
LOOK_S = 0.02
PING = struct.pack("!iii", 8, -2, 11)


class Session(asyncio.Protocol):
    """One session; `connected` is whether a server answers for it."""

    def __init__(self, host: str, port: int) -> None:
        self.host, self.port = host, port
        self.connected = False
        self._id, self._password = 0, bytes(16)
        self._transport: asyncio.Transport | None = None
        self._pinging: asyncio.TimerHandle | None = None
        self._heard_at = 0.0

    async def connect(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                await loop.create_connection(lambda: self, self.host, self.port)
            except OSError:
                await asyncio.sleep(AGAIN_S)
            else:
                return

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        request = struct.pack("!iqiqi", 0, 0, TIMEOUT_MS, self._id, 16) + self._password + b"\0"
        transport.write(struct.pack("!i", len(request)) + request)

    def data_received(self, data: bytes) -> None:
        self._heard_at = time.monotonic()
        if not self.connected:
            _, timeout_ms, self._id, length = struct.unpack_from("!iiqi", data, 4)
            self._password = data[24 : 24 + length]
            self.connected = timeout_ms > 0
            self._ping()

    def connection_lost(self, error: Exception | None) -> None:
        self.connected = False
        if self._pinging is not None:
            self._pinging.cancel()
        task = asyncio.get_running_loop().create_task(self.connect())
        TASKS.add(task)
        task.add_done_callback(TASKS.discard)

    def _ping(self) -> None:
        assert self._transport is not None
        if time.monotonic() - self._heard_at > 2 * TIMEOUT_MS / 3000:
            self._transport.abort()
            return
        self._transport.write(PING)
        self._pinging = asyncio.get_running_loop().call_later(TIMEOUT_MS / 3000, self._ping)


TASKS: set[asyncio.Task[None]] = set()


async def main() -> None:
    host, _, port = sys.argv[1].partition(":")
    sessions = [Session(host, int(port)) for _ in range(int(sys.argv[2]))]
    connecting = asyncio.gather(*(session.connect() for session in sessions))
    last = None
    while True:
        now = sum(session.connected for session in sessions)
        if now != last:
            print(now, flush=True)
        last = now
        await asyncio.sleep(LOOK_S)
        if connecting.done():
            connecting.result()


if __name__ == "__main__":
    asyncio.run(main())
