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
PING, PONG = 0x89, b"\x8a\x80" + bytes(4)
TICK_BYTES = 64
"""What is no longer only says that zkdash is there."""


def header(data: bytes, at: int) -> tuple[int, int, int] | None:
    """A frame's kind, where its payload begins, and how many bytes that has; None if its header is not whole."""
    short = data[at + 1] if at + 1 < len(data) else 0
    begin = at + (4 if short == 126 else 10 if short == 127 else 2)
    if len(data) < begin:
        return None
    return data[at], begin, short if short < 126 else int.from_bytes(data[at + 2 : begin])


class Viewer(asyncio.Protocol):
    """Takes what comes; `at` is when something came first since it was asked to look."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.opened = asyncio.get_running_loop().create_future()
        self.at = 0
        self.size = 0
        self._rest = b""
        self._to_come = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        head = f"GET {self.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        key = "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write((head + key).encode())

    def data_received(self, data: bytes) -> None:
        if not self.opened.done():
            assert data.startswith(b"HTTP/1.1 101"), data[:200]
            self.opened.set_result(None)
            data = data.partition(b"\r\n\r\n")[2]
        data = self._rest + data
        at, self._rest = self._to_come, b""
        while at < len(data):
            head = header(data, at)
            if head is None:
                self._rest, at = data[at:], len(data)
                break
            kind, begin, size = head
            if kind == PING:
                self.transport.write(PONG)  # who says nothing is taken for gone
            elif size > TICK_BYTES:
                self.at = self.at or time.monotonic_ns()
                self.size = self.size or size
            at = begin + size
        self._to_come = at - len(data)

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
