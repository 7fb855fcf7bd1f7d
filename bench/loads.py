"""What keeps a process busy at the bend of each curve, for bench.profile."""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
import tempfile
import time
import urllib.parse
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import first_page, history, pages, report
from bench.processes import ZkDash, wait_for, zkdash
from bench.search import NAME_WORDS, search
from bench.trees import make_roots, make_tree, tree_size
from bench.viewers import PATH, process
from tests.support.clock import Clock
from tests.support.samples import room
from zkdash.demo.loopback import free_port
from zkdash.demo.server import Server
from zkdash.ensemble.levels import DAY_MS
from zkdash.store.engine import Store

CLUSTERS, VIEWERS, MILLION = 1_000, 10_000, 1_000_000


@dataclass(frozen=True)
class Load:
    """A process, what it has to do, and what keeps it busy for so many seconds."""

    pid: int
    what: str
    drive: Callable[[float], object]


@contextmanager
def _many_clusters(config: str = "") -> Iterator[ZkDash]:
    report.many_files()
    with Server(config={"maxClientCnxns": "0"}) as server:
        make_roots(server.address, CLUSTERS)
        clusters = "".join(
            f"[zookeeper:c{i}]\nservers = {server.address}\npath = /all/c{i}\n{config}" for i in range(CLUSTERS)
        )
        with zkdash(clusters, free_port()) as dash:
            wait_for(dash.answers, 60, "the first page")
            wait_for(lambda: dash.count("CONNECTED") == CLUSTERS, 120, "all connected")
            yield dash


@contextmanager
def clusters() -> Iterator[Load]:
    with _many_clusters("session_timeout = 10\n") as dash:
        yield Load(dash.process.pid, "1,000 connected clusters and nobody who looks", time.sleep)


@contextmanager
def requests() -> Iterator[Load]:
    with _many_clusters("probe = no\n") as dash:

        def ask(seconds: float) -> None:
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                pages.ask(dash, "/api/v1/clusters", {})

        yield Load(dash.process.pid, "1,000 clusters, asked for the JSON of all again and again", ask)


@contextmanager
def viewers() -> Iterator[Load]:
    report.many_files()
    with ExitStack() as stack:
        server = stack.enter_context(process("bench.live_server", "zkdash"))
        watching = stack.enter_context(process("bench.live_viewers", server.read()[0], str(VIEWERS), PATH))
        watching.read()

        def change(seconds: float) -> None:
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                server.write()
                server.read()

        yield Load(server.popen.pid, "10,000 viewers and a change a second", change)


@contextmanager
def transitions() -> Iterator[Load]:
    command = [sys.executable, "-m", "bench.transitions", "--one", "zkdash", "1000"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as one:
        yield Load(
            one.pid, "50 clusters, 1,000 transitions a second for 5 s and until all are committed", one_waits(one)
        )


def one_waits(one: subprocess.Popen[bytes]) -> Callable[[float], object]:
    return lambda _seconds: one.wait()


@contextmanager
def _tree(*, flat: bool = False) -> Iterator[Server]:
    os.environ["_JAVA_OPTIONS"] = "-Xmx2g -XX:TieredStopAtLevel=4"
    with Server(properties={"zookeeper.snapCount": "5000000"}) as server:
        report.tell("making a million znodes")
        make_tree(server.address, "/bench", MILLION, flat=flat)
        yield server


@contextmanager
def _connected(server: Server) -> Iterator[ZkDash]:
    config = f"[zookeeper:bench]\nservers = {server.address}\nsession_timeout = 30s\n"
    with zkdash(config, free_port()) as dash:
        wait_for(lambda: dash.answers() and dash.count("CONNECTED") == 1, 30, "zkdash")
        yield dash


@contextmanager
def crawl() -> Iterator[Load]:
    with _tree() as server:
        words = [server.address, "/bench", "data", str(tree_size(MILLION))]
        with subprocess.Popen([sys.executable, "-m", "bench.readers", "zkdash", *words]) as one:
            yield Load(one.pid, "a crawl of a million znodes with data and stats", one_waits(one))


@contextmanager
def searches() -> Iterator[Load]:
    with _tree() as server, _connected(server) as dash:
        words = iter(NAME_WORDS)

        def look(seconds: float) -> None:
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                search(dash, {"name": next(words), "root": "/bench", "cluster": "bench"})

        yield Load(dash.process.pid, "searches of a million znodes by name", look)


@contextmanager
def first_pages() -> Iterator[Load]:
    with (
        _tree(flat=True) as server,
        _connected(server) as dash,
        contextlib.closing(first_page.Writer(server)) as writer,
    ):

        def look(seconds: float) -> None:
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                writer.change("/bench")
                first_page.fetch(f"{dash.url}/clusters/bench/znodes{urllib.parse.quote('/bench')}")

        yield Load(dash.process.pid, "first pages of a node with a million children, which changes each time", look)


@contextmanager
def charts() -> Iterator[Load]:
    """The charts are read in this process: what is sampled is one like that of the benchmark."""
    loop = asyncio.new_event_loop()
    with tempfile.TemporaryDirectory(prefix="zkdash-bench-") as folder:
        store = Store(f"sqlite:///{folder}/zkdash.sqlite")
        there = room(store, clock := Clock(1_750_000_000_000 // DAY_MS * DAY_MS))
        loop.run_until_complete(store.open())
        real = history.real_metrics(30)
        building = history.Building(Path(folder), store, loop.run_until_complete(there.__aenter__()), clock, real)
        report.tell("making a history of 7 days")
        loop.run_until_complete(building.until(7))

        async def look(seconds: float) -> None:
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                await building.chart(7 * DAY_MS)

        yield Load(os.getpid(), "charts of 7 days", lambda seconds: loop.run_until_complete(look(seconds)))
        building.plain.close()
        loop.run_until_complete(there.__aexit__(None, None, None))
        loop.run_until_complete(store.close())
    loop.close()


LOADS: dict[str, Callable[[], AbstractContextManager[Load]]] = {
    "clusters": clusters,
    "viewers": viewers,
    "crawl": crawl,
    "search": searches,
    "first_page": first_pages,
    "transitions": transitions,
    "history": charts,
    "pages": requests,
}
