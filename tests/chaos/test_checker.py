"""The schedule is the same again, and the checker takes no account that lies."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.chaos.account import Account, Heard, Shown, Told, Visit, Window
from tests.chaos.checker import problems
from tests.chaos.schedule import Kind, schedule


def event(number: int, before: str | None, after: str, cause: str) -> dict[str, Any]:
    return {"id": number, "cluster": "one", "kind": "state", "from": before, "to": after, "cause": cause}


LOG = (
    event(1, None, "LOST", "starting"),
    event(2, "LOST", "CONNECTED", "connected"),
    event(3, "CONNECTED", "SUSPENDED", "connection-lost"),
    event(4, "SUSPENDED", "LOST", "session-timeout"),
    event(5, "LOST", "CONNECTED", "connected"),
)
INCIDENT = {"id": 1, "rule": "lost", "cluster": "one", "opened_event_id": 4, "resolved_at": "2026-01-01T00:00:00Z"}
TRUTH = Account(
    windows=(Window("one", "kill", 10.0, 22.0, loses=True),),
    deaths=(),
    log=LOG,
    heard=tuple(Heard(at, one, at) for at, one in zip((0.1, 0.2, 10.1, 14.1, 23.0), LOG, strict=True)),
    incidents=(INCIDENT,),
    shown=(Shown(10.1, "one", "SUSPENDED"), Shown(14.1, "one", "LOST"), Shown(23.0, "one", "CONNECTED")),
    visits=(Visit(2, 9.0, 15.0, (3,)),),
    told=(Told("firing", 1, "lost", "one"), Told("resolved", 1, "lost", "one")),
    resources={"files": (20.0, 22.0, 12.0)},
)


def saying(*events: tuple[float, dict[str, Any]]) -> Account:
    """An account of which the log and the viewer agree on these events."""
    return replace(TRUTH, log=[one for _, one in events], heard=[Heard(*one) for one in events])


OLD = [(heard.at, LOG[number]) for number, heard in enumerate(TRUTH.heard)]
LIES: dict[str, Callable[[], Account]] = {
    "missing [4]": lambda: replace(TRUTH, heard=TRUTH.heard[:3] + TRUTH.heard[4:]),
    "invented [4]": lambda: replace(TRUTH, log=LOG[:3] + LOG[4:]),
    "out of order": lambda: replace(TRUTH, heard=TRUTH.heard[::-1]),
    "leads from LOST, but it was SUSPENDED": lambda: saying(*OLD[:3], OLD[4]),
    "to itself": lambda: saying(*OLD[:4], (15.0, event(6, "LOST", "LOST", "session-expired")), OLD[4]),
    "0 LOST instead of 1": lambda: saying(*OLD[:2]),
    "2 LOST instead of 1": lambda: saying(
        *OLD, (24.0, event(6, "CONNECTED", "SUSPENDED", "connection-lost")), (25.0, event(7, "SUSPENDED", "LOST", "x"))
    ),
    "1 LOST instead of 0": lambda: replace(TRUTH, windows=(replace(TRUTH.windows[0], loses=False),)),
    "0 recoveries instead of 1": lambda: saying(*OLD[:4]),
    "nothing was wrong": lambda: saying(*OLD, (90.0, event(6, "CONNECTED", "SUSPENDED", "connection-lost"))),
    "was told as []": lambda: replace(TRUTH, told=()),
    "was told as ['resolved']": lambda: replace(TRUTH, told=TRUTH.told[1:]),
    "was told as ['firing'] instead of ['firing', 'resolved']": lambda: replace(TRUTH, told=TRUTH.told[:1]),
    "was told as ['firing', 'resolved', 'firing', 'resolved']": lambda: replace(TRUTH, told=TRUTH.told * 2),
    "0 incidents for its LOST": lambda: replace(TRUTH, incidents=(INCIDENT | {"opened_event_id": 3},)),
    "on the page as []": lambda: replace(TRUTH, shown=[replace(one, cluster="two") for one in TRUTH.shown]),
    "and never over": lambda: replace(TRUTH, shown=TRUTH.shown[:2]),
    "the log [3]": lambda: replace(TRUTH, visits=(Visit(2, 9.0, 15.0, (4,)),)),
    "has not got [3]": lambda: replace(TRUTH, visits=(Visit(2, 9.0, 15.0, ()),)),
    "/: 500": lambda: replace(TRUTH, wrong=["/: 500"]),
    "are in no log": lambda: replace(TRUTH, told=(*TRUTH.told, Told("firing", 9, "lost", "one"))),
    "owed still": lambda: replace(TRUTH, owed=1),
    "files grew": lambda: replace(TRUTH, resources={"files": (20.0, 33.0, 12.0)}),
}


def test_the_truth_is_no_problem() -> None:
    assert problems(TRUTH) == []


@pytest.mark.parametrize("words", LIES)
def test_an_account_that_lies_is_rejected(words: str) -> None:
    assert any(words in one for one in problems(LIES[words]()))


def test_an_outage_while_zkdash_was_dead_need_not_be_told() -> None:
    account = replace(saying(*OLD[:2]), deaths=[(9.0, 24.0)], incidents=(), told=(), visits=())
    assert problems(account) == []


@given(st.integers(0, 10**9), st.floats(0, 2_000))
@settings(max_examples=50)
def test_a_schedule_is_the_same_for_the_same_seed_and_fits_its_length(seed: int, length_s: float) -> None:
    faults = schedule(seed, length_s)
    assert faults == schedule(seed, length_s)
    assert all(fault.at_s + fault.lasts_s <= length_s for fault in faults)


def test_faults_of_one_target_never_overlap() -> None:
    for on in ("one", "two", "trio"):
        own = [fault for fault in schedule(3, 1_800.0) if fault.on == on]
        assert all(one.at_s + one.lasts_s < other.at_s for one, other in itertools.pairwise(own))


def test_each_fault_comes_within_half_an_hour() -> None:
    assert {fault.kind for fault in schedule(1, 1_800.0)} == set(Kind)
