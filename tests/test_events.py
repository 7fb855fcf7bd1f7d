"""The log: in order, complete, in few transactions, and not lost while the store fails."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy import text

from tests.support.bus import Bus
from tests.support.clock import Clock
from tests.support.health import troubles
from tests.support.history import record
from tests.support.observations import T0, connected, lost, notice, starting, suspended
from tests.support.stores import PostgreSQL
from tests.support.until import until
from zkdash.config import StoreConfig
from zkdash.store.engine import Store, StoreUnavailable
from zkdash.store.rows import Connection
from zkdash.timeline.event import Event
from zkdash.timeline.service import EventService
from zkdash.zookeeper.states import Cause, Kind, State

DAY_MS = 86_400_000


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


@asynccontextmanager
async def broken(store: Store) -> AsyncIterator[None]:
    """While this lasts the tables of the store are gone."""
    async with store.begin() as connection:
        await connection.execute(text("ALTER TABLE events RENAME TO elsewhere"))
    yield
    async with store.begin() as connection:
        await connection.execute(text("ALTER TABLE elsewhere RENAME TO events"))


async def test_what_a_container_publishes_is_recorded_and_said_after_the_commit(
    service: EventService, bus: Bus
) -> None:
    bus.observe(starting("a"))
    bus.observe(connected("a"))
    bus.observe(suspended("a"))
    bus.observe(lost("a"))
    bus.observe(notice("a", Cause.SESSION_EXPIRED))
    await until(lambda: len(bus.heard["Event.recorded!"]) == 5)
    said = bus.heard["Event.recorded!"]
    assert await service.find() == said[::-1]
    assert [event.id for event in said] == sorted({event.id for event in said})
    assert said[1] == Event(
        id=said[1].id,
        cluster="a",
        at=T0,
        kind=Kind.STATE,
        cause=Cause.CONNECTED,
        from_state=State.LOST,
        to_state=State.CONNECTED,
        session_id=-2,
        server="127.0.0.1:2181",
        lasted_ms=100,
    )


async def test_a_notice_tells_of_the_last_loss_of_its_cluster(service: EventService) -> None:
    first, other, second, late = await record(
        service, lost("a"), lost("b"), lost("a"), notice("a", Cause.SESSION_EXPIRED)
    )
    assert late.about == second.id
    assert await service.about(second.id) == [late]
    assert await service.about(first.id) == []
    assert (await service.get(late.id), await service.get(99_999)) == (late, None)
    (later,) = await record(service, notice("b", Cause.NEVER_CONNECTED))
    assert later.about == other.id


async def test_events_are_found_by_cluster_state_time_and_id(service: EventService) -> None:
    a1, b1, a2, a3 = await record(
        service, starting("a", T0), starting("b", T0 + 1), connected("a", T0 + 2), suspended("a", T0 + 3)
    )
    assert await service.find(clusters=["a"]) == [a3, a2, a1]
    assert await service.find(clusters=[]) == []
    assert await service.find(states=[State.LOST]) == [b1, a1]
    assert await service.find(since=T0 + 1, until=T0 + 3) == [a2, b1]
    assert await service.find(before=a2.id) == [b1, a1]
    assert await service.find(after=a1.id, limit=2) == [b1, a2]
    assert await service.find(limit=1) == [a3]


async def test_two_hundred_clusters_lost_at_once_take_few_transactions_and_hold_up_nothing(
    service: EventService, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    asyncio.get_running_loop().set_debug(True)
    commits: list[object] = []
    assert store._writer is not None
    sqlalchemy_event.listen(store._writer.sync_engine, "commit", commits.append)
    events = await record(service, *(lost(f"cluster-{number}") for number in range(200)))
    assert [event.cluster for event in events] == [f"cluster-{number}" for number in range(200)]
    assert len(commits) <= 3
    # 11 ms at most where nothing else runs; a busy machine may stop us at any place.
    assert troubles(caplog.text, slow_s=0.3) == []


async def test_a_consequence_is_written_in_the_transaction_of_its_event(service: EventService, store: Store) -> None:
    async def mark(connection: Connection, events: Sequence[Event]) -> None:
        for event in events:
            await connection.execute(text("UPDATE events SET reason = 'marked' WHERE id = :id"), {"id": event.id})

    service.consequences.append(mark)
    (event,) = await record(service, lost("a"))
    found = await service.get(event.id)
    assert found is not None
    assert found.reason == "marked"


async def test_while_the_store_fails_nothing_is_lost_and_the_trouble_is_told(
    service: EventService, bus: Bus, store: Store, clock: Clock
) -> None:
    async with broken(store):
        service.record(lost("a"))
        await until(lambda: service.trouble)
        service.record(connected("a"))
        service.record(lost("b"))
        assert service.trouble.startswith("The history can't be written since 2025-06-15T15:06:40.000Z: ")
        assert service.trouble.endswith("Waiting in memory: 3.")
        waits = []
        for _ in range(4):
            await until(lambda: clock.timers)
            waits += clock.waits_s()
            clock.advance(waits[-1])
            await until(lambda: clock.timers)
        assert waits == [1, 2, 4, 5]
    assert bus.heard["Event.recorded!"] == []
    clock.advance(5)
    await until(lambda: len(bus.heard["Event.recorded!"]) == 3)
    assert [event.cluster for event in await service.find(after=0)] == ["a", "a", "b"]
    assert service.trouble == ""
    assert len(bus.heard["History.trouble!"]) == 2


@pytest.mark.parametrize("store_url", ["postgresql"], indirect=True)
async def test_a_store_that_drops_its_connections_is_written_again(
    service: EventService, store: Store, postgresql: PostgreSQL
) -> None:
    await record(service, lost("a"))
    database = store.where.split()[3]
    postgresql.psql(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}'")  # noqa: S608 - our own name of a database
    await record(service, lost("b"))
    assert [event.cluster for event in await service.find(after=0)] == ["a", "b"]


async def test_a_commit_that_held_though_nobody_said_so_is_not_written_twice(
    service: EventService, store: Store, bus: Bus, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin = store.begin
    answers = [StoreUnavailable("the line broke after the commit")]

    @asynccontextmanager
    async def doubtful() -> AsyncIterator[Connection]:
        async with begin() as connection:
            yield connection
        if answers:
            raise answers.pop()

    monkeypatch.setattr(store, "begin", doubtful)
    service.record(lost("a"))
    service.record(lost("b"))
    await until(lambda: service.trouble)
    service.record(lost("c"))
    clock.advance(1)
    await until(lambda: len(bus.heard["Event.recorded!"]) == 3)
    assert [event.cluster for event in await service.find(after=0)] == ["a", "b", "c"]
    assert [event.cluster for event in bus.heard["Event.recorded!"]] == ["a", "b", "c"]


async def test_a_broken_consequence_holds_up_no_event_and_no_other_consequence(
    service: EventService, caplog: pytest.LogCaptureFixture
) -> None:
    seen: list[str] = []

    async def fail(connection: Connection, events: Sequence[Event]) -> None:
        for event in events:
            if event.cluster == "bad":
                raise ZeroDivisionError
            seen.append(event.cluster)

    service.consequences.append(fail)
    await record(service, lost("a"), lost("bad"), lost("c"))
    assert [event.cluster for event in await service.find(after=0)] == ["a", "bad", "c"]
    assert set(seen) == {"a", "c"}
    assert "could not be written with its consequences" in caplog.text


async def test_whatever_a_server_or_a_library_says_can_be_stored(service: EventService) -> None:
    odd = replace(lost("a", reason="\0 \ud800 <script> 🦓" + "x" * 10_000), session_id=2**64 - 2, server="\0:1")
    (event,) = await record(service, odd)
    assert event == await service.get(event.id)
    assert event.session_id == -2
    assert event.reason.startswith("\ufffd ? <script> 🦓x")


async def test_what_waits_at_the_end_is_still_written(bus: Bus, store: Store, clock: Clock) -> None:
    service = EventService(bus, store, now=clock.now, later=clock.later)
    await service.start()
    for number in range(1000):
        service.record(lost(f"cluster-{number}"))
    await service.stop()
    assert len(await service.find(limit=2000)) == 1000
    async with store.connect() as connection:
        assert await connection.scalar(text("SELECT stopped_at FROM runs")) == clock.now()


async def test_a_store_that_fails_at_the_end_does_not_hold_up_the_end(
    bus: Bus, store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("zkdash.timeline.service._STOP_DEADLINE_S", 0.1)
    service = EventService(bus, store)
    await service.start()
    async with broken(store):
        service.record(lost("a"))
        await until(lambda: service.trouble)
        await service.stop()
    assert "The end of the history could not be written." in caplog.text


# Housekeeping


async def test_old_events_go_but_never_the_last_of_a_cluster(service: EventService, bus: Bus, clock: Clock) -> None:
    bus.config = replace(bus.config, store=StoreConfig("", keep_events_days=2))
    old, last_of_a, last_of_b, young = await record(
        service, lost("b", T0 - 9 * DAY_MS), lost("a", T0 - 8 * DAY_MS), lost("b", T0 - 7 * DAY_MS), connected("c")
    )
    await service._on_housekeeping("Application.housekeeping!")
    assert await service.find(after=0) == [last_of_a, last_of_b, young]
    assert await service.get(old.id) is None


async def test_ids_are_never_given_twice(service: EventService, bus: Bus, store: Store) -> None:
    (first,) = await record(service, lost("a"))
    async with store.begin() as connection:
        await connection.execute(text("DELETE FROM events"))
    (second,) = await record(service, lost("a"))
    assert second.id > first.id


async def test_what_is_seen_closely_after_a_commit_shares_the_next_in_order(service: EventService, bus: Bus) -> None:
    transactions: list[list[str]] = []

    async def look(_connection: Connection, events: Sequence[Event]) -> None:
        transactions.append([event.cluster for event in events])

    service.consequences.append(look)
    bus.observe(starting("c0"))
    await until(lambda: len(bus.heard["Event.recorded!"]) == 1)
    for number in range(1, 6):
        bus.observe(starting(f"c{number}"))
        await asyncio.sleep(0)
    await until(lambda: len(bus.heard["Event.recorded!"]) == 6)
    assert [cluster for each in transactions for cluster in each] == [f"c{number}" for number in range(6)]
    assert transactions[0] == ["c0"]
    assert len(transactions) < 6
