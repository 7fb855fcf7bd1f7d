"""The checker of tests/chaos: it must see what is wrong, or a run that passes says nothing."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tests.chaos.checker import Account, Heard, Told, Window, problems
from tests.chaos.schedule import AT_ONCE, CALM_S, Fault, Kind, schedule

STATES = ((0.0, None, "LOST"), (1.0, "LOST", "CONNECTED"))
OUTAGE = ((20.0, "CONNECTED", "SUSPENDED"), (24.0, "SUSPENDED", "LOST"), (31.0, "LOST", "CONNECTED"))


def heard(*moments: tuple[float, str | None, str], first: int = 1) -> tuple[Heard, ...]:
    return tuple(
        Heard(
            at, {"id": number, "cluster": "one", "kind": "state", "from": before, "to": after, "cause": cause(before)}
        )
        for number, (at, before, after) in enumerate(moments, first)
    )


def cause(before: str | None) -> str:
    return "starting" if before is None else "session-timeout"


def account(*moments: tuple[float, str | None, str], **more: Any) -> Account:
    """What is known after one outage of 10 s that had its one LOST, its recovery, and was told."""
    events = heard(*(moments or (*STATES, *OUTAGE)))
    told = [Told(kind, 7, "lost", "one") for kind in ("firing", "resolved")]
    incident = {"id": 7, "rule": "lost", "cluster": "one", "resolved_at": "then"}
    window = Window("one", "kill -9", 20.0, 30.0, loses=True)
    found = Account([window], [], [one.event for one in events], events, [incident], told)
    return replace(found, **more)


def test_an_outage_as_it_must_be_is_no_problem() -> None:
    assert problems(account()) == []


def test_a_lost_that_was_not_told_is_seen() -> None:
    moments = (*STATES, (20.0, "CONNECTED", "SUSPENDED"), (31.0, "SUSPENDED", "CONNECTED"))
    assert problems(account(*moments)) == [
        "one: kill -9 from 20.0 to 30.0 s has 0 LOST instead of 1",
        "one: kill -9 from 20.0 to 30.0 s has 0 recoveries instead of 1",
    ]


def test_a_lost_that_was_told_twice_is_seen() -> None:
    twice = ((25.0, "LOST", "SUSPENDED"), (26.0, "SUSPENDED", "LOST"))
    assert problems(account(*STATES, *OUTAGE[:2], *twice, OUTAGE[2])) == [
        "one: kill -9 from 20.0 to 30.0 s has 2 LOST instead of 1"
    ]


def test_a_recovery_that_never_came_is_seen() -> None:
    assert problems(account(*STATES, *OUTAGE[:2])) == ["one: kill -9 from 20.0 to 30.0 s has 0 recoveries instead of 1"]


def test_a_lost_of_an_outage_that_is_too_short_is_seen() -> None:
    short = [Window("one", "cut", 20.0, 30.0, loses=False)]
    assert problems(account(windows=short)) == ["one: cut from 20.0 to 30.0 s has 1 LOST instead of 0"]


def test_what_may_be_or_not_be_is_neither() -> None:
    assert problems(account(windows=[Window("one", "one of three", 20.0, 30.0)])) == []


def test_an_outage_that_zkdash_was_dead_in_asks_for_nothing() -> None:
    assert problems(account(*STATES, deaths=[(19.5, 40.0)])) == []


def test_what_was_invented_is_seen() -> None:
    assert problems(account(windows=[])) == [
        "one was said to be SUSPENDED at 20.0 s, and nothing was wrong",
        "one was said to be LOST at 24.0 s, and nothing was wrong",
    ]


def test_a_chain_that_breaks_is_seen() -> None:
    assert "event 3 of one leads from SUSPENDED, but it was CONNECTED" in problems(
        account(*STATES, (24.0, "SUSPENDED", "LOST"), (31.0, "LOST", "CONNECTED"))
    )


def test_what_a_viewer_did_not_get_is_seen() -> None:
    whole = account()
    assert "the viewer's events are not the log's: missing [5], invented [], in order" in problems(
        replace(whole, heard=whole.heard[:-1])
    )
    assert "the viewer's events are not the log's: missing [], invented [], out of order" in problems(
        replace(whole, heard=whole.heard[::-1])
    )


@pytest.mark.parametrize(
    ("kinds", "said"),
    [
        ([], "incident 7 (lost of one) was told as []"),
        (["resolved"], "incident 7 (lost of one) was told as ['resolved']"),
        (["firing"], "the end of incident 7 (lost of one) was not told: ['firing']"),
        (["firing", "resolved", "repeat"], "incident 7 (lost of one) was over and went on"),
    ],
)
def test_what_was_told_in_no_order_is_seen(kinds: list[str], said: str) -> None:
    assert any(
        line.startswith(said) for line in problems(account(told=[Told(kind, 7, "lost", "one") for kind in kinds]))
    )


def test_incidents_of_no_log_and_what_is_owed_are_seen() -> None:
    more = [*account().told, Told("firing", 8, "lost", "one")]
    assert problems(account(told=more, owed=2)) == [
        "incidents [8] were told and are in no log",
        "2 deliveries are owed still",
    ]


def test_what_grew_is_seen() -> None:
    resources = {"files": (20.0, 90.0, 10.0), "threads": (5.0, 6.0, 2.0)}
    assert problems(account(resources=resources)) == ["files grew from 20 to 90, by more than 10"]


@given(some.integers(0, 10_000), some.floats(30.0, 600.0))
def test_a_schedule_is_the_same_again_and_leaves_time_to_recover(seed: int, length_s: float) -> None:
    faults = schedule(seed, length_s)
    assert faults == schedule(seed, length_s)
    for fault in faults:
        assert fault.at_s >= CALM_S
        assert fault.at_s + fault.lasts_s + CALM_S <= length_s
        assert (fault.lasts_s == 0.0) == (fault.kind in AT_ONCE)
    for target in {fault.on for fault in faults} - {""}:
        of_target = [fault for fault in faults if fault.on == target]
        for before, after in itertools.pairwise(of_target):
            assert before.at_s + before.lasts_s + CALM_S <= after.at_s + 0.02


def test_a_long_schedule_has_every_kind() -> None:
    assert {fault.kind for fault in schedule(3, 3600.0)} == set(Kind)
    assert f"{Fault(8.25, Kind.KILL, 'one', 10.5)}" == "   8.2 s  one     kill -9 of the server for 10.5 s"
