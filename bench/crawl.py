"""Reading a whole tree: zkdash's crawl, kazoo one by one, kazoo pipelined, and a raw socket that does nothing else.

One real server with `--znodes` znodes in folders of 1,000; each contender is a process of its own, in turn. Then what
a crawl costs another client of the same server: its reads, by turns a second with a crawl and a second without.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys

import psutil

from bench import report
from bench.trees import make_tree
from zkdash.demo.server import Server

UNITS = {
    "znodes/s": "",
    "wall": "s",
    "client CPU": "s",
    "us/znode": "µs of client CPU",
    "server CPU": "s",
    "added": "MiB at most",
}
LATENCY_UNITS = {
    "p50 quiet": "ms",
    "p50": "ms",
    "p99 quiet": "ms",
    "p99": "ms",
    "ratio": "p99 with a crawl to p99 without",
    "znodes/s": "of the crawl",
}
ROOT = "/bench"
JVM_SETTLES = 20_000


def run(contender: str, server: Server, *arguments: str) -> dict[str, float]:
    """A contender's figures, told as JSON, with the CPU that the server took meanwhile."""
    java = psutil.Process(server.process.pid)
    before = sum(java.cpu_times()[:2])
    command = [sys.executable, "-m", "bench.readers", contender, server.address, ROOT, *arguments]
    figures = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    return {**figures, "server CPU": sum(java.cpu_times()[:2]) - before}


def crawls(server: Server, znodes: int, runs: int, kazoo_runs: int) -> None:
    for data in ("names", "data"):
        contenders = ["zkdash", "raw socket, MultiRead"]
        if kazoo_runs:
            contenders += ["kazoo, pipelined", "kazoo, one by one"]
        figures: dict[str, list[dict[str, float]]] = {name: [] for name in contenders}
        for number in range(runs):
            for name in contenders:
                if name.startswith("kazoo") and number >= kazoo_runs:
                    continue
                report.tell(f"{data}, run {number + 1} of {runs}: {name}")
                figures[name].append(run(name, server, data, str(znodes)))
        report.table(f"A crawl of {znodes:,} znodes, {data}", figures, UNITS)


def latencies(server: Server, znodes: int, runs: int) -> None:
    contenders = {
        "zkdash, 100,000 znodes/s at most": "limited",
        "zkdash, without a limit": "unlimited",
        "kazoo, pipelined": "kazoo",
    }
    figures: dict[str, list[dict[str, float]]] = {name: [] for name in contenders}
    for number in range(runs):
        for name, how in contenders.items():
            report.tell(f"another client's reads, run {number + 1} of {runs}: {name}")
            figures[name].append(run("latency", server, how, str(znodes)))
    report.table("Another client's reads, with a crawl and without", figures, LATENCY_UNITS)


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench crawl")
    parser.add_argument("--znodes", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--kazoo-runs", type=int, default=1, help="it takes minutes where the others take a second")
    options, _ = parser.parse_known_args()
    # A server as people run it: that of the tests has little memory and compiles less, to start quickly.
    os.environ["_JAVA_OPTIONS"] = "-Xmx2g -XX:TieredStopAtLevel=4"
    with Server(properties={"zookeeper.snapCount": "1000000"}) as server:
        report.tell(f"making {options.znodes} znodes")
        made = make_tree(server.address, ROOT, options.znodes)
        for _ in range(max(2, JVM_SETTLES * 10 // made)):
            run("zkdash", server, "names", str(made))
        crawls(server, made, options.runs, options.kazoo_runs)
        latencies(server, made, options.runs)


if __name__ == "__main__":
    main()
