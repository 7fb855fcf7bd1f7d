"""Many viewers in one process, for bench.viewers: bare sockets that speak as much websocket as they must.

python -m bench.live_viewers PORT COUNT PATH: prints "ready" once all have got their first state; for each line that it
reads, it waits until all have got something more and prints when (monotonic ns) the median, the 99th percentile and the
last did, and how many bytes the first message had.
"""

from __future__ import annotations

import asyncio
import sys
import time

from bench import report

AT_ONCE = 200
QUIET_S = 0.3
LONGEST_S = 60.0


class Viewer(asyncio.Protocol):
    """Takes what comes; `at` is when something came first since it was asked to look."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.opened = asyncio.get_running_loop().create_future()
        self.at = 0
        self.size = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        head = f"GET {self.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        key = "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write((head + key).encode())

    def data_received(self, data: bytes) -> None:
        if data[:1] == b"\x89":  # a ping: who says nothing is taken for gone
            self.transport.write(b"\x8a" + bytes([0x80 | data[1]]) + bytes(4) + data[2 : 2 + data[1]])
            data = data[2 + data[1] :]
            if not data:
                return
        if data[:1] == b"\x81" and len(data) < 64:
            return  # a tick
        self.at = self.at or time.monotonic_ns()
        self.size = self.size or len(data)
        if not self.opened.done():
            assert data.startswith(b"HTTP/1.1 101"), data[:200]
            self.opened.set_result(None)

    def connection_lost(self, error: Exception | None) -> None:
        if not self.opened.done():
            self.opened.set_exception(error or ConnectionResetError())


async def open_all(port: int, count: int, path: str) -> list[Viewer]:
    loop, viewers = asyncio.get_running_loop(), []
    for begin in range(0, count, AT_ONCE):
        several = range(min(AT_ONCE, count - begin))
        made = await asyncio.gather(*(loop.create_connection(lambda: Viewer(path), "127.0.0.1", port) for _ in several))
        viewers += [viewer for _, viewer in made]
        await asyncio.gather(*(viewer.opened for _, viewer in made))
    return viewers


async def main() -> None:
    report.many_files()
    port, count, path = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    viewers = await open_all(port, count, path)
    await asyncio.sleep(QUIET_S)
    loop = asyncio.get_running_loop()
    print("ready", flush=True)
    while await loop.run_in_executor(None, sys.stdin.readline):
        for viewer in viewers:
            viewer.at = viewer.size = 0
        print("looking", flush=True)
        end = time.monotonic() + LONGEST_S
        while missing := sum(not viewer.at for viewer in viewers):
            assert time.monotonic() < end, f"{missing} viewers got nothing within {LONGEST_S} s"
            await asyncio.sleep(0.05)
        times = sorted(viewer.at for viewer in viewers)
        print(times[count // 2], times[min(count - 1, count * 99 // 100)], times[-1], viewers[0].size, flush=True)
        await asyncio.sleep(QUIET_S)


if __name__ == "__main__":
    asyncio.run(main())
