"""What is worth telling, to whom, when to try again, and in which words."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.observations import T0, connected, lost, notice, starting, suspended
from zkdash.alerts.incident import Incident, What
from zkdash.alerts.payload import payload
from zkdash.alerts.rules import Verdict, retry_s, routes_for, verdict
from zkdash.config import AlertConfig
from zkdash.timeline.event import Event
from zkdash.timeline.rows import event_of, row_of
from zkdash.zookeeper.states import Cause, Observation


def event(observation: Observation, event_id: int = 7) -> Event:
    return event_of({**row_of(observation, 1, 1), "id": event_id})


@pytest.mark.parametrize(
    ("observation", "expected"),
    [
        (lost("a"), Verdict.OPENS),
        (lost("a", cause=Cause.SESSION_EXPIRED), Verdict.OPENS),
        (lost("a", cause=Cause.NEW_SESSION), Verdict.OPENS),
        (lost("a", cause=Cause.AUTH_FAILED), Verdict.OPENS),
        (notice("a", Cause.NEVER_CONNECTED), Verdict.OPENS),
        (notice("a", Cause.AUTH_FAILED), Verdict.OPENS),
        (notice("a", Cause.SESSION_EXPIRED), None),
        (starting("a"), None),
        (lost("a", cause=Cause.STOPPED), None),
        (suspended("a"), None),
        (connected("a"), Verdict.RESOLVES),
    ],
)
def test_a_cluster_is_lost_unless_it_is_zkdash_that_starts_or_stops(
    observation: Observation, expected: Verdict | None
) -> None:
    assert verdict(event(observation)) == expected


@pytest.mark.parametrize(
    ("on", "patterns", "cluster", "what", "told"),
    [
        ({"LOST", "RECOVERED"}, ("*",), "orders", What.LOST, True),
        ({"LOST"}, ("*",), "orders", What.RECOVERED, False),
        ({"LOST"}, ("prod-*", "search"), "prod-1", What.LOST, True),
        ({"LOST"}, ("prod-*", "search"), "search", What.LOST, True),
        ({"LOST"}, ("prod-*", "search"), "search2", What.LOST, False),
        ({"LOST"}, ("Prod-*",), "prod-1", What.LOST, False),
        ({"LOST"}, ("prod-[12]",), "prod-2", What.LOST, True),
    ],
)
def test_a_route_is_told_what_it_asked_for(
    on: set[str], patterns: tuple[str, ...], cluster: str, what: What, told: bool
) -> None:
    route = AlertConfig("ops", "webhook", "http://h/", on=frozenset(on), clusters=patterns)
    assert routes_for([route], cluster, what) == ([route] if told else [])


def test_the_wait_doubles_from_a_second_to_five_minutes() -> None:
    assert [retry_s(tries, None, 0.5) for tries in range(1, 12)] == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]


def test_a_receiver_that_names_a_later_time_gets_it() -> None:
    assert retry_s(1, 30.0, 0.5) == 30
    assert retry_s(6, 30.0, 0.5) == 32
    assert retry_s(1, 86_400.0, 0.5) == 3600


@given(st.integers(1, 10**6), st.none() | st.floats(0, 1e12), st.floats(0, 1))
def test_the_wait_is_never_shorter_than_900_ms_nor_longer_than_an_hour(
    tries: int, retry_after_s: float | None, chance: float
) -> None:
    assert 0.9 <= retry_s(tries, retry_after_s, chance) <= 3600


INCIDENT = Incident(3, "orders", "lost", Cause.SESSION_TIMEOUT, "", opened_at=T0, opened_event_id=7)


def test_the_message_of_a_loss_says_all_there_is_to_know() -> None:
    told = payload(What.LOST, event(lost("orders", reason="refused")), INCIDENT, "Orders (DC 1)", "https://z.example/")
    assert json.loads(told) == {
        "type": "cluster.lost",
        "timestamp": "2025-06-15T15:06:40.000Z",
        "data": {
            "cluster": "orders",
            "label": "Orders (DC 1)",
            "state": "LOST",
            "cause": "session-timeout",
            "reason": "refused",
            "since": "2025-06-15T15:06:40.000Z",
            "lasted_ms": 10_000,
            "server": "127.0.0.1:2181",
            "session_id": "0xfffffffffffffffe",
            "event_id": 7,
            "incident_id": 3,
            "url": "https://z.example/timeline/events/7",
        },
    }


def test_the_message_of_a_recovery_says_how_long_it_took() -> None:
    told = json.loads(payload(What.RECOVERED, event(connected("orders", T0 + 42_000)), INCIDENT, "orders", ""))
    assert told["type"] == "cluster.recovered"
    assert told["data"]["state"] == "CONNECTED"
    assert told["data"]["lasted_ms"] == 42_000
    assert told["data"]["url"] is None


def test_a_clock_that_was_set_back_makes_no_negative_duration() -> None:
    told = json.loads(payload(What.RECOVERED, event(connected("orders", T0 - 1)), INCIDENT, "orders", ""))
    assert told["data"]["lasted_ms"] == 0


@given(st.text(), st.integers(), st.none() | st.integers(-(2**63), 2**63 - 1))
def test_any_reason_and_any_time_can_be_told(reason: str, at: int, session_id: int | None) -> None:
    one = Event(1, "a", at, *(lost("a").kind, lost("a").cause), reason=reason, session_id=session_id)
    told = payload(What.LOST, one, INCIDENT, reason, "")
    assert json.loads(told.encode())["data"]["reason"] == reason
