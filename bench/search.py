"""A search by name and by data: zkdash's own process, beside the old way: kazoo, one znode after the other.

zkdash is asked by its API; the hits stream in. Its memory is that of the process, before and at most. It reads no
faster than its limit of 100,000 znodes a second, as in life.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Mapping
from pathlib import Path

import psutil
from kazoo.client import KazooClient

from bench import report
from bench.processes import ZkDash, wait_for, zkdash
from bench.trees import make_tree
from zkdash.demo.loopback import free_port
from zkdash.demo.server import Server

UNITS = {
    "first hit": "s",
    "end": "s",
    "znodes/s": "",
    "client CPU": "s",
    "us/znode": "µs of client CPU",
    "added": "MiB at most",
    "hits": "",
}
WANTED = "000999"
QUERIES = {
    "by name": [{"name": name} for name in ("item-000999", "m-000999", WANTED)],
    "by data": [{"data": data} for data in ("a needle", "needle in", "needle")],
}
"""What was searched for before is kept, so each run has words of its own that find the same."""
KAZOO_S = 60.0


def most_bytes(process: psutil.Process) -> int:
    lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))


def search(dash: ZkDash, query: Mapping[str, object]) -> dict[str, float]:
    Path(f"/proc/{dash.process.pid}/clear_refs").write_text("5")  # the most memory is that from now on
    memory, cpu = dash.process.memory_info().rss, sum(dash.process.cpu_times()[:2])
    began, first, hits, last = time.perf_counter(), 0.0, 0, b""
    with urllib.request.urlopen(f"{dash.url}/api/v1/search?{urllib.parse.urlencode(query)}", timeout=600) as answer:  # noqa: S310 - our own loopback address
        for line in answer:
            first, last = first or time.perf_counter() - began, line
            hits += 1
    end, whole = json.loads(last)["end"], time.perf_counter() - began
    assert end["phase"] == "done"
    znodes, took_s = end["clusters"][0]["znodes"], sum(dash.process.cpu_times()[:2]) - cpu
    return {
        "first hit": first,
        "end": whole,
        "znodes/s": znodes / whole,
        "client CPU": took_s,
        "us/znode": took_s / znodes * 1e6,
        "added": (most_bytes(dash.process) - memory) / 2**20,
        "hits": hits - 1,
    }


def old_way(address: str, query: Mapping[str, object], root: str) -> dict[str, float]:
    """KAZOO_S of it at most."""
    client = KazooClient(address, timeout=60)
    client.start()
    myself = psutil.Process()
    memory, cpu = myself.memory_info().rss, sum(myself.cpu_times()[:2])
    began, first, seen, hits, waiting = time.perf_counter(), 0.0, 0, 0, [root]
    while waiting and time.perf_counter() - began < KAZOO_S:
        path = waiting.pop()
        seen += 1
        fits = WANTED in path.rpartition("/")[2] if "name" in query else b"needle" in client.get(path)[0]
        waiting += [f"{path}/{name}" for name in client.get_children(path)]
        if fits:
            hits += 1
            first = first or time.perf_counter() - began
    whole, took_s = time.perf_counter() - began, sum(myself.cpu_times()[:2]) - cpu
    added = (myself.memory_info().rss - memory) / 2**20
    client.stop()
    client.close()
    figures = {"znodes/s": seen / whole, "client CPU": took_s, "us/znode": took_s / seen * 1e6, "added": added}
    return figures | ({"first hit": first} if first else {}) | ({} if waiting else {"end": whole, "hits": hits})


def measure(server: Server, znodes: int, kazoo: bool) -> None:
    root = f"/n{znodes}"
    report.tell(f"making {znodes:,} znodes")
    made = make_tree(server.address, root, znodes)
    client = KazooClient(server.address, timeout=60)
    client.start()
    folders = client.get_children(root)
    for folder in folders[:: max(1, len(folders) // 20)]:
        client.set(f"{root}/{folder}/item-000500", b"a needle in the hay")
    client.stop()
    client.close()
    config = f"[zookeeper:bench]\nservers = {server.address}\nsession_timeout = 30s\n"
    with zkdash(config, free_port()) as dash:
        wait_for(lambda: dash.answers() and dash.count("CONNECTED") == 1, 30, "zkdash")
        for how, all_fields in QUERIES.items():
            figures: dict[str, list[dict[str, float]]] = {"zkdash": []}
            for number, fields in enumerate(all_fields, 1):
                report.tell(f"{made:,} znodes {how}, run {number} of {len(all_fields)}")
                figures["zkdash"].append(search(dash, {**fields, "root": root, "cluster": "bench"}))
            if kazoo:
                report.tell("kazoo, one by one")
                figures["kazoo, one by one"] = [old_way(server.address, all_fields[-1], root)]
            report.table(f"A search of {made:,} znodes {how}", figures, UNITS)


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench search")
    parser.add_argument("--sizes", type=int, nargs="+", default=(111_000, 1_000_000))
    options, _ = parser.parse_known_args()
    os.environ["_JAVA_OPTIONS"] = "-Xmx2g -XX:TieredStopAtLevel=4"
    with Server(properties={"zookeeper.snapCount": "5000000"}) as server:
        for number, znodes in enumerate(options.sizes):
            measure(server, znodes, kazoo=number == 0)


if __name__ == "__main__":
    sys.exit(main())
