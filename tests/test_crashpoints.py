"""Killed anywhere between a transition and its delivery: what was committed is there once, and is told."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator

import pytest

from tests.support.bus import Bus
from tests.support.receiver import Receiver, receiver
from tests.support.zkdash_process import REPO
from zkdash.alerts.delivery import DeliveryState
from zkdash.alerts.service import AlertService
from zkdash.store.engine import Store
from zkdash.timeline.event import Event
from zkdash.timeline.service import EventService
from zkdash.zookeeper.states import Cause

pytestmark = pytest.mark.slow  # each test starts several processes

BEFORE_COMMIT = ("transition-seen", "before-commit")
AFTER_COMMIT = (
    "after-commit",
    "before-delivery-commit",
    "after-delivery-commit",
    "before-send",
    "after-send",
    "before-sent-commit",
)
TOLD_BEFORE = {"after-send": 1, "before-sent-commit": 1}
"""How often the receiver has been told when the process is killed there."""


@pytest.fixture
async def there() -> AsyncIterator[Receiver]:
    async with receiver() as one:
        yield one


async def run(store_url: str, there: Receiver, *seen: str, crash_at: str = "") -> None:
    """One life of the process, to its end or to a crash point."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "tests.support.crashing", store_url, there.url, *seen),
        cwd=REPO,
        env={**os.environ, "ZKDASH_CRASH_AT": crash_at},
    )
    async with asyncio.timeout(60):
        assert await process.wait() == (-signal.SIGKILL if crash_at else 0)


async def log_of(store_url: str) -> list[Event]:
    """All events; checks that nothing is owed."""
    store = Store(store_url)
    await store.open()
    bus = Bus()
    events = EventService(bus, store)
    deliveries = await AlertService(bus, store, events, ()).deliveries()
    found = await events.find(after=0)
    await store.close()
    assert {delivery.state for delivery in deliveries} == {DeliveryState.SENT}
    return found


def ids(there: Receiver, kind: str) -> list[str]:
    return [hit.id for hit in there.hits if hit.json()["type"] == kind]


@pytest.mark.parametrize("point", [*BEFORE_COMMIT, *AFTER_COMMIT])
async def test_a_loss_is_told_wherever_zkdash_is_killed(store_url: str, there: Receiver, point: str) -> None:
    await run(store_url, there, "lost", crash_at=point)
    assert len(there.hits) == TOLD_BEFORE.get(point, 0)
    # As it goes on after a restart: if the loss was not committed, it is seen that there is no connection.
    await run(store_url, there, "starting", "never-connected")
    causes = [event.cause for event in await log_of(store_url)]
    assert causes.count(Cause.SESSION_TIMEOUT) == (1 if point in AFTER_COMMIT else 0)
    assert causes.count(Cause.NEVER_CONNECTED) == 1
    assert len(there.hits) == 1 + TOLD_BEFORE.get(point, 0)
    assert len(set(ids(there, "cluster.lost"))) == 1
    assert len({hit.body for hit in there.hits}) == 1
    assert all(hit.is_signed_with(b"key") for hit in there.hits)


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("point", [*BEFORE_COMMIT, *AFTER_COMMIT])
async def test_a_recovery_is_told_wherever_zkdash_is_killed(store_url: str, there: Receiver, point: str) -> None:
    await run(store_url, there, "lost")
    await run(store_url, there, "connected", crash_at=point)
    await run(store_url, there, "starting", "connected")
    causes = [event.cause for event in await log_of(store_url)]
    assert causes.count(Cause.CONNECTED) == (2 if point in AFTER_COMMIT else 1)
    assert len(ids(there, "cluster.lost")) == 1
    recovered = ids(there, "cluster.recovered")
    assert len(recovered) == 1 + TOLD_BEFORE.get(point, 0)
    assert len(set(recovered)) == 1
