"""From an event to the receiver: nothing owed is forgotten, nothing overtakes, and people can see how it stands."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from types import SimpleNamespace

import pytest
from sqlalchemy import text

from tests.support.clock import Clock
from tests.support.house import house, route
from tests.support.observations import T0, connected, lost, notice, starting, suspended
from tests.support.receiver import Receiver, receiver, slow, status
from tests.support.until import until
from zkdash.alerts.delivery import DeliveryState, What
from zkdash.alerts.sender import PER_ROUTE
from zkdash.alerts.service import CLOSE_AGAIN_S
from zkdash.config import StoreConfig
from zkdash.store.engine import Store, StoreUnavailable
from zkdash.store.rows import Connection
from zkdash.zookeeper.states import Cause

DAY_MS = 86_400_000


@pytest.fixture
def clock() -> Clock:
    return Clock(T0)


@pytest.fixture
async def there() -> AsyncIterator[Receiver]:
    async with receiver() as one:
        yield one


async def test_a_loss_and_its_recovery_are_told_once_each(store: Store, clock: Clock, there: Receiver) -> None:
    async with house(store, clock, route(there, secret=b"key")) as here:
        await here.record(starting("a"), connected("a"), suspended("a"))
        await here.record(lost("a", reason="refused"), notice("a", Cause.SESSION_EXPIRED))
        await here.tried(1)
        (incident,) = await here.alerts.incidents(open_only=True)
        assert (incident.cluster, incident.rule, incident.cause, incident.reason, incident.is_open) == (
            "a", "lost", Cause.SESSION_TIMEOUT, "refused", True
        )  # fmt: skip
        clock.at += 42_000
        await here.record(connected("a", clock.now()))
        await here.tried(2)
        assert await here.alerts.incidents(open_only=True) == []
        (incident,) = await here.alerts.incidents()
        assert (incident.resolved_at, incident.resolved_event_id) == (clock.now(), 6)
        assert there.whats == [("a", "cluster.lost"), ("a", "cluster.recovered")]
        assert all(hit.is_signed_with(b"key") for hit in there.hits)
        assert there.hits[1].json()["data"]["lasted_ms"] == 42_000
        assert there.hits[1].json()["data"]["url"] == "https://zkdash.example/timeline/events/6"
        recovered, told = await here.alerts.deliveries()
        assert (told.id, recovered.id) == (there.hits[0].id, there.hits[1].id)
        assert (told.what, told.state, told.tries, told.last_status, told.sent_at) == (
            What.LOST, DeliveryState.SENT, 1, 200, T0
        )  # fmt: skip
        assert await here.alerts.deliveries(event=6) == [recovered]
        assert len(await here.alerts.deliveries(incident=incident.id)) == 2
        assert await here.alerts.deliveries(incident=99) == []
        assert here.alerts.counts() == {"owed": 0, "sent": 2, "failed": 0, "dropped": 0}
        assert here.changes()[:2] == [(What.LOST, DeliveryState.OWED, 0), (What.LOST, DeliveryState.SENT, 1)]


async def test_a_cluster_that_never_answered_is_told_once_over_many_restarts(
    store: Store, clock: Clock, there: Receiver
) -> None:
    for _ in range(3):
        async with house(store, clock, route(there)) as here:
            await here.record(starting("a"), notice("a", Cause.NEVER_CONNECTED), notice("a", Cause.AUTH_FAILED))
            await until(lambda: there.hits)
            await here.record(lost("a", cause=Cause.STOPPED))
    async with house(store, clock, route(there)) as here:
        await here.record(connected("a"))
        await until(lambda: len(there.hits) == 2)
    assert there.whats == [("a", "cluster.lost"), ("a", "cluster.recovered")]


async def test_each_route_is_told_what_it_asked_for(store: Store, clock: Clock, there: Receiver) -> None:
    routes = [
        route(there.url + "/all", "all"),
        route(there.url + "/lost", "lost", on=frozenset({"LOST"})),
        route(there.url + "/b", "only-b", clusters=("b*",)),
    ]
    async with house(store, clock, *routes) as here:
        await here.record(lost("a"), connected("a"))
        await here.tried(3)
        clock.advance(1)
        await here.record(lost("b1"))
        await here.tried(6)
    assert sorted((hit.path, hit.json()["data"]["cluster"], hit.json()["type"]) for hit in there.hits) == [
        ("/hook/all", "a", "cluster.lost"),
        ("/hook/all", "a", "cluster.recovered"),
        ("/hook/all", "b1", "cluster.lost"),
        ("/hook/b", "b1", "cluster.lost"),
        ("/hook/lost", "a", "cluster.lost"),
        ("/hook/lost", "b1", "cluster.lost"),
    ]


async def test_the_label_of_a_cluster_is_told(store: Store, clock: Clock, there: Receiver) -> None:
    async with house(store, clock, route(there)) as here:
        here.bus.clusters = {"a": SimpleNamespace(label="Orders (DC 1)")}
        await here.record(lost("a"))
        await here.tried(1)
        clock.advance(1)
        await here.record(lost("gone"))
        await here.tried(2)
    assert {hit.json()["data"]["label"] for hit in there.hits} == {"Orders (DC 1)", "gone"}


async def test_a_slow_receiver_holds_up_no_other(store: Store, clock: Clock, there: Receiver) -> None:
    never = asyncio.Event()
    async with receiver() as sick, house(store, clock, route(sick, "sick"), route(there, "well")) as here:
        sick.otherwise = slow(never)
        for number in range(40):
            await here.record(lost(f"cluster-{number}"))
            await until(lambda number=number: len(there.hits) == number + 1)
            clock.advance(5)
        await until(lambda: len(sick.hits) == PER_ROUTE)
        assert here.alerts.counts()["owed"] >= 40 - PER_ROUTE
        never.set()
        await until(lambda: len(sick.hits) == 40)
        await here.tried(80)


async def test_what_is_open_of_a_cluster_that_is_not_watched_any_more_is_closed(
    store: Store, clock: Clock, there: Receiver
) -> None:
    async with house(store, clock, route(there)) as here:
        await here.record(starting("gone"), connected("gone"), suspended("gone"), lost("gone"))
        await here.tried(1)
        clock.advance(1)
        await here.record(starting("kept"), connected("kept"), suspended("kept"), lost("kept"))
        await here.tried(2)
        await here.alerts.watch_only(["kept"])
        assert [incident.cluster for incident in await here.alerts.incidents(open_only=True)] == ["kept"]
        (closed,) = [one for one in await here.alerts.incidents() if one.cluster == "gone"]
        assert (closed.resolved_at, closed.resolved_event_id) == (clock.now(), None)
        assert here.alerts.counts()["owed"] == 0


async def test_what_could_not_be_closed_for_a_locked_store_is_closed_when_it_opens(
    store: Store, clock: Clock, there: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = []

    @asynccontextmanager
    async def locked() -> AsyncIterator[Connection]:
        tries.append(clock.now())
        raise StoreUnavailable("database is locked")
        yield

    async with house(store, clock, route(there)) as here:
        await here.record(starting("gone"), connected("gone"), suspended("gone"), lost("gone"))
        await here.tried(1)
        await here.rests()
        with monkeypatch.context() as patched:
            patched.setattr(store, "begin", locked)
            await here.alerts.watch_only(["kept"])
            before = len(tries)
            clock.advance(CLOSE_AGAIN_S)
            await until(lambda: len(tries) > before)
        assert [incident.cluster for incident in await here.alerts.incidents(open_only=True)] == ["gone"]
        clock.advance(CLOSE_AGAIN_S)
        assert here.alerts._closing is not None
        await here.alerts._closing
        assert await here.alerts.incidents(open_only=True) == []


async def test_a_transaction_that_fails_owes_nothing(
    store: Store, clock: Clock, there: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin, fails = store.begin, [True]

    @asynccontextmanager
    async def failing() -> AsyncIterator[Connection]:
        async with begin() as connection:
            yield connection
            if fails:
                fails.pop()
                raise StoreUnavailable("the line broke before the commit")

    async with house(store, clock, route(there)) as here:
        await here.rests()
        monkeypatch.setattr(store, "begin", failing)
        here.events.record(lost("a"))
        await until(lambda: here.events.trouble)
        assert await here.alerts.incidents() == []
        assert await here.alerts.deliveries() == []
        await until(lambda: 1 in clock.waits_s())
        clock.advance(1)
        await here.tried(1)
        assert len(here.changes()) == 2
        assert len(there.hits) == 1


async def test_a_try_whose_outcome_cannot_be_written_is_not_repeated_until_it_is(
    store: Store, clock: Clock, there: Receiver
) -> None:
    answer = asyncio.Event()
    there.script.append(slow(answer))
    async with house(store, clock, route(there)) as here:
        await here.record(lost("a"))
        await until(lambda: there.hits)
        async with store.begin() as connection:
            await connection.execute(text("ALTER TABLE deliveries RENAME TO elsewhere"))
        answer.set()
        await until(lambda: 2 in clock.waits_s())
        async with store.begin() as connection:
            await connection.execute(text("ALTER TABLE elsewhere RENAME TO deliveries"))
        clock.advance(2)
        assert (await here.tried(1)).state is DeliveryState.SENT
    assert len(there.hits) == 1


async def test_old_deliveries_go_but_not_what_is_owed_or_open(store: Store, clock: Clock, there: Receiver) -> None:
    async with house(store, clock, route(there)) as here:
        here.bus.config = replace(here.bus.config, store=StoreConfig("", keep_events_days=4, keep_deliveries_days=2))
        await here.record(lost("done"), connected("done"))
        await here.tried(2)
        await here.rests()
        clock.advance(5)
        await here.record(lost("open"))
        await here.tried(3)
        await here.rests()
        clock.advance(5)
        there.otherwise = status(500)
        await here.record(lost("failing"))
        await here.tried(4)
        await here.rests()
        clock.at += 3 * DAY_MS
        await here.alerts._on_housekeeping("Application.housekeeping!")
        (kept,) = await here.alerts.deliveries()
        assert kept.cluster == "failing"
        assert here.alerts.counts() == {"owed": 1, "sent": 0, "failed": 0, "dropped": 0}
        assert len(await here.alerts.incidents()) == 3
        clock.at += 2 * DAY_MS
        await here.alerts._on_housekeeping("Application.housekeeping!")
        await here.events._on_housekeeping("Application.housekeeping!")
        assert {incident.cluster for incident in await here.alerts.incidents()} == {"open", "failing"}
        assert [event.cluster for event in await here.events.find(after=0)] == ["done", "open", "failing"]
