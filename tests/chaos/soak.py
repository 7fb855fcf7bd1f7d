"""Eight hours of a busy house in minutes: how much memory and database an hour takes. `python -m tests.chaos.soak`.

The whole site in one process, with the real log, alerts, history and pages. The wall clock is moved on; state changes
and what the servers say (as a real one said it under load) come as fast as they are taken in, a full probe of each
for every 15 s that the clock is moved. What waits by the monotonic clock does not know of it, so the history's upkeep
is called at each quarter of an hour. Hours that really pass: `python -m tests.chaos.hours`.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import aiohttp
import psutil

from bench.history import real_metrics, replay
from tests.support.ensembles import serving
from tests.support.site import Site, running_site
from tests.support.until import until
from zkdash.ensemble import writer
from zkdash.ensemble.sample import Role

CLUSTERS = tuple(f"cluster-{number}" for number in range(5))
SERVERS = tuple(f"zk{number}.example:2181" for number in range(1, 4))
PROBED_EVERY_S, LOST_EVERY_S, TIDIED_EVERY_S, HOUR_S = 15, 120, 900, 3600
PAGES = ("/", "/timeline", "/clusters/cluster-0", "/clusters/cluster-0/charts", "/api/v1/events?limit=200")
WRITTEN_S = 60.0


class Clock:
    """The wall clock, moved on as told; the monotonic one is never touched."""

    def __init__(self) -> None:
        self._ahead_s = 0.0
        real_s, real_ns = time.time, time.time_ns
        time.time = lambda: real_s() + self._ahead_s
        time.time_ns = lambda: real_ns() + round(self._ahead_s * 1e9)

    def move_on(self, seconds: float) -> None:
        self._ahead_s += seconds

    def ms(self) -> int:
        return time.time_ns() // 1_000_000


class Soak:
    """A site, who looks at it, and what its servers say."""

    def __init__(self, site: Site, people: aiohttp.ClientSession, said: dict[str, Iterator[dict[str, float]]]) -> None:
        self._site = site
        self._people = people
        self._said = said
        self._clock = Clock()
        self._began = self._clock.ms()

    async def hour(self) -> None:
        history = self._site.bus.history
        for passed_s in range(PROBED_EVERY_S, HOUR_S + 1, PROBED_EVERY_S):
            self._clock.move_on(PROBED_EVERY_S)
            self._probe()
            if passed_s % LOST_EVERY_S == 0:
                await self._lose()
                await self._look()
            if passed_s % TIDIED_EVERY_S == 0:
                await until(lambda: not history.waiting, WRITTEN_S, "written samples")
                await history.tidy()
        self._site.bus.heard.clear()

    def _probe(self) -> None:
        for cluster in CLUSTERS:
            roles = zip(SERVERS, (Role.LEADER, Role.FOLLOWER, Role.FOLLOWER), strict=True)
            at = self._clock.ms()
            told = [serving(name, role, at, cluster, **next(self._said[name])) for name, role in roles]
            samples = [replace(one, uptime_ms=at - self._began) for one in told]
            self._site.bus.ensemble.told(*samples)

    async def _lose(self) -> None:
        """Each cluster loses its connection, and finds it again."""
        before = len(self._site.bus.heard["Event.recorded!"])
        for name in CLUSTERS:
            self._site[name].drop()
            self._site[name].connect()
        await self._site.recorded(before + 2 * len(CLUSTERS))

    async def _look(self) -> None:
        for path in PAGES:
            async with self._people.get(self._site.client.make_url(path)) as answer:
                assert answer.status == 200, path
                await answer.read()


async def soak(folder: Path, hours: int) -> None:
    """Print what the process and its store take after each hour."""
    writer.GATHER_S = 0.05
    real = await asyncio.to_thread(real_metrics, 20)
    async with (
        running_site(folder, *CLUSTERS) as site,
        aiohttp.ClientSession() as people,  # the tests' own client keeps every answer
        people.ws_connect(site.client.make_url("/live?topic=overview")) as viewer,
    ):
        there = Soak(site, people, {name: replay(real, number) for number, name in enumerate(SERVERS)})
        reading = asyncio.create_task(_read(viewer))
        for hour in range(hours + 1):
            if hour:
                await there.hour()
            gc.collect()
            _say(folder, hour, site.bus.history.size().bytes)
        reading.cancel()


def _say(folder: Path, hour: int, samples_bytes: int) -> None:
    taken = psutil.Process().memory_info().rss / 2**20
    stored = sum(file.stat().st_size for file in folder.rglob("*.sqlite*")) / 2**20
    history = samples_bytes / 2**20
    sys.stdout.write(
        f"{hour:2} h  {taken:7.1f} MiB of memory  {stored:6.2f} MiB of database, of that {history:.2f} MiB of history\n"
    )
    sys.stdout.flush()


async def _read(viewer: aiohttp.ClientWebSocketResponse) -> None:
    async for _ in viewer:
        pass


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.soak", description=__doc__)
    parser.add_argument("--hours", type=int, default=8)
    with tempfile.TemporaryDirectory() as fresh:
        asyncio.run(soak(Path(fresh), parser.parse_args().hours))
