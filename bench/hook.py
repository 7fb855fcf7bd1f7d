"""From the LOST decision to the first byte at the receiver: one cluster, and 200 at once.

The log, the alerts and the receiver are real, in one process; beside it, the same posts by a bare aiohttp client.
"""

from __future__ import annotations

import asyncio
import tempfile
import time

import aiohttp
from aiohttp import web

from bench import report
from bench.app import App
from bench.report import Curve
from zkdash.alerts.notifiers.webhook import WebhookSettings
from zkdash.alerts.service import AlertService
from zkdash.config import AlertConfig
from zkdash.store.engine import Store
from zkdash.timeline.service import EventService
from zkdash.zookeeper.states import Cause, Kind, Observation, State

QUIET_S = 5.1
"""After messages a route gathers for up to 5 s: a loss by itself is measured."""
UNITS = {"first": "ms", "last": "ms", "messages": ""}


class Receiver:
    """Notes when each post begins to arrive, and of how many incidents it tells."""

    def __init__(self) -> None:
        self.at: list[float] = []
        self.told = 0

    async def take(self, request: web.Request) -> web.Response:
        self.at.append(time.perf_counter())
        message = await request.json()
        self.told += len(message["data"]["incidents"]) if message else 1
        return web.Response()

    async def all(self, count: int) -> None:
        while self.told < count:  # noqa: ASYNC110 - an event for each post would be measured with it
            await asyncio.sleep(0.001)


def lost(number: int, run: int) -> Observation:
    return Observation(
        f"c{number}-{run}", time.time_ns() // 1_000_000, Kind.STATE, Cause.SESSION_TIMEOUT, State.SUSPENDED, State.LOST
    )


async def measure(count: int, runs: int) -> dict[str, list[dict[str, float]]]:
    receiver = Receiver()
    site = web.Application()
    site.router.add_post("/", receiver.take)
    runner = web.AppRunner(site)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
    found: dict[str, list[dict[str, float]]] = {"zkdash": [], "bare client": []}
    with tempfile.TemporaryDirectory() as folder:
        store = Store(f"sqlite:///{folder}/bench.db")
        await store.open()
        app = App(store.where, (AlertConfig("bench", "webhook", settings=WebhookSettings(url)),))
        events = EventService(app, store)
        await events.start()
        alerts = AlertService(app, store, events, app.config.alerts)
        await alerts.start()
        async with aiohttp.ClientSession() as client:
            for run in range(runs + 1):
                await asyncio.sleep(QUIET_S)
                found["zkdash"].append(await _timed(receiver, count, lambda run=run: _lose(events, count, run)))
                found["bare client"].append(await _timed(receiver, count, lambda: _post(client, url, count)))
        await alerts.stop()
        await events.stop()
        await store.close()
    await runner.cleanup()
    return {contender: figures[1:] for contender, figures in found.items()}  # the first was the warm-up


def _lose(events: EventService, count: int, run: int) -> None:
    for number in range(count):
        events.record(lost(number, run))


def _post(client: aiohttp.ClientSession, url: str, count: int) -> list[asyncio.Task[aiohttp.ClientResponse]]:
    async def one() -> aiohttp.ClientResponse:
        async with client.post(url, data=b"{}") as answer:
            return answer

    return [asyncio.create_task(one()) for _ in range(count)]


async def _timed(receiver: Receiver, count: int, act: object) -> dict[str, float]:
    receiver.at.clear()
    receiver.told = 0
    began = time.perf_counter()
    tasks = act()  # type: ignore[operator]  # a function of no arguments
    await receiver.all(count)
    if tasks:
        await asyncio.gather(*tasks)
    return {
        "first": 1000 * (receiver.at[0] - began),
        "last": 1000 * (receiver.at[-1] - began),
        "messages": len(receiver.at),
    }


async def sustained(count: int) -> float:
    """How many messages a second are handed over, of `count` that are owed at once: tests of a route."""
    receiver = Receiver()
    site = web.Application()
    site.router.add_post("/", receiver.take)
    runner = web.AppRunner(site)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
    with tempfile.TemporaryDirectory() as folder:
        store = Store(f"sqlite:///{folder}/bench.db")
        await store.open()
        app = App(store.where, (AlertConfig("bench", "webhook", settings=WebhookSettings(url)),))
        events = EventService(app, store)
        alerts = AlertService(app, store, events, app.config.alerts)
        for _ in range(count):
            await alerts.send_test("bench", "bench")
        began = time.perf_counter()
        await alerts.start()
        while alerts.counts()["sent"] < count:  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.001)
        took_s = time.perf_counter() - began
        await alerts.stop()
        await store.close()
    await runner.cleanup()
    return count / took_s


def main() -> None:
    options = report.arguments("hook", counts="1,10,100,200")
    for count in map(int, options.counts.split(",")):
        title = f"LOST decided to the hook, {count} at once"
        if report.known(title):
            continue
        report.tell(title)
        found = asyncio.run(measure(count, options.runs))
        report.table(title, found, UNITS, limit="bare client", curve=Curve("lost at once", count, ("first", "last")))
        first = sorted(run["first"] for run in found["zkdash"])
        print(f"first byte: p50 {first[len(first) // 2]:.3g} ms, p99 {first[-1]:.3g} ms (the worst of {len(first)})")
    title = "Messages handed over, 1,000 owed at once"
    if not report.known(title):
        contenders = {"zkdash": lambda: {"messages": asyncio.run(sustained(1_000))}}
        report.table(title, report.rounds(title, contenders, options.runs), {"messages": "/s, each try on record"})


if __name__ == "__main__":
    main()
