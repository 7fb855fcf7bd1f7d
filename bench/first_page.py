"""The first page of a node with very many children: zkdash's page and API beside kazoo's own get_children and PyZkUI.

One real server; each node gets a child more before each look, so that nothing that was kept is true. The next page is
asked for as a person would, a moment later (half a second, of a million two). PyZkUI lives in an environment of its own
that pip makes; where it can't be had, that is said and it is left out.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
import venv
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
from kazoo.client import KazooClient

from bench import report
from bench.processes import ZkDash, wait_for, zkdash
from bench.trees import make_tree
from zkdash.demo.loopback import free_port
from zkdash.demo.server import Server

SIZES = (100, 10_000, 100_000, 1_000_000)
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
    with tempfile.TemporaryDirectory(prefix="zkdash-bench-pyzkui-") as folder:
        venv.create(folder, with_pip=True)
        python = str(Path(folder) / "bin" / "python")
        pip = [python, "-m", "pip", "install", "-q", "--disable-pip-version-check", "PyZkUI==1.2.2", "setuptools<80"]
        if subprocess.run(pip).returncode:
            report.tell("PyZkUI could not be installed: it is left out")
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


def cpu_s(process: psutil.Process) -> float:
    return sum(process.cpu_times()[:2])


def timed(process: psutil.Process, look: Callable[[], object]) -> dict[str, float]:
    began, cpu = time.perf_counter(), cpu_s(process)
    look()
    return {"wall": (time.perf_counter() - began) * 1000, "CPU": (cpu_s(process) - cpu) * 1000}


def measure(
    dash: ZkDash, server: Server, client: KazooClient, peer: tuple[psutil.Process, str] | None, size: int, runs: int
) -> None:
    path = f"/n{size}"
    page = f"{dash.url}/clusters/bench/znodes{path}"
    api = f"{dash.url}/api/v1/clusters/bench/znodes?path={path}"
    myself = psutil.Process()
    contenders: dict[str, tuple[psutil.Process, Callable[[], object]]] = {
        "kazoo get_children": (myself, lambda: client.get_children(path)),
        "zkdash, page": (dash.process, lambda: fetch(page)),
        "zkdash, JSON": (dash.process, lambda: fetch(api)),
    }
    if peer is not None:
        query = urllib.parse.urlencode({"h": server.address, "p": path})
        contenders["PyZkUI, names"] = (peer[0], lambda: fetch(f"{peer[1]}/node?{query}"))
    figures: dict[str, list[dict[str, float]]] = {name: [] for name in contenders}
    before = {name: process.memory_info().rss for name, (process, _) in contenders.items()}
    for of in ("page", "JSON"):
        figures[f"zkdash, {of}, the next page"] = []
    for number in range(runs + 1):
        report.tell(f"{size:,} children, round {number} of {runs}")
        base = 0.0
        for name, (process, look) in contenders.items():
            client.delete(client.create(f"{path}/more"))
            found = timed(process, look)
            base = found["wall"] if name.startswith("kazoo") else base
            found["added"] = (process.memory_info().rss - before[name]) / 2**20
            rows = {name: found | {"ratio": found["wall"] / base}}
            if name.startswith("zkdash"):
                time.sleep(0.4 + size / 600_000)
                after = urllib.parse.urlencode({"after": "item-000049"})
                way = f"{page}?tab=children&{after}" if "page" in name else f"{api}&{after}"
                rows[f"{name}, the next page"] = timed(dash.process, lambda way=way: fetch(way, **HTMX))
            for row, values in rows.items():
                if number:  # the first is to warm up
                    figures[row].append(values)
    report.table(f"The first page of {size:,} children", figures, UNITS)


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench first_page")
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    options, _ = parser.parse_known_args()
    os.environ["_JAVA_OPTIONS"] = "-Xmx2g -XX:TieredStopAtLevel=4"
    with Server(properties={"zookeeper.snapCount": "5000000"}) as server, pyzkui() as peer:
        for size in options.sizes:
            report.tell(f"making {size:,} children")
            make_tree(server.address, f"/n{size}", size, flat=True)
        client = KazooClient(server.address, timeout=60)
        client.start()
        config = f"[zookeeper:bench]\nservers = {server.address}\nsession_timeout = 30s\n"
        with zkdash(config, free_port()) as dash:
            wait_for(lambda: dash.answers() and dash.count("CONNECTED") == 1, 30, "zkdash")
            for size in options.sizes:
                measure(dash, server, client, peer, size, options.runs if size < 1_000_000 else min(options.runs, 3))
        client.stop()
        client.close()


if __name__ == "__main__":
    sys.exit(main())
