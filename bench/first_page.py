"""The first page of a node with very many children: zkdash's page and API beside get_children and other tools.

One real server; each node gets a child more before each look, so that nothing that was kept is true. The next page is
asked for as a person would, a moment later (half a second, of a million two). zk-shell's `ls` and PyZkUI give names
alone. The peers live in environments of their own that pip makes; one that can't be had is left out, and that is said.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator

import psutil
from kazoo.client import KazooClient

from bench import peers, report
from bench.processes import ZkDash, cpu_s, wait_for, zkdash
from bench.report import Curve
from bench.trees import make_tree
from zkdash.demo.loopback import free_port
from zkdash.demo.server import Server

Contender = tuple[psutil.Process, Callable[[str], object]]
LIMIT = "kazoo get_children"
UNITS = {
    "wall": "ms",
    "ratio": "to get_children in the same round",
    "CPU": "ms of the client",
    "added": "MiB more than before the first round",
}
SERVE = (
    "import sys, waitress; from PyZkUI.views import app; waitress.serve(app, host='127.0.0.1', port=int(sys.argv[1]))"
)


HTMX = {"HX-Request": "true", "HX-Target": "div#node"}
"""How a click in the page asks: for the node alone."""


def fetch(url: str, **headers: str) -> bytes:
    request = urllib.request.Request(url, headers=headers)  # noqa: S310 - our own loopback address
    with urllib.request.urlopen(request, timeout=300) as answer:  # noqa: S310 - as above
        body: bytes = answer.read()
    return body


@contextlib.contextmanager
def pyzkui() -> Iterator[tuple[psutil.Process, str] | None]:
    """PyZkUI's process and address; None where it can't be had."""
    python = peers.python("pyzkui")
    if python is None:
        yield None
        return
    port = free_port()
    # Its own command makes a database of hosts in a way that today's Flask-SQLAlchemy refuses; /node needs none.
    process = subprocess.Popen([python, "-c", SERVE, str(port)])
    url = f"http://127.0.0.1:{port}"

    def answers() -> bool:
        with contextlib.suppress(OSError):
            return bool(fetch(f"{url}/favicon.ico"))
        return False

    try:
        wait_for(answers, 20, "PyZkUI")
        yield psutil.Process(process.pid), url
    except TimeoutError:
        report.tell("PyZkUI did not start: it is left out")
        yield None
    finally:
        process.kill()
        process.wait()


def timed(process: psutil.Process, look: Callable[[], object]) -> dict[str, float]:
    began, cpu = time.perf_counter(), cpu_s(process)
    look()
    return {"wall": (time.perf_counter() - began) * 1000, "CPU": (cpu_s(process) - cpu) * 1000}


class Writer:
    """Makes a node another than it was."""

    def __init__(self, server: Server) -> None:
        self._client = KazooClient(server.address, timeout=60)
        self._client.start()

    def change(self, path: str) -> None:
        self._client.delete(self._client.create(f"{path}/more"))

    def close(self) -> None:
        self._client.stop()
        self._client.close()


def title(size: int) -> str:
    return f"The first page of {size:,} children"


def contenders(dash: ZkDash, address: str, stack: contextlib.ExitStack) -> dict[str, Contender]:
    """Who is looked at, each a process of its own."""
    plain, shell = (stack.enter_context(one(address)) for one in (peers.kazoo_client, peers.zk_shell))
    other = stack.enter_context(pyzkui())
    page, api = f"{dash.url}/clusters/bench/znodes", f"{dash.url}/api/v1/clusters/bench/znodes?path="
    found: dict[str, Contender] = {
        LIMIT: (plain.process, lambda path: plain.ask(f"children {path}")),
        "zkdash, page": (dash.process, lambda path: fetch(f"{page}{path}")),
        "zkdash, JSON": (dash.process, lambda path: fetch(f"{api}{path}")),
    }
    if other is not None:
        query = f"{other[1]}/node?{urllib.parse.urlencode({'h': address})}&p="
        found["PyZkUI, names"] = (other[0], lambda path: fetch(f"{query}{path}"))
    if shell is not None:
        found["zk-shell, ls"] = (shell.process, lambda path: shell.ask(f"ls {path}"))
    return found


def measure(writer: Writer, all_of_them: dict[str, Contender], dash: ZkDash, size: int, runs: int) -> None:
    path = f"/n{size}"
    before = {name: process.memory_info().rss for name, (process, _) in all_of_them.items()}
    figures: dict[str, list[dict[str, float]]] = {name: [] for name in all_of_them}
    for of in ("page", "JSON"):
        figures[f"zkdash, {of}, the next page"] = []
    for number in range(runs + 1):
        report.tell(f"{size:,} children, {f'round {number} of {runs}' if number else 'warm-up'}")
        base = 0.0
        for name, (process, look) in all_of_them.items():
            writer.change(path)
            found = timed(process, lambda look=look: look(path))
            base = base or found["wall"]
            found["added"] = (process.memory_info().rss - before[name]) / 2**20
            rows = {name: found | {"ratio": found["wall"] / base}}
            if name.startswith("zkdash"):
                time.sleep(0.4 + size / 600_000)
                after = urllib.parse.urlencode({"after": "item-000049"})
                page, api = f"/clusters/bench/znodes{path}?tab=children", f"/api/v1/clusters/bench/znodes?path={path}"
                way = f"{dash.url}{page if 'page' in name else api}&{after}"
                rows[f"{name}, the next page"] = timed(dash.process, lambda way=way: fetch(way, **HTMX))
            for row, values in rows.items():
                if number:  # the first is to warm up
                    figures[row].append(values)
    report.table(title(size), figures, UNITS, limit=LIMIT, curve=Curve("first page", size, ("wall", "CPU", "added")))


def main() -> None:
    options = report.arguments("first_page", sizes="1000,10000,100000,1000000")
    asked = map(int, ("10000" if options.quick else options.sizes).split(","))
    sizes = [size for size in asked if not report.known(title(size))]
    if not sizes:
        return
    os.environ["_JAVA_OPTIONS"] = "-Xmx2g -XX:TieredStopAtLevel=4"
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(Server(properties={"zookeeper.snapCount": "5000000"}))
        for size in sizes:
            report.tell(f"making {size:,} children")
            make_tree(server.address, f"/n{size}", size, flat=True)
        writer = stack.enter_context(contextlib.closing(Writer(server)))
        config = f"[zookeeper:bench]\nservers = {server.address}\nsession_timeout = 30s\n"
        dash = stack.enter_context(zkdash(config, free_port()))
        wait_for(lambda: dash.answers() and dash.count("CONNECTED") == 1, 30, "zkdash")
        all_of_them = contenders(dash, server.address, stack)
        for size in sizes:
            measure(writer, all_of_them, dash, size, options.runs)


if __name__ == "__main__":
    sys.exit(main())
