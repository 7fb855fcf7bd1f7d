"""The world of a run: real servers and networks, a real zkdash with its receiver and viewers, and what befalls them."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import chain
from pathlib import Path
from typing import Any, Self

from kazoo.client import KazooClient

from tests.chaos.account import Account, Told, Window
from tests.chaos.deeds import Deeds
from tests.chaos.disk import Disk
from tests.chaos.machine import Lateness, taken
from tests.chaos.names import Named
from tests.chaos.schedule import CLUSTERS, OF_STORE, Fault, Kind, loses
from tests.chaos.viewers import Page, Viewer
from tests.support.hook_sink import HookSink
from tests.support.zkdash_process import ZkDashProcess
from zkdash.demo.faults import Proxy
from zkdash.demo.loopback import wait_until
from zkdash.demo.servers import Ensemble, Server

TIMEOUT_S = 4.0
RECOVERS_S = 8.0
SETTLES_S = 120.0
GONE = ("lost", "never-connected")
RULES = "LOST, RECOVERED"
ALL = (*CLUSTERS, "calm")
BACK_S = 60.0
LATE_TIMES = 10.0
"""By how much more than one thread of ours was late a recovery may be: many processes take part in it."""
MORE = {"threads": 4.0, "files": 12.0, "sockets": 6.0, "MiB": 60.0}
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
        self._turns = {name: threading.Lock() for name in (*CLUSTERS, "store")}
        self._machine = Lateness()
        self.deeds = Deeds(self)
        self.clock = folder / "clock"

    # Life

    def __enter__(self) -> Self:
        with contextlib.ExitStack() as stack:
            self.disk = Disk(self._folder / "store")
            stack.callback(self.disk.close)
            self.single = {name: stack.enter_context(Server(self._folder / name)) for name in ("one", "two", "calm")}
            self.trio = stack.enter_context(Ensemble(3, self._folder / "trio"))
            self.named = stack.enter_context(
                Named("two.zkdash.test", self.single["two"].address, self._folder / "hosts")
            )
            self.plain = stack.enter_context(Proxy(self.single["one"].address))
            self.sink = stack.enter_context(HookSink().serving())
            self.clock.write_text("0")
            self.dash = ZkDashProcess(
                self._folder / "zkdash",
                self.config(),
                environment={"ZKDASH_TEST_CLOCK": str(self.clock)},
                shell=self.named.shell if self.named.there else (),
            )
            stack.callback(self.dash.close)
            self.dash.start()
            for name in ALL:
                self.dash.wait_state(name, "CONNECTED", 60)
            self.client = KazooClient(self.single["calm"].address)
            self.client.start()
            stack.callback(self.client.close)
            stack.callback(self.client.stop)
            address = f"ws://127.0.0.1:{self.dash.port}"
            self.viewer = Viewer(f"{address}/api/v1/events/stream")
            self.page = Page(f"{address}/live?topic=overview")
            for looks in (self.viewer, self.page, self._machine):
                looks.start()
                stack.callback(looks.stop)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @property
    def kinds(self) -> frozenset[Kind]:
        """What can be done here: to fill a disk, and to move a name, it takes one of one's own."""
        own = {Kind.DISK_FULL: self.disk.there, Kind.DNS: self.named.there}
        return frozenset(kind for kind in Kind if own.get(kind, True))

    def config(self, reloads: int = 0) -> str:
        clusters = {"one": self.plain.address, "two": self.named.address}
        clusters |= {"trio": self.trio.hosts, "calm": self.single["calm"].address}
        sections = "".join(f"[zookeeper:{name}]\nservers = {servers}\n" for name, servers in clusters.items())
        return (
            f"[store]\nurl = sqlite:///{self.disk.folder}/zkdash.sqlite\nkeep_free = 1 MiB\n"
            f"[zookeeper]\nsession_timeout = {TIMEOUT_S:g}s\nadmin = off\n{sections}"
            f"[alerts]\nflap_changes = 100\n{self.sink.config(on=RULES, group_interval=f'{1 + reloads % 2}s')}"
        )

    # Faults

    def run(self, faults: Sequence[Fault]) -> None:
        """Make all of them, each at its time, and wait until they are over."""
        before = self._resources()
        self._began = time.monotonic()
        with ThreadPoolExecutor(max_workers=64) as pool:
            done: list[Future[None]] = []
            for fault in faults:
                time.sleep(max(0.0, self._began + fault.at_s - time.monotonic()))
                self._say(str(fault))
                done.append(pool.submit(self._make, fault))
            for one in done:
                one.result()
        self._settle()
        with contextlib.suppress(TimeoutError):  # the checker says what is left
            wait_until(lambda: self._is_as_before(before), BACK_S, "zkdash to take no more than before")
        self._before, self._after = before, self._resources()

    def _make(self, fault: Fault) -> None:
        turn = self._turns.get(fault.on or ("store" if fault.kind in OF_STORE else ""))
        with turn or contextlib.nullcontext():  # on a busy machine it may take long until the last is over
            if fault.on and not self._is_back(fault.on):
                self.deeds.wrong.append(f"{fault.on} was not CONNECTED within {BACK_S:g} s of its last fault")
            self._befall(fault)

    def _is_back(self, name: str) -> bool:
        with contextlib.suppress(TimeoutError):
            return wait_until(lambda: self.page.states.get(name) == "CONNECTED", BACK_S, name)
        return False

    def _befall(self, fault: Fault) -> None:
        begin, end = self.deeds.ways(fault)
        began = time.monotonic()
        begin()
        time.sleep(max(0.0, began + fault.lasts_s - time.monotonic()))
        end()
        ended = time.monotonic()
        if fault.kind is Kind.DIE:
            self._deaths.append((began, ended + 2.0))
        elif fault.on:
            loss = loses(fault.kind, ended - began, TIMEOUT_S)
            self._windows.append(Window(fault.on, fault.kind, began, ended, loss))
        else:
            self._windows.append(Window("-", fault.kind, began, ended))

    # The end

    def _settle(self) -> None:
        """Wait until all is well again, all is told, and all that was heard of it has come."""
        for name in ALL:
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
        return taken(self.dash.pid)

    def _is_as_before(self, before: dict[str, float]) -> bool:
        now = self._resources()
        return all(now[name] <= before[name] + more for name, more in MORE.items())

    def account(self) -> Account:
        """All that is known now."""
        crowds = self.deeds.crowds
        return Account(
            windows=self._windows,
            deaths=self._deaths,
            log=self._log(),
            heard=list(self.viewer.heard),
            incidents=self._incidents(),
            told=self._told(),
            shown=list(self.page.shown),
            visits=[visit for crowd in crowds for visit in crowd.visits],
            wrong=[*self.deeds.wrong, *chain(*(crowd.wrong for crowd in crowds)), *self.dash.troubles()],
            owed=self._owed(),
            timeout_s=TIMEOUT_S,
            recovers_s=RECOVERS_S + LATE_TIMES * self._machine.worst_s,
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
