"""Reading a whole tree: zkdash's crawl, kazoo one by one, kazoo pipelined, and raw sockets that do nothing else.

One real server with `--znodes` znodes in folders of 1,000; each contender is a process of its own, in turn. kazoo is
stopped after 15 seconds; what it has read by then says how quick it is, and how dear a znode. Then what a crawl costs
another client of the same server: its reads, by turns a second with a crawl and a second without.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping

import psutil

from bench import peers, report
from bench.report import Curve
from bench.trees import make_tree, tree_size
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
LIMIT = "raw socket, MultiRead"
KAZOO = {"kazoo, pipelined": "pipelined", "kazoo, one by one": "one-by-one"}
JVM_SETTLES = 30
"""Crawls of a small tree before it is measured."""
LATENCIES_FROM = 1_000_000
"""With fewer znodes a crawl is over before another client notices it."""


def run(contender: str, server: Server, *arguments: str) -> dict[str, float]:
    """A contender's figures, told as JSON, with the CPU that the server took meanwhile."""
    java = psutil.Process(server.process.pid)
    before = sum(java.cpu_times()[:2])
    if contender in KAZOO:
        command = [peers.kazoo(), peers.KAZOO, "crawl", KAZOO[contender], server.address, ROOT, *arguments]
    else:
        command = [sys.executable, "-m", "bench.readers", contender, server.address, ROOT, *arguments]
    figures = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    return {**figures, "server CPU": sum(java.cpu_times()[:2]) - before}


def titles(znodes: int) -> dict[str, str]:
    """What is measured with so many znodes: names, data, and from some size on what a crawl costs others."""
    found = {data: f"A crawl of {znodes:,} znodes, {data}" for data in ("names", "data")}
    if znodes >= LATENCIES_FROM:
        found["others"] = f"Another client's reads, with a crawl of {znodes:,} znodes and without"
    return found


def crawls(server: Server, znodes: int, runs: int, wanted: Mapping[str, str]) -> None:
    for data, title in wanted.items():
        if data == "others":
            continue
        contenders = {
            name: lambda name=name, data=data: run(name, server, data, str(znodes))
            for name in ("zkdash", LIMIT, "raw socket, pipelined", *KAZOO)
        }
        figures = report.rounds(title, contenders, runs)
        curve = Curve(f"znodes, {data}", znodes, ("us/znode", "client CPU", "added"))
        report.table(title, figures, UNITS, limit=LIMIT, curve=curve)


def latencies(server: Server, znodes: int, runs: int, title: str) -> None:
    contenders = {
        "zkdash, 100,000 znodes/s at most": "limited",
        "zkdash, without a limit": "unlimited",
        "kazoo, pipelined": "kazoo",
    }
    measures = {name: lambda how=how: run("latency", server, how, str(znodes)) for name, how in contenders.items()}
    figures = report.rounds(title, measures, runs)
    report.table(title, figures, LATENCY_UNITS)


def main() -> None:
    options = report.arguments("crawl", znodes="1000,10000,100000,1000000")
    # A server as people run it: that of the tests has little memory and compiles less, to start quickly.
    os.environ["_JAVA_OPTIONS"] = "-Xmx2g -XX:TieredStopAtLevel=4"
    for znodes in map(int, ("10000" if options.quick else options.znodes).split(",")):
        made = tree_size(znodes)
        wanted = {what: title for what, title in titles(made).items() if not report.known(title)}
        if not wanted:
            continue
        with Server(properties={"zookeeper.snapCount": "1000000"}) as server:
            report.tell(f"making {made:,} znodes")
            make_tree(server.address, ROOT, znodes)
            for _ in range(max(2, min(JVM_SETTLES, JVM_SETTLES * 1000 // made))):
                run("zkdash", server, "names", str(made))
            crawls(server, made, options.runs, wanted)
            if "others" in wanted:
                latencies(server, made, options.runs, wanted["others"])


if __name__ == "__main__":
    main()
