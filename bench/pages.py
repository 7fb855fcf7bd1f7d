"""What a request costs: the overview and the API of many clusters, beside the health check (an empty handler).

One real server with a chroot for each cluster, zkdash as its own process, one connection that is kept; the CPU is that
of zkdash's process over many requests.
"""

from __future__ import annotations

import http.client
import time

from bench import report
from bench.processes import ZkDash, cpu_s, wait_for, zkdash
from bench.report import Curve
from bench.trees import make_roots
from zkdash.demo.loopback import free_port
from zkdash.demo.server import Server

REQUESTS = 300
PATHS = {
    "overview": ("/", {}),
    "overview, gzip": ("/", {"Accept-Encoding": "gzip"}),
    "API": ("/api/v1/clusters", {}),
    "health check (limit)": ("/healthz", {}),
}
UNITS = {"CPU": "ms a request", "wall": "ms a request", "size": "KiB"}


def ask(dash: ZkDash, path: str, headers: dict[str, str]) -> dict[str, float]:
    """Figures of many requests for one path."""
    connection = http.client.HTTPConnection("127.0.0.1", int(dash.url.rpartition(":")[2]), timeout=30)
    size = 0
    cpu, began = cpu_s(dash.process), time.perf_counter()
    for _ in range(REQUESTS):
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        size = len(answer.read())
        assert answer.status == 200, (path, answer.status)
    wall = time.perf_counter() - began
    cpu = cpu_s(dash.process) - cpu
    connection.close()
    return {"CPU": 1000 * cpu / REQUESTS, "wall": 1000 * wall / REQUESTS, "size": size / 1024}


def configuration(address: str, count: int) -> str:
    """`count` clusters, all on one server."""
    return "".join(f"[zookeeper:c{i}]\nservers = {address}\npath = /all/c{i}\nprobe = no\n" for i in range(count))


def measure(server: Server, count: int, runs: int) -> dict[str, list[dict[str, float]]]:
    found: dict[str, list[dict[str, float]]] = {name: [] for name in PATHS}
    with zkdash(configuration(server.address, count), free_port()) as dash:
        wait_for(dash.answers, 60, "the first page")
        wait_for(lambda: dash.count("CONNECTED") == count, 120, "all connected")
        for run in range(runs + 1):
            for name, (path, headers) in PATHS.items():
                figures = ask(dash, path, dict(headers))
                if run:  # the first was the warm-up
                    found[name].append(figures)
    return found


def main() -> None:
    options = report.arguments("pages", counts="1,10,100,300,1000")
    report.many_files()
    counts = [int(word) for word in ("100" if options.quick else options.counts).split(",")]
    with Server(config={"maxClientCnxns": "0"}) as server:
        make_roots(server.address, max(counts))
        for count in counts:
            title = f"A request, {count:,} clusters"
            if not report.known(title):
                report.tell(title)
                found = measure(server, count, options.runs)
                report.table(title, found, UNITS, limit="health check (limit)", curve=Curve("pages", count, ("CPU",)))


if __name__ == "__main__":
    main()
