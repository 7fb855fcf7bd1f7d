"""What the servers' history costs: written, kept and read, extrapolated from what a real server says under load."""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from kazoo.client import KazooClient

from bench import report
from bench.report import Curve
from tests.support.clock import Clock
from tests.support.samples import room, sample
from zkdash.demo.server import Server
from zkdash.ensemble.levels import DAY_MS, HOUR_MS, QUARTER_MS
from zkdash.ensemble.sample import Sample
from zkdash.store.engine import Store

SERVERS, CLUSTERS = 5, 50
EVERY_MS = 15_000
RUNS = 7
MIB = 1 << 20
LONG_DAYS = 7
"""What is longer is measured once: its rows are what is compared, not its times."""
GAUGES = ("avg_", "min_", "max_", "p50_", "p95_", "p99_", "p999_")


def real_metrics(count: int) -> list[dict[str, float]]:
    """What a server under load says, `count` times, half a second apart."""
    with tempfile.TemporaryDirectory(prefix="zkdash-bench-") as folder, Server(Path(folder), admin=True) as server:
        stop = threading.Event()
        worker = threading.Thread(target=_load, args=(server.address, stop))
        worker.start()
        found = []
        for _ in range(count):
            time.sleep(0.5)
            url = f"http://127.0.0.1:{server.admin_port}/commands/monitor"
            with urllib.request.urlopen(url, timeout=10) as answer:
                said = json.load(answer)
            found.append({name: float(value) for name, value in said.items() if type(value) in (int, float)})
        stop.set()
        worker.join()
    return found


def _load(address: str, stop: threading.Event) -> None:
    client = KazooClient(address)
    client.start()
    number = 0
    while not stop.is_set():
        number += 1
        client.ensure_path(f"/load/{number % 50}")
        client.set(f"/load/{number % 50}", b"x" * (number % 300))
        client.get(f"/load/{number % 50}")
    client.stop()
    client.close()


def replay(real: list[dict[str, float]], server: int) -> Iterator[dict[str, float]]:
    """What was really said, over and over: gauges as they were, counters going on."""
    base = dict(real[0])
    at = server
    while True:
        at = (at + 1) % (len(real) - 1)
        before, after = real[at], real[at + 1]
        for name, value in after.items():
            grows = name not in ("avg_latency", "znode_count") and not name.startswith(GAUGES)
            base[name] = base.get(name, 0.0) + max(0.0, value - before.get(name, 0.0)) if grows else value
        yield base


async def measure(folder: Path, days: float, real: list[dict[str, float]]) -> dict[str, float]:
    """One cluster of 5 servers over some days, in a store of its own."""
    file = folder / "zkdash.sqlite"
    store = Store(f"sqlite:///{file}")
    await store.open()
    clock = Clock(1_750_000_000_000 // DAY_MS * DAY_MS)
    empty = file.stat().st_size
    sources = [replay(real, number) for number in range(SERVERS)]
    end, samples, writing_s = clock.at + round(days * DAY_MS), 0, 0.0
    batch: list[Sample] = []
    async with room(store, clock) as there:
        while clock.at < end:
            for number, source in enumerate(sources):
                batch.append(sample(clock.at, f"zk{number}:2181", zxid=samples, metrics=dict(next(source))))
            clock.at += EVERY_MS
            if clock.at % QUARTER_MS == 30_000 or clock.at >= end:
                began = time.process_time()
                await there.write(*batch)
                writing_s += time.process_time() - began
                samples += len(batch)
                batch = []
                await there.history.tidy()
        figures = {"CPU per sample": 1e6 * writing_s / samples}
        for name, range_ms in (("24 h", DAY_MS), ("7 d", 7 * DAY_MS), ("1 h", HOUR_MS)):
            times = []
            for _ in range(RUNS):
                began = time.perf_counter()
                await there.history.series("prod", None, ["avg_latency"], clock.at - range_ms, clock.at)
                times.append(1000 * (time.perf_counter() - began))
            figures[name] = sorted(times)[RUNS // 2]
        size = there.history.size()
    await store.close()
    figures["a cluster's rows and blocks"] = (file.stat().st_size - empty) / MIB
    figures["by its own word"] = size.bytes / MIB
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.history")
    parser.add_argument("--days", default="0.0417,1,7,30,90", help="how long a history, comma separated")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--quick", action="store_true")
    options, _ = parser.parse_known_args()
    real = real_metrics(60)
    units = {"CPU per sample": "µs", "1 h": "ms", "24 h": "ms", "7 d": "ms", "by its own word": "MiB"}
    units |= {"a cluster's rows and blocks": "MiB", "50 clusters": "MiB"}
    for days in map(float, ("1" if options.quick else options.days).split(",")):
        title = f"{days:g} days of 5 servers, every 15 s"
        if report.known(title):
            continue
        runs = []
        for run in range(1 if options.quick or days > LONG_DAYS else options.runs):
            report.tell(f"{title}, run {run + 1}")
            with tempfile.TemporaryDirectory(prefix="zkdash-bench-") as folder:
                figures = asyncio.run(measure(Path(folder), days, real))
            figures["50 clusters"] = figures["a cluster's rows and blocks"] * CLUSTERS
            runs.append(figures)
        curve = Curve("days of history", days, ("50 clusters", "7 d", "CPU per sample"))
        report.table(title, {"zkdash": runs}, units, curve=curve)


if __name__ == "__main__":
    main()
