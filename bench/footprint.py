"""How much memory a whole zkdash takes: clusters that are probed and have a history, and viewers who look.

One real server with a chroot for each cluster; zkdash and the viewers are processes of their own. The limit is a
Python with the same libraries imported that does nothing.
"""

from __future__ import annotations

import subprocess
import sys
import time

import psutil

from bench import report
from bench.processes import wait_for, zkdash
from bench.report import Curve
from bench.trees import make_roots
from bench.viewers import PATH, process
from zkdash.demo.loopback import free_port
from zkdash.demo.server import Server

VIEWERS = 100
SETTLES_S = 20.0
UNITS = {"memory": "MiB", "threads": "", "files": ""}
NOTHING = "import zkdash.app, zkdash.web.server, time; print(flush=True); time.sleep(600)"


def configuration(address: str, count: int) -> str:
    return "".join(
        f"[zookeeper:c{i}]\nservers = {address}\npath = /all/c{i}\nprobe_every = 2s\nadmin = off\n"
        for i in range(count)
    )


def figures(one: psutil.Process) -> dict[str, float]:
    return {"memory": one.memory_info().rss / 2**20, "threads": one.num_threads(), "files": one.num_fds()}


def of_zkdash(address: str, count: int) -> dict[str, float]:
    with zkdash(configuration(address, count), free_port()) as dash:
        wait_for(dash.answers, 60, "the first page")
        wait_for(lambda: dash.count("CONNECTED") == count, 120, "all connected")
        port = dash.url.rpartition(":")[2]
        with process("bench.live_viewers", port, str(VIEWERS), PATH) as viewers:
            viewers.read()
            time.sleep(SETTLES_S)
            return figures(dash.process)


def of_nothing() -> dict[str, float]:
    with subprocess.Popen([sys.executable, "-c", NOTHING], stdout=subprocess.PIPE) as one:
        one.stdout.readline()
        found = figures(psutil.Process(one.pid))
        one.kill()
    return found


def main() -> None:
    options = report.arguments("footprint", counts="1,10,50,100,300")
    counts = [int(word) for word in ("50" if options.quick else options.counts).split(",")]
    with Server(config={"maxClientCnxns": "0"}, properties={"zookeeper.4lw.commands.whitelist": "*"}) as server:
        make_roots(server.address, max(counts))
        for count in counts:
            title = f"{count} clusters and {VIEWERS} viewers"
            if report.known(title):
                continue
            contenders = {
                "zkdash": lambda count=count: of_zkdash(server.address, count),
                "its imports alone": of_nothing,
            }
            runs = report.rounds(title, contenders, options.runs, warm_up=False)
            report.table(title, runs, UNITS, limit="its imports alone", curve=Curve("memory", count, ("memory",)))


if __name__ == "__main__":
    main()
