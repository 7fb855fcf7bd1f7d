"""The application: what is started in which order, and stopped in which."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import sys
from collections.abc import Callable

import asab

from zkdash.access.audit import AuditLog
from zkdash.access.service import AccessService
from zkdash.access.share import ShareBook
from zkdash.alerts.service import AlertService
from zkdash.clock import ClockWatch
from zkdash.config import Config, ConfigError, hand_over
from zkdash.ensemble.changelog import ChangeLog
from zkdash.ensemble.history import HistoryService
from zkdash.ensemble.ruling import RuleService
from zkdash.ensemble.service import EnsembleService
from zkdash.errors import StartError
from zkdash.garbage import Keeper
from zkdash.log import NOTICE, get_logger
from zkdash.store import conditions as condition_rows
from zkdash.store.engine import Store, StoreUnavailable
from zkdash.timeline.service import EventService
from zkdash.web.server import WebServer
from zkdash.zookeeper.addresses import lookups_running
from zkdash.zookeeper.service import ClusterService
from zkdash.zookeeper.states import Severity

L = get_logger(__name__)

SWITCH_S = 0.0005
"""How long a thread that reads big data may keep the event loop waiting each time; Python's own is ten times that."""

_SECTIONS = {"web": "[web]", "store": "[store]", "samples": "[store]", "asab": "asab's own sections"}


