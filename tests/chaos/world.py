"""The world of a run: real servers and networks, a real zkdash with its receiver and viewers, and what befalls them."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, Self

import psutil
from kazoo.client import KazooClient

from tests.chaos import trees
from tests.chaos.checker import Account, Told, Window
from tests.chaos.disk import Disk
from tests.chaos.schedule import Fault, Kind
from tests.chaos.viewers import Viewer, crowd
from tests.support.hook_sink import HookSink
from tests.support.zkdash_process import ZkDashProcess
from zkdash.demo.faults import Proxy
from zkdash.demo.servers import Ensemble, Server

TIMEOUT_S = 4.0
SETTLES_S = 120.0
DELAY_S = 0.15
GONE = ("lost", "never-connected")
RULES = "LOST, RECOVERED"
MORE = {"threads": 4.0, "files": 12.0, "MiB": 60.0}
"""How much more zkdash may take after than before: a pool's threads, sockets on their way out, caches that fill."""


class World:
    """Starts all of it, makes faults as told, and gives an account at the end."""

    def __init__(self, folder: Path, say: Callable[[str], None] = lambda _: None) -> None:
        self._folder = folder
        self._say = say
        self._stack = contextlib.ExitStack()
        self._windows: list[Window] = []
        self._deaths: list[tuple[float, float]] = []
        self._began = 0.0
        self._reloads = 0
        self._living = threading.Lock()
        self._clock = folder / "clock"

    # Life

    def __enter__(self) -> Self:
        with contextlib.ExitStack() as stack:
            self.disk = Disk(self._folder / "store")
            stack.callback(self.disk.close)
            self.single = {name: stack.enter_context(Server(self._folder / name)) for name in ("one", "two", "calm")}
            self.trio = stack.enter_context(Ensemble(3, self._folder / "trio"))
            self.network = {name: stack.enter_context(Proxy(self.single[name].address)) for name in ("one", "two")}
            self.sink = stack.enter_context(HookSink().serving())
            self._clock.write_text("0")
            self.dash = ZkDashProcess(
                self._folder / "zkdash", self._config(), environment={"ZKDASH_TEST_CLOCK": str(self._clock)}
            )
            stack.callback(self.dash.close)
            self.dash.start()
            for name in (*self.network, "trio", "calm"):
                self.dash.wait_state(name, "CONNECTED", 20)
            self.client = KazooClient(self.single["calm"].address)
            self.client.start()
            stack.callback(self.client.close)
            stack.callback(self.client.stop)
            self.viewer = Viewer(f"ws://127.0.0.1:{self.dash.port}/api/v1/events/stream")
            self.viewer.start()
            stack.callback(self.viewer.stop)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @property
    def kinds(self) -> frozenset[Kind]:
        """What can be done here: to fill a disk it takes one of one's own."""
        return frozenset(Kind) - (frozenset() if self.disk.there else {Kind.DISK_FULL})

    def _config(self) -> str:
        clusters = {name: proxy.address for name, proxy in self.network.items()}
        clusters |= {"trio": self.trio.hosts, "calm": self.single["calm"].address}
        sections = "".join(f"[zookeeper:{name}]\nservers = {servers}\n" for name, servers in clusters.items())
        return (
            f"[store]\nurl = sqlite:///{self.disk.folder}/zkdash.sqlite\nkeep_free = 1 MiB\n"
            f"[zookeeper]\nsession_timeout = {TIMEOUT_S:g}s\nadmin = off\n{sections}"
            f"[alerts]\nflap_changes = 100\n{self.sink.config(on=RULES, group_interval=f'{1 + self._reloads % 2}s')}"
        )

    # Faults

    def run(self, faults: Sequence[Fault]) -> None:
        """Make all of them, each at its time, and wait until they are over."""
        before = self._resources()
        self._began = time.monotonic()
        with ThreadPoolExecutor(max_workers=16) as pool:
            done: list[Future[None]] = []
            for fault in faults:
                time.sleep(max(0.0, self._began + fault.at_s - time.monotonic()))
                self._say(str(fault))
                done.append(pool.submit(self._make, fault))
            for one in done:
                one.result()
        self._settle()
        self._before, self._after = before, self._resources()

    def _make(self, fault: Fault) -> None:
        begin, end = self._ways(fault)
        began = time.monotonic()
        begin()
        time.sleep(max(0.0, began + fault.lasts_s - time.monotonic()))
        end()
        ended = time.monotonic()
        if fault.kind is Kind.DIE:
            self._deaths.append((began, ended + 2.0))
        elif fault.on:
            self._windows.append(Window(fault.on, fault.kind, began, ended, loses(fault.kind, ended - began)))
        else:
            self._windows.append(Window("-", fault.kind, began, ended))

    def _ways(self, fault: Fault) -> tuple[Callable[[], object], Callable[[], object]]:
        """How a fault begins, and how it ends."""
        server, proxy = self.single.get(fault.on), self.network.get(fault.on)
        match fault.kind:
            case Kind.KILL:
                return server.kill, server.start
            case Kind.FREEZE:
                return server.freeze, server.thaw
            case Kind.BLACK_HOLE:
                return proxy.black_hole, proxy.heal
            case Kind.CUT:
                return proxy.cut, nothing
            case Kind.SLOW:
                return lambda: proxy.delay(DELAY_S), lambda: proxy.delay(0.0)
            case Kind.ONE_OF_THREE | Kind.TWO_OF_THREE:
                victims = self.trio.servers[: 1 if fault.kind is Kind.ONE_OF_THREE else 2]
                return lambda: [one.kill() for one in victims], lambda: self._bring_back(victims)
            case Kind.RECEIVER_FAILS:
                return lambda: setattr(self.sink, "status", 500), lambda: setattr(self.sink, "status", 204)
            case Kind.DISK_FULL:
                return self.disk.fill, self.disk.empty
            case Kind.STORE_LOCKED:
                return lambda: self._lock(fault.lasts_s), nothing
            case Kind.CLOCK:
                return lambda: self._clock.write_text("3600"), lambda: self._clock.write_text("0")
            case Kind.RELOAD:
                return self._reload, nothing
            case Kind.CROWD:
                url = f"ws://127.0.0.1:{self.dash.port}/live?topic=overview&topic=frame"
                return lambda: crowd(url, fault.lasts_s, round(fault.at_s)), nothing
            case Kind.HUGE:
                return lambda: trees.look_at_a_huge_one(self.client, self.dash), nothing
            case Kind.DELETED:
                return lambda: trees.delete_while_searched(self.client, self.dash), nothing
            case Kind.DIE:
                return self._die, self._live_again
        raise ValueError(fault.kind)

    def _bring_back(self, victims: Sequence[Server]) -> None:
        for one in victims:
            one.launch()
        self.trio.wait_ready()

    def _lock(self, lasts_s: float) -> None:
        """Hold SQLite's write lock, as a backup or a curious person does."""
        with contextlib.closing(sqlite3.connect(self.disk.folder / "zkdash.sqlite", timeout=5.0)) as other:
            other.execute("BEGIN IMMEDIATE")
            time.sleep(lasts_s)
            other.rollback()

    def _reload(self) -> None:
        with self._living:
            self._reloads += 1
            self.dash.listen = f"127.0.0.1:{self.dash.port}"
            self.dash.configure(self._config())
            self.dash.sighup()

    def _die(self) -> None:
        self._living.acquire()  # a SIGHUP would end one that has only begun to start
        self.dash.kill9()

    def _live_again(self) -> None:
        try:
            self.dash.restart(60.0)
        finally:  # else a reload would wait for ever, and with it the end of the run
            self._living.release()

    # The end

    def _settle(self) -> None:
        """Wait until all is well again, all is told, and all that was heard of it has come."""
        for name in (*self.network, "trio", "calm"):
            self.dash.wait_state(name, "CONNECTED", 60)
        self.dash.wait_for(self._is_told, SETTLES_S, "all incidents to be over and told")
        with contextlib.suppress(AssertionError):  # the checker says which it lacks
            self.dash.wait_for(lambda: len(self.viewer.heard) >= len(self._log()), 20, "the viewer to have all events")

    def _is_told(self) -> bool:
        return all(not one["open"] for one in self._incidents()) and not self._owed()

    def _owed(self) -> int:
        return len(self.dash.api("/deliveries", state="owed")["deliveries"])

    def _incidents(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.dash.api("/incidents", limit=500)["incidents"]
        return [one for one in found if one["rule"] in GONE]

    def _log(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        while more := self.dash.events(after=found[-1]["id"] if found else 0, limit=500):
            found += more
        return found

    def _resources(self) -> dict[str, float]:
        process = psutil.Process(self.dash.pid)
        memory = process.memory_info().rss / 2**20
        return {"threads": process.num_threads(), "files": process.num_fds(), "MiB": memory}

    def account(self) -> Account:
        """All that is known now."""
        return Account(
            windows=self._windows,
            deaths=self._deaths,
            log=self._log(),
            heard=list(self.viewer.heard),
            incidents=self._incidents(),
            told=self._told(),
            owed=self._owed(),
            timeout_s=TIMEOUT_S,
            resources={name: (self._before[name], self._after[name], more) for name, more in MORE.items()},
        )

    def _told(self) -> list[Told]:
        found, seen = [], set()
        for hit in list(self.sink.taken):
            if hit.id not in seen:
                seen.add(hit.id)
                data = hit.json()["data"]
                found += [Told(data["kind"], one["id"], one["rule"], one["cluster"]) for one in data["incidents"]]
        return found


def loses(kind: Kind, away_s: float) -> bool | None:
    """Whether a fault that really lasted so long must lose the session; None if it may or may not."""
    match kind:
        case Kind.CUT | Kind.SLOW:
            return False
        case Kind.KILL:
            return True if away_s > TIMEOUT_S + 1.0 else None if away_s > 1.0 else False
        case Kind.FREEZE | Kind.BLACK_HOLE:
            return True if away_s > TIMEOUT_S * 5 / 3 + 1.5 else None if away_s > 1.0 else False
        case Kind.TWO_OF_THREE:
            return True if away_s > TIMEOUT_S + 5.0 else None
    return None


def nothing() -> None:
    """It ends by itself."""
