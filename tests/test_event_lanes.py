"""Lanes from the log, over restarts and odd clocks."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text

from tests.support.bus import Bus
from tests.support.clock import Clock
from tests.support.history import record
from tests.support.observations import T0, connected, lost, starting, suspended
from tests.support.until import until
from zkdash.store import events as event_rows
from zkdash.store.engine import Store
from zkdash.timeline.segments import Segment
from zkdash.timeline.service import EventService
from zkdash.zookeeper.states import State


@pytest.fixture
def clock() -> Clock:
    return Clock(T0)


@pytest.fixture
async def bus() -> Bus:
    return Bus("Event.recorded!", "History.trouble!")


@pytest.fixture
async def service(bus: Bus, store: Store, clock: Clock) -> AsyncIterator[EventService]:
    one = EventService(bus, store, now=clock.now, later=clock.later)
    await one.start()
    yield one
    await one.stop()


async def test_lanes_join_what_one_process_saw_and_leave_out_what_none_did(
    bus: Bus, store: Store, clock: Clock
) -> None:
    first = EventService(bus, store, now=clock.now, later=clock.later)
    await first.start()
    await record(first, starting("a", T0), connected("a", T0 + 10), connected("b", T0 + 10))
    clock.advance(5)  # a sign of life
    await until(lambda: clock.timers)
    clock.advance(1)
    await first.stop()
    clock.advance(100)
    second = EventService(bus, store, now=clock.now, later=clock.later)
    await second.start()
    started = clock.now()
    (_, _, _, again, up) = [
        *(await first.find(after=0)),
        *await record(second, starting("a", started), connected("a", started + 20)),
    ]
    clock.advance(1000)
    lanes = await second.lanes(["a", "b", "c"], T0 + 5, clock.now() + 60_000)
    await second.stop()
    assert lanes["a"] == (
        Segment(State.LOST, T0 + 5, T0 + 10, 1),
        Segment(State.CONNECTED, T0 + 10, T0 + 6000, 2),
        Segment(None, T0 + 6000, started),
        Segment(State.LOST, started, started + 20, again.id),
        Segment(State.CONNECTED, started + 20, clock.now(), up.id),
    )
    assert lanes["b"][1:] == (Segment(State.CONNECTED, T0 + 10, T0 + 6000, 3), Segment(None, T0 + 6000, clock.now()))
    assert lanes["c"] == (Segment(None, T0 + 5, clock.now()),)


async def test_a_lane_knows_what_was_last_seen_long_before_its_range(service: EventService, clock: Clock) -> None:
    await record(service, starting("a"), connected("a", T0 + 1), connected("b", T0 + 1), suspended("b", T0 + 2))
    clock.advance(100_000)
    assert await service.lanes(["a", "b"], clock.now() - 1000, clock.now()) == {
        "a": (Segment(State.CONNECTED, clock.now() - 1000, clock.now(), 2),),
        "b": (Segment(State.SUSPENDED, clock.now() - 1000, clock.now(), 4),),
    }
    assert await service.lanes([], 0, clock.now()) == {}
    assert await service.lanes(["a"], clock.now(), T0) == {"a": ()}


async def test_while_the_log_cannot_be_written_lanes_end_with_what_is_in_it(
    service: EventService, store: Store, clock: Clock
) -> None:
    await record(service, connected("a"))
    async with store.begin() as connection:
        await connection.execute(text("ALTER TABLE runs RENAME TO elsewhere"))
    service.record(lost("a"))
    await until(lambda: service.trouble)
    async with store.begin() as connection:
        await connection.execute(text("ALTER TABLE elsewhere RENAME TO runs"))
    clock.at += 60_000
    assert await service.lanes(["a"], T0, clock.now()) == {"a": (Segment(None, T0, clock.now()),)}


async def test_a_clock_that_is_set_back_breaks_no_lane(service: EventService, clock: Clock) -> None:
    await record(service, connected("a"))
    clock.at -= 3_600_000
    await record(service, lost("a", clock.now()))
    clock.at += 1000
    lanes = await service.lanes(["a"], clock.now() - 2000, clock.now() + 2000)
    assert lanes["a"] == (
        Segment(None, clock.now() - 2000, clock.now() - 1000),
        Segment(State.LOST, clock.now() - 1000, clock.now(), 2),
    )


async def test_thousands_of_events_make_lanes(service: EventService, store: Store, clock: Clock) -> None:
    clusters = [f"cluster-{number}" for number in range(50)]
    await record(service, *(connected(name) for name in clusters))
    rows = [
        {"run_id": 1, "seq": 1000 + n, "cluster": clusters[n % 50], "at": T0 - 5_000 + n, "kind": "state"}
        | {"cause": "connected", "from_state": None, "to_state": "CONNECTED", "reason": ""}
        | {"session_id": None, "server": None, "lasted_ms": None}
        for n in range(5_000)
    ]
    async with store.begin() as connection:
        await event_rows.add(connection, rows)
    clock.at += 1000
    lanes = await service.lanes(clusters, T0 - 2000, T0 + 1000)
    assert set(lanes) == set(clusters)
    assert {lane[-1].state for lane in lanes.values()} == {State.CONNECTED}
    assert {lane[-1].end for lane in lanes.values()} == {T0 + 1000}
