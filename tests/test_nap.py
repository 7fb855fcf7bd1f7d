"""The sleep of a worker: it misses no call, and ends in its sleep."""

from __future__ import annotations

import asyncio

from tests.support.until import until
from zkdash.clock import later
from zkdash.nap import Nap


async def test_who_is_called_while_he_works_looks_once_more() -> None:
    nap = Nap(later)
    nap.wake()
    assert not nap.resting
    async with asyncio.timeout(1):
        await nap.sleep(60)
    asleep = asyncio.create_task(nap.sleep(60))
    await until(lambda: nap.resting)
    nap.wake()
    assert not nap.resting
    await asleep


async def test_a_worker_ends_in_its_sleep_and_not_in_its_work() -> None:
    nap, working, done = Nap(later), asyncio.Event(), []

    async def work() -> None:
        await working.wait()
        done.append("worked")
        await nap.sleep(60)

    worker = asyncio.create_task(work())
    ending = asyncio.create_task(nap.end(worker))
    working.set()
    await ending
    assert (done, worker.cancelled()) == (["worked"], True)
