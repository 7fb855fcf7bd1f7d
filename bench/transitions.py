"""Many transitions a second: how long until each is committed, and what it costs, beside bare inserts into SQLite.

The whole site runs in one process with 50 clusters that go down and come up by turns at a given rate, and one viewer;
the limit is a loop that writes one row for each in a transaction of its own, with the same settings of SQLite.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections import defaultdict, deque
from pathlib import Path
from typing import Any

import aiosqlite

from bench import report
from bench.report import Curve
from tests.support.site import running_site

CLUSTERS = 50
SECONDS = 5.0
UNITS = {"p50": "ms to the commit", "p99": "ms", "all": "s until the last", "CPU": "ms each", "late": "ms, the loop"}
DRAWN = ("p99", "CPU", "late")


class Late:
    """How late the event loop was at most."""

    def __init__(self) -> None:
        self.most_s = 0.0
        self._task = asyncio.create_task(self._watch())

    async def _watch(self) -> None:
        while True:
            began = time.perf_counter()
            await asyncio.sleep(0.01)
            self.most_s = max(self.most_s, time.perf_counter() - began - 0.01)

    def stop(self) -> float:
        self._task.cancel()
        return 1000 * self.most_s


async def paced(rate: int, act: Any) -> int:
    """Call `act(number)` so often a second for a while; gives how often it was."""
    loop, count = asyncio.get_running_loop(), max(1, round(rate * SECONDS))
    began = loop.time()
    for number in range(count):
        act(number)
        ahead = began + (number + 1) / rate - loop.time()
        if ahead > 0.001 or number % 20 == 0:
            await asyncio.sleep(max(0.0, ahead))
    return count


def figures(took: list[float], whole_s: float, cpu_s: float, late_ms: float) -> dict[str, float]:
    took.sort()
    at = {"p50": took[len(took) // 2], "p99": took[min(len(took) - 1, len(took) * 99 // 100)]}
    return {**at, "all": whole_s, "CPU": 1000 * cpu_s / len(took), "late": late_ms}


async def of_zkdash(rate: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory(prefix="zkdash-bench-") as folder:
        async with running_site(Path(folder), *(f"c{number}" for number in range(CLUSTERS))) as site:
            viewer = await site.listen("overview", "frame")
            reading = asyncio.create_task(_read(viewer))
            began_at: dict[str, deque[float]] = defaultdict(deque)
            took: list[float] = []

            class Heard:
                def on(self, _message: str, event: Any) -> None:
                    if began_at[event.cluster]:
                        took.append(1000 * (time.perf_counter() - began_at[event.cluster].popleft()))

            heard = Heard()
            site.bus.PubSub.subscribe("Event.recorded!", heard.on)

            def change(number: int) -> None:
                cluster = site[f"c{number % CLUSTERS}"]
                began_at[cluster.name].append(time.perf_counter())
                if cluster.status.state == "CONNECTED":
                    cluster.drop()
                else:
                    cluster.connect(number + 2)

            late, cpu, began = Late(), time.process_time(), time.perf_counter()
            count = await paced(rate, change)
            while len(took) < count:  # noqa: ASYNC110 - an event for each would be measured with it
                await asyncio.sleep(0.005)
            found = figures(took, time.perf_counter() - began, time.process_time() - cpu, late.stop())
            reading.cancel()
            await viewer.close()
            return found


async def _read(viewer: Any) -> None:
    async for _ in viewer:
        pass


async def of_sqlite(rate: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory(prefix="zkdash-bench-") as folder:
        async with aiosqlite.connect(f"{folder}/bare.sqlite") as connection:
            for setting in ("journal_mode = WAL", "synchronous = FULL"):
                await connection.execute(f"PRAGMA {setting}")
            await connection.execute(
                "CREATE TABLE events (id INTEGER PRIMARY KEY, at INTEGER, cluster TEXT, said TEXT)"
            )
            waiting: asyncio.Queue[float] = asyncio.Queue()
            took: list[float] = []

            async def write() -> None:
                while True:
                    began = await waiting.get()
                    await connection.execute("INSERT INTO events (at, cluster, said) VALUES (1, 'c1', 'LOST')")
                    await connection.commit()
                    took.append(1000 * (time.perf_counter() - began))

            writing = asyncio.create_task(write())
            late, cpu, began = Late(), time.process_time(), time.perf_counter()
            count = await paced(rate, lambda _number: waiting.put_nowait(time.perf_counter()))
            while len(took) < count:  # noqa: ASYNC110 - as above
                await asyncio.sleep(0.005)
            found = figures(took, time.perf_counter() - began, time.process_time() - cpu, late.stop())
            writing.cancel()
            return found


CONTENDERS = {"zkdash": of_zkdash, "SQLite, a row each": of_sqlite}


def in_its_own_process(name: str, rate: int) -> dict[str, float]:
    command = [sys.executable, "-m", "bench.transitions", "--one", name, str(rate)]
    found: dict[str, float] = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench transitions")
    parser.add_argument("--one", nargs=2, metavar=("CONTENDER", "RATE"), help="measure one of them in this process")
    parser.add_argument("--rates", default="1,10,100,1000", help="transitions a second, comma separated")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--quick", action="store_true")
    options, _ = parser.parse_known_args()
    if options.one:
        print(json.dumps(asyncio.run(CONTENDERS[options.one[0]](int(options.one[1])))))
        return
    for rate in map(int, ("100" if options.quick else options.rates).split(",")):
        title = f"{rate:,} transitions a second"
        if report.known(title):
            continue
        contenders = {name: lambda name=name, rate=rate: in_its_own_process(name, rate) for name in CONTENDERS}
        runs = report.rounds(title, contenders, 1 if options.quick else options.runs, warm_up=not options.quick)
        limit = "SQLite, a row each"
        report.table(title, runs, UNITS, limit=limit, curve=Curve("transitions a second", rate, DRAWN))


if __name__ == "__main__":
    main()
