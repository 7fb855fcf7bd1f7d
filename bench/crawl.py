"""Reading a whole tree: zkdash's crawl, kazoo one by one, kazoo pipelined, and a raw socket that does nothing else.

One real server with `--znodes` znodes in folders of 1,000; each contender is a process of its own, in turn. kazoo is
stopped after a minute; what it has read by then says how quick it is, and how dear a znode. Then what a crawl costs
another client of the same server: its reads, by turns a second with a crawl and a second without.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys

import psutil

from bench import report
from bench.report import Curve
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
LATENCIES_FROM = 100_000
"""With fewer znodes a crawl is over before another client notices it."""


def run(contender: str, server: Server, *arguments: str) -> dict[str, float]:
    """A contender's figures, told as JSON, with the CPU that the server took meanwhile."""
    java = psutil.Process(server.process.pid)
    before = sum(java.cpu_times()[:2])
    command = [sys.executable, "-m", "bench.readers", contender, server.address, ROOT, *arguments]
    figures = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    return {**figures, "server CPU": sum(java.cpu_times()[:2]) - before}


def crawls(server: Server, znodes: int, runs: int, kazoo_runs: int) -> None:
    for data in ("names", "data"):
        title = f"A crawl of {znodes:,} znodes, {data}"
        if report.known(title):
            continue
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
        curve = Curve(f"znodes, {data}", znodes, ("wall", "client CPU", "added"))
        report.table(title, figures, UNITS, limit="raw socket, MultiRead", curve=curve)


def latencies(server: Server, znodes: int, runs: int) -> None:
    contenders = {
        "zkdash, 100,000 znodes/s at most": "limited",
        "zkdash, without a limit": "unlimited",
        "kazoo, pipelined": "kazoo",
    }
    title = f"Another client's reads, with a crawl of {znodes:,} znodes and without"
    if report.known(title):
        return
    figures: dict[str, list[dict[str, float]]] = {name: [] for name in contenders}
    for number in range(runs):
        for name, how in contenders.items():
            report.tell(f"another client's reads, run {number + 1} of {runs}: {name}")
            figures[name].append(run("latency", server, how, str(znodes)))
    report.table(title, figures, LATENCY_UNITS)


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench crawl")
    parser.add_argument("--znodes", default="1000,10000,100000,1000000", help="numbers of znodes, comma separated")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--kazoo-runs", type=int, default=1, help="it takes minutes where the others take a second")
    parser.add_argument("--quick", action="store_true")
    options, _ = parser.parse_known_args()
    # A server as people run it: that of the tests has little memory and compiles less, to start quickly.
    os.environ["_JAVA_OPTIONS"] = "-Xmx2g -XX:TieredStopAtLevel=4"
    for znodes in map(int, ("10000" if options.quick else options.znodes).split(",")):
        with Server(properties={"zookeeper.snapCount": "1000000"}) as server:
            report.tell(f"making {znodes:,} znodes")
            made = make_tree(server.address, ROOT, znodes)
            for _ in range(max(2, JVM_SETTLES * 10 // made)):
                run("zkdash", server, "names", str(made))
            crawls(server, made, options.runs, options.kazoo_runs)
            if znodes >= LATENCIES_FROM:
                latencies(server, made, options.runs)


if __name__ == "__main__":
    main()
