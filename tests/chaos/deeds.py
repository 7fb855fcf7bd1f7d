"""How each fault is made, and how it is over."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from tests.chaos import trees
from tests.chaos.crowd import Crowd
from tests.chaos.schedule import Fault, Kind
from zkdash.demo.servers import Server

if TYPE_CHECKING:
    from tests.chaos.world import World

DELAY_S = 0.15
TAKEN_UP_S = 120.0
MISTAKE = "sesion_timeout"


class Deeds:
    """Does to a world what the schedule says; `wrong` is what was seen on the way and must not be."""

    def __init__(self, world: World) -> None:
        self.crowds: list[Crowd] = []
        self.wrong: list[str] = []
        self._world = world
        self._reloads = 0
        self._living = threading.Lock()

    def ways(self, fault: Fault) -> tuple[Callable[[], object], Callable[[], object]]:
        """How a fault begins, and how it ends."""
        world = self._world
        server, proxy = world.single.get(fault.on), world.named.network if fault.on == "two" else world.plain
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
            case Kind.DNS:
                return world.named.leave, world.named.move
            case Kind.FROZEN_FOLLOWER:
                frozen = world.trio.followers()[0]
                return frozen.freeze, lambda: self._thaw(frozen)
            case Kind.ONE_OF_THREE | Kind.TWO_OF_THREE:
                victims = world.trio.servers[: 1 if fault.kind is Kind.ONE_OF_THREE else 2]
                return lambda: [one.kill() for one in victims], lambda: self._bring_back(victims)
            case Kind.RECEIVER_FAILS:
                return lambda: world.sink.answer(500), lambda: world.sink.answer(204)
            case Kind.RECEIVER_SILENT:
                return world.sink.answers.clear, world.sink.answers.set
            case Kind.DISK_FULL:
                return world.disk.fill, world.disk.empty
            case Kind.STORE_LOCKED:
                return lambda: self._lock(fault.lasts_s), nothing
            case Kind.CLOCK:
                return lambda: world.clock.write_text("3600"), lambda: world.clock.write_text("0")
            case Kind.RELOAD:
                return self._reload, nothing
            case Kind.BAD_CONFIG:
                return self._reload_badly, nothing
            case Kind.CROWD:
                self.crowds.append(Crowd(world.dash.port, world.viewer.last_id))
                return lambda: self.crowds[-1].come(fault.lasts_s, round(fault.at_s)), nothing
            case Kind.HUGE:
                return lambda: trees.look_at_a_huge_one(world.client, world.dash), nothing
            case Kind.DELETED:
                return lambda: trees.delete_while_searched(world.client, world.dash), nothing
            case Kind.DIE:
                return self._die, self._live_again
        raise ValueError(fault.kind)

    def _bring_back(self, victims: Sequence[Server]) -> None:
        for one in victims:
            one.launch()
        self._world.trio.wait_ready()

    def _thaw(self, frozen: Server) -> None:
        frozen.thaw()
        self._world.trio.wait_ready()

    def _lock(self, lasts_s: float) -> None:
        """Hold SQLite's write lock, as a backup or a curious person does."""
        with contextlib.closing(sqlite3.connect(self._world.disk.folder / "zkdash.sqlite", timeout=5.0)) as other:
            other.execute("BEGIN IMMEDIATE")
            time.sleep(lasts_s)
            other.rollback()

    def _reload(self) -> None:
        with self._living:
            self._reloads += 1
            self._configure(self._world.config(self._reloads))

    def _reload_badly(self) -> None:
        """One with mistakes is said on the overview, and changes nothing until it is right again."""
        with self._living:
            before = self._watched()
            good, dash = self._world.config(self._reloads), self._world.dash
            self._configure(f"{good}[zookeeper:four]\nservers =\nsesion_timeout = soon\n")
            dash.wait_for(lambda: MISTAKE in dash.get("/").text, TAKEN_UP_S, "the overview to tell the mistake")
            if self._watched() != before:
                self.wrong.append(f"a configuration with mistakes made {self._watched()} of {before}")
            self._configure(good)
            dash.wait_for(lambda: MISTAKE not in dash.get("/").text, TAKEN_UP_S, "the mistake to be mended")

    def _configure(self, config: str) -> None:
        self._world.dash.listen = f"127.0.0.1:{self._world.dash.port}"
        self._world.dash.configure(config)
        self._world.dash.sighup()

    def _watched(self) -> list[str]:
        return [one["name"] for one in self._world.dash.api("/clusters")["clusters"]]

    def _die(self) -> None:
        self._living.acquire()  # a SIGHUP would end one that has only begun to start
        self._world.dash.kill9()

    def _live_again(self) -> None:
        try:
            self._world.dash.restart()
        finally:  # else a reload would wait for ever, and with it the end of the run
            self._living.release()


def nothing() -> None:
    """It ends by itself."""
