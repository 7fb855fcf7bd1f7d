"""How soon an outage is seen, decided and seen to be over: zkdash and kazoo on the same server at the same time.

The server is killed, or frozen, for longer than the session timeout and then brought back. zkdash's log and a plain
KazooClient's listener say when (UTC ms) each came to which state; zkdash's API, asked all the time, when its probe of
the server alone got no answer.
"""

from __future__ import annotations

import json
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Protocol

from bench import peers, report
from bench.processes import ZkDash, wait_for, zkdash
from zkdash.demo.loopback import free_port
from zkdash.demo.server import Server

SESSION_TIMEOUT_S = 4
OUTAGE_S = 10.0
AFTER_S = 40.0
UNITS = {"not answering": "s", "SUSPENDED": "s", "LOST": "s", "LOST, after the session timeout": "ms", "back": "s"}
KAZOO = f"""
import sys, threading, time
from kazoo.client import KazooClient
client = KazooClient(sys.argv[1], timeout={SESSION_TIMEOUT_S}, connection_retry={{"max_tries": -1}})
client.add_listener(lambda state: print(state, round(1000 * time.time()), flush=True))
client.start_async()
threading.Event().wait()
"""


class Witness(Protocol):
    """Who says when the cluster came to which state, and whether its server answers when asked by itself."""

    def first(self, state: str, after: int) -> int | None:
        """When it was in this state first after a time."""

    def answered(self) -> bool: ...


class Kazoo:
    """A plain KazooClient, in a process of its own, that never gives up."""

    def __init__(self, hosts: str) -> None:
        self.popen = subprocess.Popen([peers.kazoo(), "-c", KAZOO, hosts], stdout=subprocess.PIPE, text=True)
        self.said: list[tuple[str, int]] = []
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        for line in self.popen.stdout:
            state, at = line.split()
            self.said.append((state, int(at)))

    def first(self, state: str, after: int) -> int | None:
        return next((at for one, at in self.said if one == state and at >= after), None)

    def answered(self) -> bool:
        """It asks no server by itself."""
        return True


class Log:
    """zkdash's own log of events."""

    def __init__(self, dash: ZkDash) -> None:
        self.dash = dash

    def first(self, state: str, after: int) -> int | None:
        events = json.loads(self.dash.get("/api/v1/events?limit=1000"))["events"]
        moments = [round(1000 * datetime.fromisoformat(one["at"]).timestamp()) for one in events if one["to"] == state]
        return min((at for at in moments if at >= after), default=None)

    def answered(self) -> bool:
        servers = json.loads(self.dash.get("/api/v1/clusters/c/ensemble"))["servers"]
        return all(one["state"] not in ("down", "silent") for one in servers)


@contextmanager
def watching(server: Server) -> Iterator[dict[str, Witness]]:
    """zkdash and kazoo, both connected."""
    config = f"[zookeeper:c]\nservers = {server.address}\nsession_timeout = {SESSION_TIMEOUT_S}s\n"
    with zkdash(config, free_port()) as dash:
        wait_for(dash.answers, 30, "zkdash to start")
        kazoo = Kazoo(server.address)
        witnesses: dict[str, Witness] = {"zkdash": Log(dash), "kazoo": kazoo}
        try:
            wait_for(lambda: all(one.first("CONNECTED", 0) for one in witnesses.values()), 30, "all connected")
            yield witnesses
        finally:
            kazoo.popen.kill()
            kazoo.popen.wait()


def now() -> int:
    return round(1000 * time.time())


def outage(
    witnesses: dict[str, Witness], begin: Callable[[], object], end: Callable[[], object]
) -> dict[str, dict[str, float]]:
    """One outage, as each of the witnesses told it."""
    wait_for(lambda: all(one.answered() for one in witnesses.values()), 30, "all servers answering")
    began, silent = now(), {}
    begin()
    while now() < began + 1000 * OUTAGE_S:
        for name, one in witnesses.items():
            if name not in silent and not one.answered():
                silent[name] = {"not answering": (now() - began) / 1000}
        time.sleep(0.02)
    ends = now()
    end()
    over, deadline = now(), time.monotonic() + AFTER_S
    while time.monotonic() < deadline and not all(one.first("CONNECTED", ends) for one in witnesses.values()):
        time.sleep(0.1)
    return {name: silent.get(name, {}) | _figures(one, began, ends, over) for name, one in witnesses.items()}


def _figures(witness: Witness, began: int, ends: int, over: int) -> dict[str, float]:
    """`over` is when the server was seen to serve; who was quicker than that look was back at once."""
    suspended, lost = witness.first("SUSPENDED", began), witness.first("LOST", began)
    back, figures = witness.first("CONNECTED", ends), {}
    if suspended is not None:
        figures["SUSPENDED"] = (suspended - began) / 1000
    if lost is not None:
        figures["LOST"] = (lost - began) / 1000
    if suspended is not None and lost is not None:
        figures["LOST, after the session timeout"] = lost - suspended - 1000 * SESSION_TIMEOUT_S
    if back is not None:
        figures["back"] = max(0, back - over) / 1000
    return figures


def main() -> None:
    options = report.arguments("states")
    for how in ("killed",) if options.quick else ("killed", "frozen"):
        title = f"A server {how} for {OUTAGE_S:g} s, session timeout {SESSION_TIMEOUT_S} s"
        if report.known(title):
            continue
        runs: dict[str, list[dict[str, float]]] = {"zkdash": [], "kazoo": []}
        with Server() as server, watching(server) as witnesses:
            ways = (server.kill, server.start) if how == "killed" else (server.freeze, server.thaw)
            for run in range(1 if options.quick else options.runs):
                report.tell(f"{title}, run {run + 1} of {options.runs}")
                for name, figures in outage(witnesses, *ways).items():
                    runs[name].append(figures)
        report.table(title, runs, UNITS)


if __name__ == "__main__":
    main()
