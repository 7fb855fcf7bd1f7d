"""Real hours of a busy house: how much memory and database each takes. `python -m tests.chaos.hours --minutes 60`.

A real server, watched and probed as five clusters, of which one loses its connection every half minute, and every
tenth time its session; somebody looks at a live page throughout, and somebody asks for pages. All of it takes its time.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import psutil

from tests.chaos.viewers import Page, Viewer
from tests.support.hook_sink import HookSink
from tests.support.zkdash_process import REPO, ZkDashProcess
from zkdash.demo.faults import Proxy
from zkdash.demo.server import Server

CLUSTERS = tuple(f"cluster-{number}" for number in range(5))
EVERY_S, SAID_EVERY_S = 30.0, 300.0
TIMEOUT_S = 4.0
LOST_EVERY = 10
PAGES = ("/", "/timeline", "/alerts", "/clusters/cluster-0", "/clusters/cluster-0/charts", "/api/v1/events?limit=200")
PLAIN = {"PYTHONASYNCIODEBUG": "", "PYTHONPATH": str(REPO)}
"""As it is run: what watches it in tests takes memory itself."""


class Hours:
    """Everything that is there for so long."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._stack = contextlib.ExitStack()
        self._cut = itertools.count(1)

    def __enter__(self) -> Hours:
        with contextlib.ExitStack() as stack:
            server = stack.enter_context(Server(self.folder / "server", admin=True))
            self.network = [stack.enter_context(Proxy(server.address)) for _ in CLUSTERS]
            self.sink = stack.enter_context(HookSink().serving())
            self.dash = ZkDashProcess(self.folder / "zkdash", self._config(server), environment=PLAIN)
            stack.callback(self.dash.close)
            self.dash.start()
            for name in CLUSTERS:
                self.dash.wait_state(name, "CONNECTED", 30)
            address = f"ws://127.0.0.1:{self.dash.port}"
            for looks in (Viewer(f"{address}/api/v1/events/stream"), Page(f"{address}/live?topic=overview")):
                looks.start()
                stack.callback(looks.stop)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _config(self, server: Server) -> str:
        sections = "".join(
            f"[zookeeper:{name}]\nservers = {proxy.address}\nadmin = {server.admin_url}\n"
            for name, proxy in zip(CLUSTERS, self.network, strict=True)
        )
        alerts = f"[alerts]\nflap_changes = 100\n{self.sink.config(on='LOST, RECOVERED')}"
        return f"[zookeeper]\nsession_timeout = {TIMEOUT_S:g}s\n{sections}{alerts}"

    def wrong(self) -> None:
        """One cluster loses its connection, or its session."""
        number = next(self._cut)
        proxy = self.network[number % len(CLUSTERS)]
        if number % LOST_EVERY:
            proxy.cut()
            return
        proxy.refuse()
        threading.Timer(2 * TIMEOUT_S, proxy.heal).start()

    def look(self) -> None:
        """Ask for each page once."""
        for path in PAGES:
            self.dash.get(path, deadline_s=60.0)

    def figures(self) -> tuple[float, float]:
        """MiB of memory, and of the database."""
        stored = sum(file.stat().st_size for file in self.dash.folder.glob("*.sqlite*"))
        return psutil.Process(self.dash.pid).memory_info().rss / 2**20, stored / 2**20


def per_hour(points: Sequence[tuple[float, float]]) -> float:
    """How much the second half of (seconds, figure) grows in an hour: the slope of the straight line through it."""
    later = points[len(points) // 2 :]
    middle_s, middle = (sum(one[axis] for one in later) / len(later) for axis in (0, 1))
    spread = sum((at - middle_s) ** 2 for at, _ in later)
    return 3600.0 * sum((at - middle_s) * (one - middle) for at, one in later) / spread if spread else 0.0


def run(there: Hours, minutes: float) -> None:
    """Print what zkdash takes every few minutes, and by how much that grows."""
    began, said_at = time.monotonic(), 0.0
    memory: list[tuple[float, float]] = []
    stored: list[tuple[float, float]] = []
    for turn in itertools.count():
        passed_s = time.monotonic() - began
        taken = there.figures()
        memory.append((passed_s, taken[0]))
        stored.append((passed_s, taken[1]))
        if passed_s >= said_at or passed_s >= 60 * minutes:
            _say(f"{passed_s / 60:5.0f} min  {taken[0]:7.1f} MiB of memory  {taken[1]:6.2f} MiB of database")
            said_at += SAID_EVERY_S
        if passed_s >= 60 * minutes:
            break
        there.wrong()
        there.look()
        time.sleep(max(0.0, began + (turn + 1) * EVERY_S - time.monotonic()))
    events = len(there.dash.events(limit=500))
    _say(f"{per_hour(memory):+.1f} MiB of memory, {per_hour(stored):+.2f} MiB of database an hour, by the second half")
    _say(f"{events} events at least, {len(there.sink.taken)} messages told, {there.dash.threads()} threads")


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.hours", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60.0)
    minutes = parser.parse_args().minutes
    with tempfile.TemporaryDirectory(prefix="zkdash-hours-") as folder, Hours(Path(folder)) as there:
        run(there, minutes)


if __name__ == "__main__":
    main()
