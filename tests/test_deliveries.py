"""From an event to the receiver: nothing owed is forgotten, nothing overtakes, and people can see how it stands."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from types import SimpleNamespace

import pytest
from sqlalchemy import text

from tests.support.bus import Bus
from tests.support.clock import Clock
from tests.support.observations import T0, connected, lost, notice, starting, suspended
from tests.support.receiver import Receiver, receiver, slow, status
from tests.support.until import until
from zkdash.alerts.incident import Delivery, DeliveryState, What
from zkdash.alerts.sender import PER_ROUTE
from zkdash.alerts.service import AlertService
from zkdash.config import AlertConfig, StoreConfig
from zkdash.demo.loopback import free_port
from zkdash.store.engine import Store, StoreUnavailable
from zkdash.store.rows import Connection
from zkdash.timeline.service import EventService
from zkdash.zookeeper.states import Cause, Observation

DAY_MS = 86_400_000


class House:
    """The services around one store, as the application starts and stops them; its clock stands still."""

    def __init__(self, store: Store, clock: Clock, *routes: AlertConfig) -> None:
        self.store = store
        self.clock = clock
        self.routes = routes
        self.bus = Bus("Event.recorded!", "Delivery.changed!", alerts=routes, public_url="https://zkdash.example")

    async def start(self) -> None:
        times = {"now": self.clock.now, "later": self.clock.later}
        self.events = EventService(self.bus, self.store, **times)
        await self.events.start()
        self.alerts = AlertService(self.bus, self.store, self.events, self.routes, chance=lambda: 0.5, **times)
        await self.alerts.start()

    async def stop(self) -> None:
        await self.alerts.stop()
        await self.events.stop()

    async def record(self, *observations: Observation) -> None:
        before = len(self.bus.heard["Event.recorded!"])
        for observation in observations:
            self.events.record(observation)
        await until(lambda: len(self.bus.heard["Event.recorded!"]) == before + len(observations))

    def changes(self) -> list[tuple[What, DeliveryState, int]]:
        """(what, state, tries) of each "Delivery.changed!"."""
        return [(one.what, one.state, one.tries) for one in self.bus.heard["Delivery.changed!"]]

    async def tried(self, times: int) -> Delivery:
        """Wait until so many tries are on record; gives the delivery that was tried last."""

        def tries() -> list[Delivery]:
            return [one for one in self.bus.heard["Delivery.changed!"] if one.tries]

        await until(lambda: len(tries()) >= times, what=f"{times} tries")
        return tries()[-1]


@pytest.fixture
def clock() -> Clock:
    return Clock(T0)


@pytest.fixture
async def there() -> AsyncIterator[Receiver]:
    async with receiver() as one:
        yield one


@asynccontextmanager
async def house(store: Store, clock: Clock, *routes: AlertConfig) -> AsyncIterator[House]:
    one = House(store, clock, *routes)
    await one.start()
    try:
        yield one
    finally:
        await one.stop()


def route(there: Receiver | str, name: str = "ops", **more: object) -> AlertConfig:
    url = there if isinstance(there, str) else there.url
    return replace(AlertConfig(name, "webhook", url), **more)


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
        assert here.alerts.counts() == {"owed": 0, "sent": 2, "dropped": 0}
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
        await here.record(lost("a"), connected("a"), lost("b1"))
        await here.tried(5)
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
        await here.record(lost("a"), lost("gone"))
        await here.tried(2)
    assert {hit.json()["data"]["label"] for hit in there.hits} == {"Orders (DC 1)", "gone"}


async def test_it_is_tried_until_the_receiver_takes_it_with_one_id_and_one_body(
    store: Store, clock: Clock, there: Receiver
) -> None:
    there.script.extend([status(500), status(503), status(410), status(302, Location="/x"), status(204)])
    async with house(store, clock, route(there, secret=b"key")) as here:
        await here.record(lost("a"))
        for tries, code, wait_ms in [(1, 500, 1000), (2, 503, 2000), (3, 410, 4000), (4, 302, 8000)]:
            one = await here.tried(tries)
            assert (one.state, one.tries, one.last_status) == (DeliveryState.OWED, tries, code)
            assert one.last_error.startswith(f"answered {code} ")
            assert one.next_try_at - clock.now() == wait_ms
            assert here.alerts.failing() == ["ops"]
            assert here.alerts.counts() == {"owed": 1, "sent": 0, "dropped": 0}
            await until(lambda wait_s=wait_ms / 1000: wait_s in clock.waits_s())
            clock.advance(wait_ms / 1000)
        one = await here.tried(5)
        assert (one.state, one.tries, one.last_status, one.last_error) == (DeliveryState.SENT, 5, 204, "")
        assert here.alerts.failing() == []
    assert len(there.hits) == 5
    assert len({(hit.id, hit.body) for hit in there.hits}) == 1
    assert len({hit.headers["webhook-timestamp"] for hit in there.hits}) == 5
    assert all(hit.is_signed_with(b"key") for hit in there.hits)


async def test_a_receiver_is_left_alone_for_as_long_as_it_asks(store: Store, clock: Clock, there: Receiver) -> None:
    there.script.append(status(429, Retry_After="600"))
    async with house(store, clock, route(there)) as here:
        await here.record(lost("a"))
        assert (await here.tried(1)).next_try_at == T0 + 600_000
        await until(lambda: 60 in clock.waits_s())  # it looks at the clock each minute
        clock.advance(599)
        await until(lambda: 1 in clock.waits_s())
        assert len(there.hits) == 1
        clock.advance(1)
        await here.tried(2)


async def test_a_recovery_never_overtakes_its_loss(store: Store, clock: Clock, there: Receiver) -> None:
    there.script.extend([status(500), status(500)])
    async with house(store, clock, route(there)) as here:
        await here.record(lost("a"), connected("a"))
        await here.tried(1)
        await until(lambda: 1 in clock.waits_s())
        clock.advance(1)
        await here.tried(2)
        await until(lambda: 2 in clock.waits_s())
        clock.advance(2)
        await here.tried(4)
    assert [what for _, what in there.whats] == ["cluster.lost"] * 3 + ["cluster.recovered"]


async def test_a_receiver_that_is_back_gets_all_that_it_is_owed_at_once(
    store: Store, clock: Clock, there: Receiver
) -> None:
    there.script.extend([status(500)] * 3)
    async with house(store, clock, route(there)) as here:
        await here.record(lost("a"))
        await here.tried(1)
        await until(lambda: 1 in clock.waits_s())
        clock.at += 500
        await here.record(lost("b"), lost("c"))
        await here.tried(3)
        clock.advance(0.5)
        await here.tried(6)
    assert there.whats[3:4] == [("a", "cluster.lost")]
    assert sorted(there.whats[4:]) == [("b", "cluster.lost"), ("c", "cluster.lost")]


async def test_a_receiver_that_asked_to_be_left_alone_is_not_hurried(
    store: Store, clock: Clock, there: Receiver
) -> None:
    there.script.extend([status(429), status(429)])
    async with house(store, clock, route(there)) as here:
        await here.record(lost("a"))
        await here.tried(1)
        await until(lambda: 1 in clock.waits_s())
        clock.at += 500
        await here.record(lost("b"))
        await here.tried(2)
        clock.advance(0.5)
        await here.tried(3)
        await until(lambda: 0.5 in clock.waits_s())
        assert len(there.hits) == 3


async def test_a_slow_receiver_holds_up_no_other(store: Store, clock: Clock, there: Receiver) -> None:
    never = asyncio.Event()
    async with receiver() as sick, house(store, clock, route(sick, "sick"), route(there, "well")) as here:
        sick.otherwise = slow(never)
        await here.record(*(lost(f"cluster-{number}") for number in range(40)))
        await until(lambda: len(there.hits) == 40)
        await until(lambda: len(sick.hits) == PER_ROUTE)
        assert here.alerts.counts()["owed"] >= 40
        never.set()
        await until(lambda: len(sick.hits) == 40)
        await here.tried(80)


async def test_the_first_byte_leaves_within_250_ms(store: Store, there: Receiver) -> None:
    bus = Bus("Delivery.changed!")
    events = EventService(bus, store)
    await events.start()
    alerts = AlertService(bus, store, events, (route(there),))
    await alerts.start()
    loop, took = asyncio.get_running_loop(), []
    for number in range(5):
        decided = loop.time()
        bus.observe(lost(f"cluster-{number}"))
        await until(lambda count=number + 1: len(there.hits) == count)
        took.append(there.hits[-1].at - decided)
    await alerts.stop()
    await events.stop()
    assert min(took) < 0.25


async def test_what_is_owed_survives_the_process(store: Store, clock: Clock) -> None:
    port = free_port()
    async with house(store, clock, route(f"http://127.0.0.1:{port}/hook")) as here:
        await here.record(lost("a"))
        one = await here.tried(1)
        assert (one.last_error, one.last_status) == (f"can't connect to 127.0.0.1:{port}: connection refused", None)
    clock.at += 3_600_000
    async with receiver(port) as there, house(store, clock, route(there)) as here:
        assert here.alerts.counts() == {"owed": 1, "sent": 0, "dropped": 0}
        assert here.alerts.failing() == ["ops"]
        assert (await here.tried(1)).tries == 2
        assert [hit.id for hit in there.hits] == [one.id]
        assert here.alerts.failing() == []


async def test_a_clock_that_was_set_back_a_day_makes_nobody_wait_a_day(
    store: Store, clock: Clock, there: Receiver
) -> None:
    there.script.append(status(500))
    async with house(store, clock, route(there)) as here:
        await here.record(lost("a"))
        await here.tried(1)
        clock.at -= DAY_MS
        here.alerts._sender.wake()
        assert (await here.tried(2)).state is DeliveryState.SENT


async def test_what_is_owed_to_a_route_that_is_gone_is_dropped_with_the_reason(
    store: Store, clock: Clock, there: Receiver
) -> None:
    there.otherwise = status(500)
    async with house(store, clock, route(there), route(there, "other")) as here:
        await here.record(lost("a"))
        await here.tried(2)
        here.alerts.reload((route(there, "other"),))
        await until(lambda: here.alerts.counts()["dropped"] == 1)
        dropped = here.bus.heard["Delivery.changed!"][-1]
        assert (dropped.route, dropped.state) == ("ops", DeliveryState.DROPPED)
        assert dropped.last_error == "its alert is no longer configured"
        assert here.alerts.failing() == ["other"]
        assert here.alerts.counts() == {"owed": 1, "sent": 0, "dropped": 1}


async def test_a_reload_sends_what_is_owed_to_the_new_address(store: Store, clock: Clock, there: Receiver) -> None:
    async with house(store, clock, route(f"http://127.0.0.1:{free_port()}/")) as here:
        await here.record(lost("a"))
        await here.tried(1)
        here.alerts.reload((route(there),))
        clock.advance(1)
        assert (await here.tried(2)).state is DeliveryState.SENT


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
        await until(lambda: 60 in clock.waits_s(), what="the sender at rest")
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
        await here.record(lost("done"), connected("done"), lost("open"))
        await here.tried(3)
        there.otherwise = status(500)
        await here.record(lost("failing"))
        await here.tried(4)
        clock.at += 3 * DAY_MS
        await here.alerts._on_housekeeping("Application.housekeeping!")
        (kept,) = await here.alerts.deliveries()
        assert kept.cluster == "failing"
        assert here.alerts.counts() == {"owed": 1, "sent": 0, "dropped": 0}
        assert len(await here.alerts.incidents()) == 3
        clock.at += 2 * DAY_MS
        await here.alerts._on_housekeeping("Application.housekeeping!")
        await here.events._on_housekeeping("Application.housekeeping!")
        assert {incident.cluster for incident in await here.alerts.incidents()} == {"open", "failing"}
        assert [event.cluster for event in await here.events.find(after=0)] == ["done", "open", "failing"]
