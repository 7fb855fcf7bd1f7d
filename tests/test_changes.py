"""How servers stand, and the log of when that changed; who is missing from a later roll."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.bus import Bus
from zkdash.ensemble.changelog import ChangeLog
from zkdash.ensemble.changes import Change, Stand, Standing, follow
from zkdash.ensemble.clients import Census, Held
from zkdash.ensemble.rolls import APART_MS, KEPT, Rolls
from zkdash.ensemble.sample import Role, Sample
from zkdash.store.engine import Store
from zkdash.zookeeper.commands import Command, Refusal
from zkdash.zookeeper.refusals import Trouble

T0 = 1_750_000_000_000


def sample(role: Role = Role.FOLLOWER, at: int = T0, **more: Any) -> Sample:
    return Sample("prod", "zk1:2181", at, True, role=role, **more)


def refused(trouble: Trouble, reason: str, at: int = T0) -> Sample:
    return Sample("prod", "zk1:2181", at, False, refusal=Refusal("zk1:2181", Command.SRVR, trouble, reason))


def changes(*samples: Sample) -> list[Change]:
    found, known = [], None
    for one in samples:
        known, change = follow(known, one)
        if change is not None:
            found.append(change)
    return found


@pytest.mark.parametrize(
    ("said", "stand"),
    [
        (sample(Role.LEADER), Stand.LEADER),
        (sample(Role.LOOKING), Stand.NOT_SERVING),
        (sample(Role.READ_ONLY), Stand.READ_ONLY),
        (sample(Role.UNKNOWN), Stand.ODD),
        (refused(Trouble.NOT_SERVING, "it is not serving now"), Stand.NOT_SERVING),
        (refused(Trouble.UNREACHABLE, "connection refused"), Stand.DOWN),
        (refused(Trouble.UNREACHABLE, "no route to host"), Stand.SILENT),
        (refused(Trouble.SILENT, "no whole answer within 2 s"), Stand.SILENT),
        (refused(Trouble.NOT_ALLOWED, "not allowed"), Stand.ODD),
        (refused(Trouble.NONSENSE, "what it answered is no answer"), Stand.ODD),
    ],
)
def test_what_a_sample_says_of_a_server(said: Sample, stand: Stand) -> None:
    assert [change.now for change in changes(said)] == [stand]


def test_what_goes_on_is_no_change() -> None:
    same = [sample(at=T0 + second * 1000, uptime_ms=second * 1000 + 300, zxid=1 << 32) for second in range(5)]
    assert len(changes(*same)) == 1


def test_a_restart_is_known_by_the_uptime_though_cheap_samples_have_none() -> None:
    first = sample(uptime_ms=100_000, version="3.8.4", metrics={"looking_count": 4})
    cheap = sample(at=T0 + 2_000)
    anew = sample(at=T0 + 15_000, uptime_ms=3_000, version="3.9.3", metrics={"looking_count": 1})
    found = changes(first, cheap, anew)
    assert [(one.was, one.restarted, one.version) for one in found] == [
        (None, False, "3.8.4"),
        (Stand.FOLLOWER, True, "3.9.3"),
    ]


def test_an_election_ends_the_uptime_and_is_no_restart() -> None:
    first = sample(uptime_ms=100_000, metrics={"looking_count": 4, "commit_count": 7})
    elected = sample(Role.LEADER, T0 + 15_000, uptime_ms=3_000, metrics={"looking_count": 5, "commit_count": 7})
    assert [(one.now, one.restarted) for one in changes(first, elected)] == [
        (Stand.FOLLOWER, False),
        (Stand.LEADER, False),
    ]


def test_a_new_epoch_is_a_change_of_every_server() -> None:
    found = changes(sample(zxid=1 << 32), sample(zxid=(1 << 32) + 9), sample(zxid=2 << 32))
    assert [one.epoch for one in found] == [1, 2]


def test_what_a_server_is_not_asked_for_is_as_it_was() -> None:
    before = Standing(Stand.FOLLOWER, sample(uptime_ms=9), 7, "3.8.4")
    known, _ = follow(before, sample())
    assert known == before


async def test_the_log_gives_what_changed_and_what_was_before(store: Store) -> None:
    bus = Bus("Ensemble.sampled!")
    log = ChangeLog(bus, store, now=lambda: T0)
    await log.start()
    for one in (
        sample(at=T0 - 60_000),
        refused(Trouble.UNREACHABLE, "connection refused\0" + "x" * 999, T0),
        sample(Role.LEADER, T0 + 5_000, zxid=3 << 32),
    ):
        bus.PubSub.publish("Ensemble.sampled!", "prod", [one])

    await log.stop()
    found = await log.between("prod", T0 - 1_000, T0 + 10_000)
    assert [(one.at - T0, one.was, one.now, one.epoch) for one in found] == [
        (-60_000, None, Stand.FOLLOWER, None),
        (0, Stand.FOLLOWER, Stand.DOWN, None),
        (5_000, Stand.DOWN, Stand.LEADER, 3),
    ]
    assert [one.now for one in await log.of_server("prod", "zk1:2181", 1)] == [Stand.LEADER]
    assert await log.between("other", 0, T0 * 2) == []


def roll(at: int, **sessions: int) -> Census:
    held = {int(name, 16): Held(total, (f"/{name}",)) for name, total in sessions.items()}
    return Census((), ("zk1",), held=held, at=at)


def test_who_is_missing_is_known_by_the_last_roll_before_and_the_first_after() -> None:
    rolls = Rolls()
    for at, sessions in ((0, {"a": 1}), (70_000, {"a": 1, "b": 5, "c": 2}), (200_000, {"c": 2}), (300_000, {})):
        rolls.keep("prod", roll(T0 + at, **sessions))
    compared = rolls.compared("prod", T0 + 100_000, T0 + 150_000)
    assert compared is not None
    assert (compared.before, compared.after) == (T0 + 70_000, T0 + 200_000)
    assert [(one.session, one.held.total) for one in compared.missing] == [(0xB, 5), (0xA, 1)]


def test_without_a_roll_before_or_after_nothing_is_said() -> None:
    rolls = Rolls()
    rolls.keep("prod", roll(T0, a=1))
    rolls.keep("prod", Census((), ("zk1",), at=T0 + 1))
    assert rolls.compared("prod", T0 + 5, T0 + 9) is None
    assert rolls.compared("prod", T0 - 5, T0) is None
    assert rolls.compared("other", T0, T0) is None


def test_many_rolls_in_a_minute_do_not_push_out_the_older_ones() -> None:
    rolls = Rolls()
    rolls.keep("prod", roll(T0, a=1))
    for step in range(10 * KEPT):
        rolls.keep("prod", roll(T0 + APART_MS + step, b=1))
    compared = rolls.compared("prod", T0 + 1, T0 + APART_MS)
    assert compared is not None
    assert compared.before == T0
