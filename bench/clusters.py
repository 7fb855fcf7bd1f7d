"""Many clusters in one process: threads, files, memory, idle CPU, and how soon an outage and its end are seen.

One real ZooKeeper server, with a chroot for each cluster; zkdash beside a process that holds as many plain
KazooClients, and one that holds as many bare connections (the limit), run in turn. The server is killed and brought
back under each.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psutil

from bench import peers, report
from bench.processes import Slowest, Turns, ZkDash, idle, wait_for, zkdash
from bench.report import Curve
from bench.trees import make_roots
from zkdash.demo.loopback import free_port
from zkdash.demo.server import Server

UNITS = {
    "first page": "s",
    "connected": "s",
    "threads": "",
    "fds": "",
    "rss": "MiB",
    "cpu": "% of a core, idle",
    "noticed": "s",
    "back": "s",
    "stall": "ms, the slowest answer from the outage on",
}
LOST_UNITS = {"turn": "ms, the longest of the loop", "answer": "ms, the slowest"}
SESSION_TIMEOUT_S = 10
SETTLE_S = 25.0
"""Until then zkdash has asked all servers in full for the first time, all at once."""
LIMIT = "bare asyncio"

PEER = """
import sys, time
from kazoo.client import KazooClient
hosts, count = sys.argv[1], int(sys.argv[2])
clients = [KazooClient(hosts=f"{hosts}/all/c{i}", timeout=10, connection_retry={"max_tries": -1}) for i in range(count)]
for client in clients: client.start_async()
last = None
while True:
    now = sum(client.connected for client in clients)
    if now != last: print(now, flush=True)
    last = now
    time.sleep(0.02)
"""


class Clients:
    """A peer: as many clients as clusters, in one process, and nothing else."""

    def __init__(self, *command: str) -> None:
        self.popen = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.process = psutil.Process(self.popen.pid)

    def wait(self, connected: int) -> float:
        began = time.monotonic()
        while int(self.popen.stdout.readline()) != connected:
            if time.monotonic() - began > 120:
                raise TimeoutError(f"not {connected} connected")
        return time.monotonic() - began

    def end(self) -> None:
        self.popen.kill()
        self.popen.wait()


def config_of(server: Server, count: int, more: str = "") -> str:
    head = f"servers = {server.address}\nsession_timeout = {SESSION_TIMEOUT_S}\n{more}"
    return "".join(f"[zookeeper:c{i}]\npath = /all/c{i}\n{head}" for i in range(count))


@contextmanager
def settled(
    server: Server, count: int, more: str = "", turns: Turns | None = None
) -> Iterator[tuple[ZkDash, dict[str, float]]]:
    """zkdash, connected to all and at rest, and how long it took until then."""
    with zkdash(config_of(server, count, more), free_port(), turns) as one:
        first_s = wait_for(one.answers, 120, "first page")
        took = {"first page": first_s, "connected": first_s + wait_for(lambda: _all_up(one, count), 60, "all up")}
        time.sleep(SETTLE_S)
        yield one, took


def not_probing(server: Server, count: int) -> dict[str, float]:
    """zkdash with the sessions alone, which is all that its peers have."""
    with settled(server, count, "probe = no\n") as (one, _):
        return {"cpu": idle(one.process)["cpu"]}


def lost_at_once(server: Server, count: int) -> dict[str, float]:
    """The longest turn of zkdash's event loop while all are lost and come back, and its slowest answer."""
    with tempfile.TemporaryDirectory() as folder:
        turns = Turns(Path(folder) / "turns")
        with settled(server, count, turns=turns) as (one, _):
            began = time.monotonic()
            with Slowest(one) as slowest:
                server.kill()
                _outage(server)
                wait_for(lambda: _all_up(one, count), 60, "all back", 0.5)
            return {"turn": turns.longest_ms(began), "answer": slowest.ms}


def with_zkdash(server: Server, count: int) -> dict[str, float]:
    with settled(server, count) as (one, took):
        figures = took | idle(one.process)
        # To answer for a thousand clusters takes 20 ms: who asks all the time measures that.
        every_s = max(0.02, count / 5000)
        with Slowest(one) as slowest:
            server.kill()
            figures["noticed"] = wait_for(lambda: one.count("CONNECTED") == 0, 60, "all down", every_s)
            _outage(server)
            figures["back"] = wait_for(lambda: _all_up(one, count), 60, "all back", every_s)
        figures["stall"] = slowest.ms
        return figures


def _all_up(one: ZkDash, count: int) -> bool:
    return one.count("CONNECTED") == count


def with_clients(server: Server, count: int, *command: str) -> dict[str, float]:
    peer = Clients(*command, server.address, str(count))
    try:
        figures = {"connected": peer.wait(count)}
        figures |= idle(peer.process)
        server.kill()
        figures["noticed"] = peer.wait(0)
        _outage(server)
        figures["back"] = peer.wait(count)
        return figures
    finally:
        peer.end()


def _outage(server: Server) -> None:
    """Let the outage last long enough for a backoff to show, then bring the server back."""
    time.sleep(15)
    server.start()


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench clusters")
    parser.add_argument("--counts", default="1,10,50,100,300,1000", help="numbers of clusters, comma separated")
    parser.add_argument("--unprobed", default="300,1000", help="the same, with sessions alone")
    parser.add_argument("--lost", default="1000", help="how many are lost while the event loop is watched")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--quick", action="store_true")
    options, _ = parser.parse_known_args()
    kazoo = (peers.kazoo(), "-c", PEER)
    bare = (sys.executable, str(Path(__file__).with_name("bare_clients.py")))
    for count in map(int, ("50" if options.quick else options.counts).split(",")):
        title = f"{count:,} clusters in one process"
        if report.known(title):
            continue
        with Server(config={"maxClientCnxns": "0"}) as server:
            make_roots(server.address, count)
            contenders: dict[str, Callable[[], dict[str, float]]] = {
                "zkdash": lambda server=server, count=count: with_zkdash(server, count),
                "kazoo alone": lambda server=server, count=count: with_clients(server, count, *kazoo),
                LIMIT: lambda server=server, count=count: with_clients(server, count, *bare),
            }
            runs = report.rounds(title, contenders, 1 if options.quick else options.runs, warm_up=False)
        curve = Curve("clusters", count, ("rss", "cpu", "noticed", "back"))
        report.table(title, runs, UNITS, limit=LIMIT, curve=curve)
    if not options.quick:
        for count in map(int, options.lost.split(",")):
            alone(f"{count:,} clusters lost at once", count, options.runs, lost_at_once, LOST_UNITS)
        for count in map(int, options.unprobed.split(",")):
            title = f"{count:,} clusters whose servers are not probed"
            alone(title, count, options.runs, not_probing, {"cpu": UNITS["cpu"]})


def alone(
    title: str,
    count: int,
    runs: int,
    measure: Callable[[Server, int], dict[str, float]],
    units: Mapping[str, str],
) -> None:
    """What only zkdash has a figure for."""
    if report.known(title):
        return
    with Server(config={"maxClientCnxns": "0"}) as server:
        make_roots(server.address, count)
        found = report.rounds(title, {"zkdash": lambda: measure(server, count)}, runs, warm_up=False)
        report.table(title, found, units)


if __name__ == "__main__":
    main()
