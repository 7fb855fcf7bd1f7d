"""What people do about incidents, and what changes under them: acknowledging, silences, tests, reloads, restarts."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace

import pytest

from tests.support.clock import Clock
from tests.support.house import House, house, route
from tests.support.observations import T0, connected, lost, notice, starting, suspended
from tests.support.past import rule
from tests.support.receiver import Receiver, receiver
from tests.support.until import until
from zkdash.alerts.delivery import DeliveryKind, DeliveryState
from zkdash.alerts.notification import Notification, NotificationState
from zkdash.alerts.silence import Matchers, SilenceDraft
from zkdash.config import SilenceConfig
from zkdash.store.engine import Store
from zkdash.zookeeper.states import Cause

HOUR_S = 3600
EVERYTHING = frozenset({"*"})
ONE_ENGINE = pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
"""What asks nothing of the store that another test does not ask of both."""


@pytest.fixture
def clock() -> Clock:
    return Clock(T0)


@pytest.fixture
async def there() -> AsyncIterator[Receiver]:
    async with receiver() as one:
        yield one


async def told(here: House, incident_id: int = 1) -> dict[str, Notification]:
    return {one.route: one for one in await here.alerts.notifications(incident_id)}


async def until_asleep(here: House) -> None:
    """Until there is nothing to tell before the clock moves."""
    await until(lambda: here.alerts._dispatcher.resting)


async def test_an_acknowledgement_is_noted_and_stops_repeats(store: Store, clock: Clock, there: Receiver) -> None:
    async with house(store, clock, route(there)) as here:
        await here.record(lost("a"))
        await here.tried(1)
        incident = await here.alerts.acknowledge(1, "ada", "on it")
        assert (incident.acknowledged_at, incident.acknowledged_by, incident.acknowledged_note) == (T0, "ada", "on it")
        await until_asleep(here)
        clock.advance(5 * HOUR_S)
        await until_asleep(here)
        assert (await told(here))["ops"].why == "acknowledged by ada"
        assert len(there.hits) == 1
        await here.alerts.unacknowledge(1, "ada")
        await here.tried(2)
        assert there.hits[1].json()["data"]["kind"] == "repeat"
        for incident_id, by in ((99, "ada"), (1, "")):
            with pytest.raises((LookupError, ValueError)):
                await here.alerts.acknowledge(incident_id, by)


async def test_a_silence_keeps_back_and_lists_what_it_kept_back(store: Store, clock: Clock, there: Receiver) -> None:
    async with house(store, clock, route(there)) as here:
        draft = SilenceDraft(Matchers(clusters=("a*",)), "upgrade", "ada", ends_at=T0 + 600_000)
        silence = await here.alerts.add_silence(draft)
        assert await here.alerts.silences() == [silence]
        await here.record(lost("a"))
        await until(lambda: here.bus.heard["Incident.changed!"])
        await until_asleep(here)
        assert [one.cluster for one in await here.alerts.muted_by(silence.id)] == ["a"]
        (one,) = (await told(here)).values()
        assert (one.state, one.muted, one.why) == (NotificationState.WAITING, "silenced", "silenced by ada: upgrade")
        assert there.hits == []
        clock.at += 1000
        ended = await here.alerts.end_silence(silence.id, "bob")
        assert (ended.ended_at, ended.ended_by) == (T0 + 1000, "bob")
        await here.tried(1)
        with pytest.raises(LookupError):
            await here.alerts.end_silence(silence.id, "bob")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"reason": " "}, "write a reason"),
        ({"author": ""}, "write who silences it"),
        ({"reason": "a\nb"}, "on one line"),
        ({"matchers": Matchers()}, "say what is to be silent"),
        ({"matchers": Matchers(clusters=("a",) * 101)}, "100 clusters at most"),
        ({"matchers": Matchers(rules=("",))}, "write rules as names"),
        ({"ends_at": None}, "say when it ends"),
        ({"ends_at": T0 - 1}, "it ends before it starts"),
        ({"starts_at": T0 - 10, "ends_at": T0 - 1}, "over already"),
        ({"window": "sometimes"}, "write days"),
        ({"ends_at": T0 + 10**12}, "ten years"),
    ],
)
async def test_a_silence_that_can_not_be_is_refused_in_plain_words(
    change: dict[str, object], words: str, clock: Clock, tmp_path: object
) -> None:
    store = Store(f"sqlite:///{tmp_path}/zkdash.sqlite")
    await store.open()
    async with house(store, clock) as here:
        draft = SilenceDraft(Matchers(clusters=("a",)), "upgrade", "ada", ends_at=T0 + 600_000)
        with pytest.raises(ValueError, match=words):
            await here.alerts.add_silence(replace(draft, **change))
        assert await here.alerts.silences() == []
    await store.close()


async def test_silences_of_the_configuration_come_and_go_with_it(store: Store, clock: Clock, there: Receiver) -> None:
    one = SilenceConfig("night", clusters=("a",), window="00:00-24:00", reason="backup", author="ada")
    async with house(store, clock, route(there)) as here:
        here.bus.config = replace(here.bus.config, silences=(one,))
        here.alerts.reload(here.routes)
        await until_asleep(here)
        await here.record(lost("a"))
        await until_asleep(here)
        assert there.hits == []
        here.alerts.reload(here.routes)
        await until_asleep(here)
        (silence,) = await here.alerts.silences()
        assert (silence.name, silence.source, silence.ended_at) == ("night", "config", None)
        here.bus.config = replace(here.bus.config, silences=())
        here.alerts.reload(here.routes)
        await here.tried(1)
        (silence,) = await here.alerts.silences()
        assert silence.ended_by == "the configuration"


@ONE_ENGINE
async def test_a_test_is_sent_like_any_message(store: Store, clock: Clock, there: Receiver) -> None:
    async with house(store, clock, route(there, secret=b"key")) as here:
        made = await here.alerts.send_test("ops", "ada")
        assert (made.kind, made.incident_id) == (DeliveryKind.TEST, None)
        assert (await here.tried(1)).state is DeliveryState.SENT
        assert there.hits[0].json()["type"] == "test"
        assert there.hits[0].is_signed_with(b"key")
        (attempt,) = await here.alerts.attempts(made.id)
        assert (attempt.n, attempt.status, attempt.error) == (1, 200, "")
        with pytest.raises(LookupError):
            await here.alerts.send_test("nobody", "ada")


@ONE_ENGINE
async def test_while_zkdash_may_be_the_trouble_nothing_is_told(store: Store, clock: Clock, there: Receiver) -> None:
    async with house(store, clock, route(there)) as here:
        here.alerts.hold("no cluster can be reached")
        assert here.alerts.held == "no cluster can be reached"
        await here.record(lost("a"))
        await until_asleep(here)
        assert there.hits == []
        clock.advance(300)
        await here.tried(1)
        assert there.hits[0].json()["data"]["doubt"] == "no cluster can be reached"
        here.alerts.hold(None)
        assert here.alerts.held == ""


async def test_a_route_that_is_new_is_told_of_what_is_open_and_one_that_is_gone_of_nothing(
    store: Store, clock: Clock, there: Receiver
) -> None:
    slow = route(there, "slow", for_s=60.0)
    async with house(store, clock, route(there, "old"), slow) as here:
        await here.record(lost("a"))
        await here.tried(1)
        here.alerts.reload((route(there, "new"),))
        await here.tried(2)
        states = {name: (one.state, one.why) for name, one in (await told(here)).items()}
        gone = (NotificationState.DROPPED, "its alert is no longer configured")
        assert states["old"] == states["slow"] == gone
        assert states["new"][0] is NotificationState.TOLD
        await here.record(connected("a"))
        await here.tried(3)
    assert [hit.json()["data"]["route"] for hit in there.hits] == ["old", "new", "new"]


@ONE_ENGINE
@pytest.mark.parametrize("told_before", [True, False])
async def test_a_route_that_is_not_meant_any_more_is_told_the_end_of_what_it_knows(
    store: Store, clock: Clock, there: Receiver, told_before: bool
) -> None:
    async with house(store, clock, route(there, group_wait_s=0.0 if told_before else 60.0)) as here:
        await here.record(lost("a"))
        await until_asleep(here)
        if told_before:
            await here.tried(1)
        here.alerts.reload((route(there, clusters=("b",)),))
        await until_asleep(here)
        await here.record(connected("a"))
        await until_asleep(here)
        if told_before:
            await here.tried(2)
        assert len(there.hits) == (2 if told_before else 0)


@ONE_ENGINE
async def test_what_waits_goes_on_waiting_over_a_restart(store: Store, clock: Clock, there: Receiver) -> None:
    ops = route(there, on=EVERYTHING)
    async with house(store, clock, ops) as here:
        await here.record(rule("a", "server-down"))
        await until_asleep(here)
    clock.at += 10_000
    async with house(store, clock, ops) as here:
        await until_asleep(here)
        assert there.hits == []
        clock.advance(20)
        await here.tried(1)
    clock.at += 4 * HOUR_S * 1000
    async with house(store, clock, ops) as here:
        await here.tried(1)
        assert there.hits[1].json()["data"]["kind"] == "repeat"
        await here.record(rule("a", "server-down", fires=False))
        await here.tried(2)
    assert [hit.json()["data"]["kind"] for hit in there.hits] == ["firing", "repeat", "resolved"]


@ONE_ENGINE
@pytest.mark.parametrize("restarts", [False, True])
async def test_a_restart_in_whatever_state_changes_nothing_of_what_is_told(
    store: Store, clock: Clock, there: Receiver, restarts: bool
) -> None:
    ops = route(there, on=EVERYTHING, escalate_after_s=600.0, escalate_to="boss", group_wait_s=30.0)
    boss = route(there, "boss", clusters=("none",))
    quiet = SilenceDraft(Matchers(clusters=("s",)), "upgrade", "ada", ends_at=T0 + 7 * HOUR_S * 1000)

    async def flap(here: House) -> None:
        for _ in range(4):
            await here.record(lost("f", clock.at), connected("f", clock.at))

    steps: list[Callable[[House], Awaitable[object]]] = [
        lambda here: here.record(lost("a")),  # it waits
        lambda here: passes(here, 31),  # told
        lambda here: passes(here, 601),  # escalated
        lambda here: here.alerts.acknowledge(1, "ada"),
        lambda here: passes(here, 5 * HOUR_S),  # acknowledged: no repeat
        lambda here: here.alerts.add_silence(quiet),
        lambda here: here.record(lost("s", clock.at)),  # silenced
        lambda here: passes(here, 2 * HOUR_S),  # the silence ends: told
        flap,  # told as flapping, once
        lambda here: passes(here, 31),
        lambda here: passes(here, 1200),  # it has calmed down: the truth
        lambda here: here.record(connected("a", clock.at), connected("s", clock.at)),
        lambda here: passes(here, 301),
    ]
    if restarts:
        for step in steps:
            async with house(store, clock, ops, boss) as here:
                await step(here)
                await here.rests()
    else:
        async with house(store, clock, ops, boss) as here:
            for step in steps:
                await step(here)
                await here.rests()
    told: dict[str, list[str]] = {"ops": [], "boss": []}
    for data in (hit.json()["data"] for hit in there.hits):
        told[data["route"]].append(f"{data['kind']} {' '.join(one['cluster'] for one in data['incidents'])}")
    assert told == {
        "ops": ["firing a", "firing s", "flapping f", "resolved f", "resolved a s"],
        "boss": ["escalation a", "escalation s", "resolved a s"],
    }


async def passes(here: House, seconds: float) -> None:
    """Let time pass, and all that is due happen."""
    await here.rests()
    here.clock.advance(seconds)


@ONE_ENGINE
async def test_what_was_suspended_when_zkdash_stopped_is_no_incident(
    store: Store, clock: Clock, there: Receiver
) -> None:
    ops = route(there, on=EVERYTHING, group_wait_s=0.0)
    async with house(store, clock, ops) as here:
        await here.record(suspended("a"))
        await until_asleep(here)
    clock.at += 60_000
    async with house(store, clock, ops) as here:
        await until_asleep(here)
        assert await here.alerts.incidents() == []
        await here.record(starting("a"), notice("a", Cause.NEVER_CONNECTED))
        await here.tried(1)
        await here.record(suspended("b"))
        await until_asleep(here)
        clock.advance(5)
        await here.tried(2)
    assert [hit.json()["data"]["incidents"][0]["rule"] for hit in there.hits] == ["never-connected", "suspended"]


@ONE_ENGINE
async def test_an_escalation_goes_to_the_other_route(store: Store, clock: Clock, there: Receiver) -> None:
    ops = route(there, escalate_after_s=600.0, escalate_to="boss")
    async with house(store, clock, ops, route(there, "boss", clusters=("none",))) as here:
        await here.record(lost("a"))
        await here.tried(1)
        await until_asleep(here)
        clock.advance(600)
        await here.tried(2)
    assert [(hit.json()["data"]["route"], hit.json()["data"]["kind"]) for hit in there.hits] == [
        ("ops", "firing"),
        ("boss", "escalation"),
    ]


@ONE_ENGINE
async def test_two_hundred_clusters_lost_at_once_are_few_messages(store: Store, clock: Clock, there: Receiver) -> None:
    async with house(store, clock, route(there)) as here:
        await here.record(*(lost(f"c{number}") for number in range(200)))
        await here.tried(1)
        await until_asleep(here)
        clock.advance(1)

        def told_of() -> set[str]:
            return {one["cluster"] for hit in there.hits for one in hit.json()["data"]["incidents"]}

        await until(lambda: len(told_of()) == 200)
        assert len(there.hits) <= 3
