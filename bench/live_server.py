"""Servers of viewers, for bench.viewers: zkdash's whole site, or a bare aiohttp loop that sends and does nothing else.

python -m bench.live_server zkdash|WAY [BYTES]: prints its port; for each line that it reads, one change goes to all
who listen, and it prints when (monotonic ns) and, once all is written, the CPU that it took (ms) and its memory (MiB).
The bare ways send as many BYTES as they are told.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
from aiohttp import web

from bench import report
from tests.support.site import running_site
from zkdash.web.keys import HUB
from zkdash.web.wire import frame

SETTLES_S = 1.0


@asynccontextmanager
async def zkdash() -> AsyncIterator[tuple[int, Callable[[], None]]]:
    """Its port, and what makes a change: a cluster goes down and comes up by turns."""
    with tempfile.TemporaryDirectory(prefix="zkdash-bench-") as folder:
        async with running_site(Path(folder), *(f"c{number}" for number in range(10))) as site:
            cluster, number = site["c0"], 1

            def change() -> None:
                nonlocal number
                if cluster.status.state == "CONNECTED":
                    cluster.drop()
                else:
                    cluster.connect(number := number + 1)

            assert HUB in site.client.server.app
            yield site.client.port, change


@asynccontextmanager
async def bare(way: str, size: int) -> AsyncIterator[tuple[int, Callable[[], None]]]:
    """The same of a loop over `send_str`, of `send_json` for all at once, or of one frame for every transport."""
    sockets: dict[web.WebSocketResponse, None] = {}
    transports: list[asyncio.Transport] = []
    message = "x" * size
    ready = frame(message.encode())
    tasks: set[asyncio.Task[None]] = set()

    async def live(request: web.Request) -> web.WebSocketResponse:
        response = web.WebSocketResponse(compress=False)
        await response.prepare(request)
        await response.send_str(message)
        sockets[response] = None
        assert request.transport is not None
        transports.append(request.transport)
        async for _ in response:
            pass
        sockets.pop(response, None)
        return response

    async def send() -> None:
        if way == "one frame":
            for transport in transports:
                transport.write(ready)
        elif way == "send_json":
            await asyncio.gather(*(each.send_json({"html": message}) for each in sockets))
        else:
            for each in list(sockets):
                await each.send_str(message)

    def change() -> None:
        tasks.add(asyncio.create_task(send()))

    app = web.Application()
    app.router.add_get("/live", live)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=1024).start()
    yield runner.addresses[0][1], change
    await runner.cleanup()


async def main() -> None:
    report.many_files()
    process = psutil.Process()
    server = zkdash() if sys.argv[1] == "zkdash" else bare(sys.argv[1], int(sys.argv[2]))
    loop = asyncio.get_running_loop()
    async with server as (port, change):
        print(port, flush=True)
        while await loop.run_in_executor(None, sys.stdin.readline):
            busy = time.process_time()
            at, wall = time.monotonic_ns(), time.time()
            change()
            await asyncio.sleep(SETTLES_S)
            cpu_ms = 1000 * (time.process_time() - busy)
            print(at, cpu_ms, process.memory_info().rss / 2**20, 1000 * wall, flush=True)


if __name__ == "__main__":
    asyncio.run(main())
