"""A contender as a process of its own, seen from outside."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

IDLE_S = 10.0


def cpu_s(process: psutil.Process) -> float:
    """The CPU time of its threads, to the nanosecond where the system counts so."""
    counts = Path(f"/proc/{process.pid}/task").glob("*/schedstat")
    with contextlib.suppress(OSError):
        if exact := sum(int(file.read_text().split()[0]) for file in counts):
            return exact / 1e9
    return float(sum(process.cpu_times()[:2]))


def wait_for(condition: Callable[[], bool], deadline_s: float, what: str, every_s: float = 0.02) -> float:
    """Seconds until `condition()` is true, asked every so often."""
    began = time.monotonic()
    while not condition():
        if time.monotonic() - began > deadline_s:
            raise TimeoutError(f"not within {deadline_s} s: {what}")
        time.sleep(every_s)
    return time.monotonic() - began


def idle(process: psutil.Process) -> dict[str, float]:
    """Threads, open files, memory, and the part of one core that an idle process takes over `IDLE_S`."""
    before = process.cpu_times()
    began = time.monotonic()
    time.sleep(IDLE_S)
    after = process.cpu_times()
    busy_s = after.user + after.system - before.user - before.system
    return {
        "threads": process.num_threads(),
        "fds": process.num_fds(),
        "rss": process.memory_info().rss / 2**20,
        "cpu": 100.0 * busy_s / (time.monotonic() - began),
    }


class ZkDash:
    """zkdash as its own process with a configuration and a store of its own."""

    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        self.process = psutil.Process(process.pid)
        self.url = f"http://127.0.0.1:{port}"

    def get(self, path: str) -> bytes:
        with urllib.request.urlopen(self.url + path, timeout=10) as answer:  # noqa: S310 - our own loopback address
            body: bytes = answer.read()
        return body

    def answers(self) -> bool:
        try:
            self.get("/healthz")
        except OSError:
            return False
        return True

    def count(self, state: str) -> int:
        clusters = json.loads(self.get("/api/v1/clusters"))["clusters"]
        return sum(cluster["state"] == state for cluster in clusters)


class Slowest:
    """Asks zkdash whether it lives, over and over: how long an answer took at most is how long its loop stood still."""

    def __init__(self, dash: ZkDash) -> None:
        self.ms = 0.0
        self._dash = dash
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._ask)

    def __enter__(self) -> Slowest:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _ask(self) -> None:
        while not self._stop.wait(0.02):
            began = time.perf_counter()
            self._dash.answers()
            self.ms = max(self.ms, 1000 * (time.perf_counter() - began))


SITE = Path(__file__).with_name("site")


class Turns:
    """The turns of the event loop of a zkdash that is started with `environment`: how long each took."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.environment = os.environ | {
            "ZKDASH_BENCH_TURNS": str(file),
            "PYTHONPATH": f"{SITE}:{SITE.parents[1]}",
        }

    def longest_ms(self, since: float) -> float:
        """Of those that ended after `since` (time.monotonic()); 0 where none was worth a line."""
        lines = (line.split() for line in self._file.read_text().splitlines())
        return max((1000 * float(took) for ended, took in lines if float(ended) > since), default=0.0)


@contextmanager
def zkdash(config: str, port: int, turns: Turns | None = None) -> Iterator[ZkDash]:
    """Run zkdash with this configuration beside a `[web]` and a `[store]` of its own."""
    with tempfile.TemporaryDirectory(prefix="zkdash-bench-") as folder:
        file = Path(folder) / "zkdash.conf"
        file.write_text(f"[web]\nlisten = 127.0.0.1:{port}\n[store]\nurl = sqlite:///{folder}/zkdash.db\n{config}")
        with (Path(folder) / "log").open("wb") as log:
            command = [sys.executable, "-m", "zkdash", "-c", str(file)]
            environment = None if turns is None else turns.environment
            process = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
        try:
            yield ZkDash(process, port)
        except TimeoutError:
            sys.stderr.write((Path(folder) / "log").read_text()[-2000:])
            raise
        finally:
            process.terminate()
            process.wait(60)  # a busy machine takes its time
