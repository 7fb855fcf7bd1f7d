"""How soon the first page comes: from the start of zkdash's process to the whole overview, and to all connected.

One real server with a chroot for each cluster. The limit is a process that imports the same libraries and answers one
empty page.
"""

from __future__ import annotations

import subprocess
import sys
import time
import urllib.request
from contextlib import suppress

from bench import report
from bench.processes import wait_for, zkdash
from bench.report import Curve
from bench.trees import make_roots
from zkdash.demo.loopback import free_port
from zkdash.demo.server import Server

UNITS = {"first page": "s", "connected": "s"}
LIMIT = "imports and an empty page"
EMPTY = """
import sys
import zkdash.app, zkdash.web.server
from aiohttp import web
async def page(request): return web.Response()
app = web.Application()
app.router.add_get("/", page)
web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), print=None)
"""


def of_zkdash(address: str, count: int) -> dict[str, float]:
    config = "".join(f"[zookeeper:c{i}]\nservers = {address}\npath = /all/c{i}\n" for i in range(count))
    began, port = time.monotonic(), free_port()
    with zkdash(config, port) as dash:
        wait_for(lambda: _shows(port), 60, "the first page")
        shown = time.monotonic() - began
        wait_for(lambda: dash.count("CONNECTED") == count, 120, "all connected")
        return {"first page": shown, "connected": time.monotonic() - began}


def of_nothing() -> dict[str, float]:
    began, port = time.monotonic(), free_port()
    with subprocess.Popen([sys.executable, "-c", EMPTY, str(port)]) as one:
        wait_for(lambda: _shows(port), 60, "the empty page")
        found = {"first page": time.monotonic() - began}
        one.kill()
    return found


def _shows(port: int) -> bool:
    with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=30) as answer:
        return answer.status == 200 and answer.read() is not None
    return False


def main() -> None:
    options = report.arguments("start", counts="1,50,300,1000")
    counts = [int(word) for word in ("50" if options.quick else options.counts).split(",")]
    with Server(config={"maxClientCnxns": "0"}) as server:
        make_roots(server.address, max(counts))
        for count in counts:
            title = f"From the start to the first page, {count:,} clusters"
            if report.known(title):
                continue
            contenders = {"zkdash": lambda count=count: of_zkdash(server.address, count), LIMIT: of_nothing}
            runs = report.rounds(title, contenders, options.runs)
            report.table(title, runs, UNITS, limit=LIMIT, curve=Curve("start", count, ("first page", "connected")))


if __name__ == "__main__":
    main()
