"""A receiver that does not take what it is sent: tried again, later and later, over restarts, until it does."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.support.clock import Clock
from tests.support.house import House, house, route
from tests.support.observations import T0, connected, lost
from tests.support.receiver import Receiver, receiver, status
from tests.support.until import until
from zkdash.alerts.delivery import Delivery, DeliveryState
from zkdash.demo.loopback import free_port
from zkdash.store import deliveries as rows
from zkdash.store.engine import Store, StoreUnavailable

HOUR_MS, DAY_MS = 3_600_000, 86_400_000


@pytest.fixture
def clock() -> Clock:
    return Clock(T0)


@pytest.fixture
async def there() -> AsyncIterator[Receiver]:
    async with receiver() as one:
        yield one


async def tried_once(here: House) -> Delivery:
    """A cluster is lost, and its receiver has been told of it in vain."""
    await here.record(lost("a"))
    one = await here.tried(1)
    await here.rests()
    return one


async def test_it_is_tried_until_the_receiver_takes_it_with_one_id_and_one_body(
    store: Store, clock: Clock, there: Receiver
) -> None:
    there.script.extend([status(500), status(503), status(429), status(502), status(204)])
    async with house(store, clock, route(there, secret=b"key")) as here:
        await here.record(lost("a"))
        for tries, code, wait_ms in [(1, 500, 1000), (2, 503, 2000), (3, 429, 4000), (4, 502, 8000)]:
            one = await here.tried(tries)
            assert (one.state, one.tries, one.last_status) == (DeliveryState.OWED, tries, code)
            assert one.last_error.startswith(f"answered {code} ")
            assert one.next_try_at - clock.now() == wait_ms
            assert here.alerts.failing() == ["ops"]
            assert here.alerts.counts() == {"owed": 1, "sent": 0, "failed": 0, "dropped": 0}
            await here.rests()
            clock.advance(wait_ms / 1000)
        one = await here.tried(5)
        assert (one.state, one.tries, one.last_status, one.last_error) == (DeliveryState.SENT, 5, 204, "")
        assert here.alerts.failing() == []
    assert len(there.hits) == 5
    assert len({(hit.id, hit.body) for hit in there.hits}) == 1
    assert len({hit.headers["webhook-timestamp"] for hit in there.hits}) == 5
    assert all(hit.is_signed_with(b"key") for hit in there.hits)


async def test_what_is_refused_for_good_is_tried_slowly_a_few_times_and_then_given_up(
    store: Store, clock: Clock, there: Receiver
) -> None:
    there.otherwise = status(410)
    async with house(store, clock, route(there)) as here:
        await here.record(lost("a"))
        for tries, wait_s in enumerate((10, 60, 600, 3600), 1):
            one = await here.tried(tries)
            assert (one.state, one.refusals) == (DeliveryState.OWED, tries)
            assert one.next_try_at - clock.now() == wait_s * 1000
            await here.rests()
            clock.advance(wait_s)
        one = await here.tried(5)
        assert (one.state, one.last_status) == (DeliveryState.FAILED, 410)
        assert here.alerts.failing() == ["ops"]
        assert here.alerts.counts() == {"owed": 0, "sent": 0, "failed": 1, "dropped": 0}
        tries = await here.alerts.attempts(one.id)
        assert [(each.n, each.status) for each in tries] == [(n, 410) for n in range(1, 6)]

        there.otherwise = status(200)
        again = await here.alerts.resend(one.id, "me")
        assert again.id == one.id
        await until(lambda: here.alerts.counts()["sent"] == 1)
        assert here.alerts.failing() == []
        once_more = await here.alerts.resend(one.id, "me")
        assert once_more.id != one.id
        await until(lambda: here.alerts.counts()["sent"] == 2)
        assert there.hits[-1].id == once_more.id
        assert here.alerts.counts() == {"owed": 0, "sent": 2, "failed": 0, "dropped": 0}


async def test_nothing_is_tried_for_more_than_a_day(store: Store, clock: Clock, there: Receiver) -> None:
    there.otherwise = status(500)
    async with house(store, clock, route(there, repeat_interval_s=None)) as here:
        await here.record(lost("a"))
        assert (await here.tried(1)).state is DeliveryState.OWED
        await here.rests()
        clock.advance(86_400)
        assert (await here.tried(2)).state is DeliveryState.FAILED


async def test_a_receiver_is_left_alone_for_as_long_as_it_asks(store: Store, clock: Clock, there: Receiver) -> None:
    there.script.append(status(429, Retry_After="600"))
    async with house(store, clock, route(there)) as here:
        await here.record(lost("a"))
        assert (await here.tried(1)).next_try_at == T0 + 600_000
        await here.rests()
        clock.advance(599)
        await here.rests()
        assert len(there.hits) == 1
        clock.advance(1)
        await here.tried(2)


async def test_a_clock_that_is_set_back_a_little_makes_no_try_wait(store: Store, clock: Clock, there: Receiver) -> None:
    there.script.append(status(500))
    async with house(store, clock, route(there)) as here:
        await tried_once(here)
        clock.at -= 1_800_000
        here.alerts._sender.wake()
        assert (await here.tried(2)).state is DeliveryState.SENT


async def test_a_clock_that_was_set_back_while_zkdash_was_dead_makes_no_try_wait(
    store: Store, clock: Clock, there: Receiver
) -> None:
    there.script.append(status(500))
    async with house(store, clock, route(there)) as here:
        await tried_once(here)
    clock.at -= 1_800_000
    async with house(store, clock, route(there)) as here:
        assert (await here.tried(1)).state is DeliveryState.SENT


async def test_an_outcome_that_is_written_after_the_clock_was_set_back_makes_no_try_wait(
    store: Store, clock: Clock, there: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    there.script.append(status(500))
    async with house(store, clock, route(there)) as here:
        with monkeypatch.context() as patch:
            patch.setattr(rows, "tried", is_locked)
            clock.at += HOUR_MS
            await here.record(lost("a"))
            await until(
                lambda: len(there.hits) == 1 and clock.waits_s()[:1] == [2.0], what="a try that can't be written"
            )
            again = min((timer for timer in clock.timers if not timer.cancelled), key=lambda timer: timer.at_ms)
            clock.at -= HOUR_MS
            here.alerts.clock_was_set(-HOUR_MS)
        again.at_ms = clock.at  # it waits by the monotonic clock
        clock.advance(2)
        assert (await here.tried(1)).next_try_at == clock.at + 1000


async def is_locked(*_: object) -> None:
    raise StoreUnavailable("database is locked")


async def test_who_never_looked_while_the_clock_was_ahead_is_told_that_it_was_set_back(
    store: Store, clock: Clock, there: Receiver
) -> None:
    there.script.append(status(500))
    async with house(store, clock, route(there)) as here:
        one = await tried_once(here)
        async with store.begin() as connection:  # as a dispatcher would have that was kept waiting
            await rows.owe_again(connection, one.id, clock.at + HOUR_MS)
        here.alerts._sender.wake()
        await here.rests()
        assert len(there.hits) == 1
        here.alerts.clock_was_set(-HOUR_MS)
        assert (await here.tried(2)).state is DeliveryState.SENT


async def test_a_recovery_never_overtakes_its_loss(store: Store, clock: Clock, there: Receiver) -> None:
    there.script.extend([status(500), status(500)])
    async with house(store, clock, route(there)) as here:
        await here.record(lost("a"), connected("a"))
        await here.tried(1)
        await here.rests()
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
        await tried_once(here)
        clock.at += 500
        for _ in range(2):
            await here.alerts.send_test("ops", "me")
        await here.tried(3)
        await until(lambda: 0.5 in clock.waits_s())
        clock.advance(0.5)
        await here.tried(6)
    assert [hit.json()["type"] for hit in there.hits[3:]] == ["cluster.lost", "test", "test"]


async def test_a_receiver_that_asked_to_be_left_alone_is_not_hurried(
    store: Store, clock: Clock, there: Receiver
) -> None:
    there.script.extend([status(429), status(429)])
    async with house(store, clock, route(there)) as here:
        await tried_once(here)
        clock.at += 500
        await here.alerts.send_test("ops", "me")
        await here.tried(2)
        await until(lambda: 0.5 in clock.waits_s())
        clock.advance(0.5)
        await here.tried(3)
        await until(lambda: 0.5 in clock.waits_s())
        assert len(there.hits) == 3


async def test_what_is_owed_survives_the_process(store: Store, clock: Clock) -> None:
    port = free_port()
    async with house(store, clock, route(f"http://127.0.0.1:{port}/hook")) as here:
        await here.record(lost("a"))
        one = await here.tried(1)
        assert (one.last_error, one.last_status) == (f"can't connect to 127.0.0.1:{port}: connection refused", None)
    clock.at += 3_600_000
    async with receiver(port) as there, house(store, clock, route(there)) as here:
        assert here.alerts.counts() == {"owed": 1, "sent": 0, "failed": 0, "dropped": 0}
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
        assert here.alerts.counts() == {"owed": 1, "sent": 0, "failed": 0, "dropped": 1}


async def test_a_reload_sends_what_is_owed_to_the_new_address(store: Store, clock: Clock, there: Receiver) -> None:
    async with house(store, clock, route(f"http://127.0.0.1:{free_port()}/")) as here:
        await tried_once(here)
        here.alerts.reload((route(there),))
        clock.advance(1)
        assert (await here.tried(2)).state is DeliveryState.SENT
