"""What the servers' history costs: written, kept and read, extrapolated from what a real server says under load.

One history grows to the longest asked for: its size is told at each age, the CPU of writing for each fifth of the way.
Then charts of one metric of all five servers over shorter and longer times, by turns with the obvious way: a table with
a row for each sample of this metric alone, grouped by SQL when somebody asks.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sqlite3
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
from tests.support.samples import Room, room, sample
from zkdash.demo.server import Server
from zkdash.ensemble.levels import DAY_MS, HOUR_MS, QUARTER_MS
from zkdash.ensemble.sample import Sample
from zkdash.store.engine import Store

SERVERS, CLUSTERS = 5, 50
EVERY_MS = 15_000
MIB = 1 << 20
METRIC, POINTS = "avg_latency", 600
RANGES = {"1 h": HOUR_MS, "24 h": DAY_MS, "7 d": 7 * DAY_MS, "30 d": 30 * DAY_MS, "90 d": 90 * DAY_MS}
PLAIN = "SQLite, a row a sample"
UNITS = {"CPU per sample": "µs", "a cluster": "MiB", "by its own word": "MiB", "50 clusters": "MiB"}
CHART_UNITS = {"chart": "ms", "points": "of each server"}
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


class Plain:
    """The obvious way: a row for each sample of one metric, grouped when somebody asks."""

    def __init__(self, file: Path) -> None:
        self._connection = sqlite3.connect(file)
        self._connection.execute("CREATE TABLE samples (at INTEGER, server INTEGER, value REAL)")
        self._connection.execute("CREATE INDEX samples_at ON samples (at, server)")

    def write(self, rows: list[tuple[int, int, float]]) -> None:
        self._connection.executemany("INSERT INTO samples VALUES (?, ?, ?)", rows)
        self._connection.commit()

    def chart(self, since: int, until: int) -> list[tuple[int, int, float, float, float]]:
        step = max(EVERY_MS, (until - since) // POINTS)
        return self._connection.execute(
            "SELECT server, at / ?, avg(value), min(value), max(value) FROM samples"
            " WHERE at >= ? AND at < ? GROUP BY 1, 2",
            (step, since, until),
        ).fetchall()

    def close(self) -> None:
        self._connection.close()


class Building:
    """One cluster's history in a store of its own, made longer and longer."""

    def __init__(self, folder: Path, store: Store, room: Room, clock: Clock, real: list[dict[str, float]]) -> None:
        self.file, self.room, self.clock = folder / "zkdash.sqlite", room, clock
        self.plain = Plain(folder / "plain.sqlite")
        self._sources = [replay(real, number) for number in range(SERVERS)]
        self._began, self._empty, self._samples = clock.at, self.size(), 0

    def size(self) -> int:
        with contextlib.closing(sqlite3.connect(self.file)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return self.file.stat().st_size

    async def until(self, days: float) -> float:
        """Go on until it is so long; gives the CPU of a sample's writing, µs."""
        end, samples, writing_s = self._began + round(days * DAY_MS), self._samples, 0.0
        batch: list[Sample] = []
        while self.clock.at < end:
            for number, source in enumerate(self._sources):
                metrics = dict(next(source))
                batch.append(sample(self.clock.at, f"zk{number}:2181", zxid=self._samples, metrics=metrics))
            self.clock.at += EVERY_MS
            if self.clock.at % QUARTER_MS == 30_000 or self.clock.at >= end:
                began = time.process_time()
                await self.room.write(*batch)
                writing_s += time.process_time() - began
                self._samples += len(batch)
                self.plain.write([(one.at, number % SERVERS, one.metrics[METRIC]) for number, one in enumerate(batch)])
                batch = []
                await self.room.history.tidy()
        return 1e6 * writing_s / (self._samples - samples)

    def figures(self, cpu: float) -> dict[str, float]:
        cluster = (self.size() - self._empty) / MIB
        own = self.room.history.size().bytes / MIB
        return {"CPU per sample": cpu, "a cluster": cluster, "by its own word": own, "50 clusters": cluster * CLUSTERS}

    async def chart(self, range_ms: int) -> dict[str, float]:
        began = time.perf_counter()
        found = await self.room.history.series("prod", None, [METRIC], self.clock.at - range_ms, self.clock.at, POINTS)
        took_ms = 1000 * (time.perf_counter() - began)
        return {"chart": took_ms, "points": len(found.times)}

    def plain_chart(self, range_ms: int) -> dict[str, float]:
        began = time.perf_counter()
        points = self.plain.chart(self.clock.at - range_ms, self.clock.at)
        return {"chart": 1000 * (time.perf_counter() - began), "points": len(points) / SERVERS}


def title_of_age(days: float) -> str:
    return f"A history of {days:g} days, 5 servers every 15 s"


def title_of_range(name: str, days: float) -> str:
    return f"A chart of {name} out of {days:g} days"


async def grow(folder: Path, ages: list[float], runs: int, real: list[dict[str, float]]) -> None:
    store = Store(f"sqlite:///{folder}/zkdash.sqlite")
    await store.open()
    clock = Clock(1_750_000_000_000 // DAY_MS * DAY_MS)
    async with room(store, clock) as there:
        building, before = Building(folder, store, there, clock, real), 0.0
        for days in ages:
            found = []
            for part in range(1, runs + 1):  # CPU of each fifth; there is one size
                report.tell(f"{title_of_age(days)}, part {part} of {runs}")
                cpu = await building.until(before + (days - before) * part / runs)
                found.append(building.figures(cpu) if part == runs else {"CPU per sample": cpu})
            curve = Curve("days of history", days, ("50 clusters", "CPU per sample"))
            report.table(title_of_age(days), {"zkdash": found}, UNITS, curve=curve)
            before = days
        for name, range_ms in RANGES.items():
            if range_ms <= ages[-1] * DAY_MS:
                await charts(building, title_of_range(name, ages[-1]), range_ms, runs)
        building.plain.close()
    await store.close()


async def charts(building: Building, title: str, range_ms: int, runs: int) -> None:
    found: dict[str, list[dict[str, float]]] = {"zkdash": [], PLAIN: []}
    for run in range(runs + 1):
        figures = {"zkdash": await building.chart(range_ms), PLAIN: building.plain_chart(range_ms)}
        if run:  # the first was the warm-up
            for contender, one in figures.items():
                found[contender].append(one)
    curve = Curve("range of a chart", range_ms / DAY_MS, ("chart",))
    report.table(title, found, CHART_UNITS, limit=PLAIN, curve=curve)


def main() -> None:
    options = report.arguments("history", days="0.0417,1,7,30,90")
    ages = sorted(map(float, ("1" if options.quick else options.days).split(",")))
    if all([report.known(title_of_age(days)) for days in ages]):
        return
    with tempfile.TemporaryDirectory(prefix="zkdash-bench-") as folder:
        asyncio.run(grow(Path(folder), ages, options.runs, real_metrics(60)))


if __name__ == "__main__":
    main()
