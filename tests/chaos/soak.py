"""Eight hours of a busy house in a minute: how much memory and database an hour takes. `python -m tests.chaos.soak`.

The whole site in one process, with the real log, alerts and pages; state changes come as fast as they are taken in, so
what depends on the passing of time alone (probes, retention) is not in it: `python -m bench history` has that.
"""

from __future__ import annotations

import asyncio
import gc
import sys
import tempfile
from pathlib import Path

import aiohttp
import psutil

from tests.support.site import Site, running_site

HOURS = 8
CLUSTERS = tuple(f"cluster-{number}" for number in range(5))
CHANGES_PER_HOUR = 60
"""Of each cluster: a connection that is lost, and found again, every other minute."""


async def soak(folder: Path) -> None:
    """Print what the process and its store take after each hour."""
    async with (
        running_site(folder, *CLUSTERS) as site,
        aiohttp.ClientSession() as people,  # the tests' own client keeps every answer
        people.ws_connect(site.client.make_url("/live?topic=overview")) as viewer,
    ):
        reading = asyncio.create_task(_read(viewer))
        for hour in range(HOURS + 1):
            if hour:
                await _hour(site, people)
            gc.collect()
            _say(folder, hour)
        reading.cancel()


def _say(folder: Path, hour: int) -> None:
    taken = psutil.Process().memory_info().rss / 2**20
    stored = sum(file.stat().st_size for file in folder.rglob("*.sqlite*")) / 2**20
    sys.stdout.write(f"{hour} h  {taken:7.1f} MiB of memory  {stored:6.2f} MiB of database\n")
    sys.stdout.flush()


async def _hour(site: Site, people: aiohttp.ClientSession) -> None:
    for _ in range(CHANGES_PER_HOUR // 2):
        before = len(site.bus.heard["Event.recorded!"])
        for name in CLUSTERS:
            site[name].drop()
            site[name].connect()
        await site.recorded(before + 2 * len(CLUSTERS))
        for path in ("/", "/timeline", "/api/v1/events?limit=200"):
            async with people.get(site.client.make_url(path)) as answer:
                await answer.read()
    site.bus.heard.clear()


async def _read(viewer: object) -> None:
    async for _ in viewer:  # type: ignore[attr-defined]  # aiohttp's websocket
        pass


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as fresh:
        asyncio.run(soak(Path(fresh)))