class ZkDashApplication(asab.Application):  # type: ignore[misc]  # asab has no types
    """zkdash: `initialize()` is the boot list, in order; `finalize()` is its mirror.

    asab's own services would be initialised last in, first out, with their exceptions swallowed; here each step
    is awaited in its turn, and one that fails ends the start (StartError) after what was started is stopped.
    """

    def __init__(self, config: Config, reload: Callable[[], Config], verbose: bool = False) -> None:
        self._reload = reload
        self._reloading: asyncio.Task[None] | None = None
        self._reload_again = False
        self._to_stop: list[Callable[[], object]] = []
        self.config = config
        self.reload_trouble = ""
        self._asked_to_stop = False
        self._garbage = Keeper()
        hand_over(config, verbose=verbose)
        super().__init__(args=[])

    def parse_arguments(self, args: list[str] | None = None) -> argparse.Namespace:
        """None of it: the command line is zkdash.cli's business."""
        return argparse.Namespace(daemonize=False, kill=False)

    async def initialize(self) -> None:
        try:
            await self._start()
        except BaseException:
            await self.finalize()
            raise
        self.PubSub.subscribe("Application.hup!", self._on_hup)
        self.PubSub.subscribe("Application.housekeeping!", self._on_housekeeping)

    async def _start(self) -> None:
        self.store = Store(self.config.store.url)
        await self.store.open()
        self._to_stop.append(self.store.close)

        self.audit = AuditLog(self.store)
        self.access = AccessService(self, self.store, self.audit)
        await self.access.start()
        self._to_stop.append(self.access.stop)

        self.events = EventService(self, self.store)
        await self.events.start()
        self._to_stop.append(self.events.stop)

        self.alerts = AlertService(self, self.store, self.events, self.config.alerts)
        await self.alerts.start()
        self._to_stop.append(self.alerts.stop)

        self.clock = ClockWatch(self._on_clock_set)
        await self.clock.start()
        self._to_stop.append(self.clock.stop)

        self.clusters = ClusterService(self)
        self._to_stop.append(self.clusters.stop)

        self.changes = ChangeLog(self, self.store)
        await self.changes.start()
        self._to_stop.append(self.changes.stop)

        self.history = HistoryService(self, self.store, self.config.samples, self.config.store.url)
        await self.history.start()
        self._to_stop.append(self.history.stop)

        self.ensemble = EnsembleService(self, self.clusters, hold=self.alerts.hold)
        self.rules = RuleService(
            self,
            self.config.rules,
            latest=self.ensemble.latest,
            record=self.events.record,
            firing=self._rules_firing,
            offline=lambda: self.ensemble.offline,
        )
        await self.rules.start()
        self._to_stop.append(self.rules.stop)
        await self.ensemble.start()
        self._to_stop.append(self.ensemble.stop)

        # Pages end before the clusters do: nobody shall see them all turn LOST because zkdash goes.
        self.web = WebServer(self, self.config.web)
        await self.web.start()
        self._to_stop.append(self.web.stop)

        await self.alerts.watch_only(cluster.name for cluster in self.config.clusters)
        self.clusters.apply(self.config.clusters)
        self._garbage.start()
        self._to_stop.append(self._garbage.stop)
        for url in self.web.urls:
            sys.stdout.write(f"zkdash: {url}\n")
        sys.stdout.flush()

    def stop(self, exit_code: int | None = None) -> None:
        self._asked_to_stop = True
        super().stop(exit_code)

    async def main(self) -> None:
        if self._asked_to_stop:  # while it started: asab forgets that
            self._stop_event.set()

    async def finalize(self) -> None:
        while self._to_stop:
            stop = self._to_stop.pop()
            try:
                await stop()  # type: ignore[misc]  # each of them is a coroutine function
            except Exception:
                L.exception("A service did not stop cleanly.")

    async def _rules_firing(self) -> list[tuple[str, str, str, Severity, int]]:
        """The rules that fire by the log, with since when. Raises StartError."""
        try:
            async with self.store.connect() as connection:
                rows = await condition_rows.firing(connection)
        except StoreUnavailable as error:
            raise StartError(f"can't read which rules fire: {error}") from error
        return [(row["cluster"], row["rule"], row["subject"], Severity(row["severity"]), row["since"]) for row in rows]

    def _on_clock_set(self, by_ms: int) -> None:
        L.log(NOTICE, "The clock was set.", struct_data={"seconds": round(by_ms / 1000)})
        self.alerts.clock_was_set(by_ms)

    async def _on_housekeeping(self, message_type: str) -> None:
        await self.audit.prune(self.config.store.keep_audit_days)
        await ShareBook(self.store).prune(self.config.store.keep_audit_days)

    # SIGHUP

    def _on_hup(self, message_type: str) -> None:
        self._reload_again = True
        if self._reloading is None or self._reloading.done():
            self._reloading = self.Loop.create_task(self._reload_configs())

    async def _reload_configs(self) -> None:
        """Once for each SIGHUP that came since the last began: the file may have changed while it was taken up."""
        while self._reload_again:
            self._reload_again = False
            await self._reload_config()

    async def _reload_config(self) -> None:
        """Take up a changed configuration; a bad one changes nothing and is said in the log and on the overview."""
        try:
            config = await asyncio.to_thread(self._reload)
        except ConfigError as error:
            self.reload_trouble = str(error)
            L.error("The configuration was not taken up.", struct_data={"mistakes": str(error)})
            self.PubSub.publish("Clusters.changed!")
            return
        old, self.config = self.config, config
        fixed = dict.fromkeys(words for name, words in _SECTIONS.items() if getattr(old, name) != getattr(config, name))
        self.reload_trouble = (
            f"Changes in {' and '.join(fixed)} take effect when zkdash is started again." if fixed else ""
        )
        self.access.reload(config.access)
        self.alerts.reload(config.alerts)
        self.rules.reload(config.rules)
        self.clusters.apply(config.clusters)
        self._garbage.again()
        await self.alerts.watch_only(self.clusters.names())
        L.log(NOTICE, "Configuration taken up.", struct_data={"clusters": len(config.clusters)})
        self.PubSub.publish("Clusters.changed!")


def run(config: Config, reload: Callable[[], Config], *, verbose: bool = False) -> int:
    """Run zkdash until it is told to stop; gives the exit code. Raises StartError when it can't start."""
    sys.setswitchinterval(SWITCH_S)
    asyncio.set_event_loop(asyncio.new_event_loop())  # asab asks for the present loop, and there is none yet
    app = ZkDashApplication(config, reload, verbose)
    code = app.run()
    exit_code = code if isinstance(code, int) else 1
    if lookups_running():
        # A name service that does not answer holds threads that Python would wait for, up to a minute.
        logging.shutdown()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(exit_code)
    return exit_code
