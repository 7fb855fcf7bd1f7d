"""What an event says of the rules, who wants to know it, when to try again, and in which words it is told."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.observations import T0, connected, lost, notice, starting, suspended
from tests.support.past import event, rule, to
from zkdash.alerts.delivery import DeliveryKind
from zkdash.alerts.incident import Incident
from zkdash.alerts.payload import MOST_TEXTS, Context, payload, payload_of_test
from zkdash.alerts.retries import retry_s
from zkdash.alerts.routing import wants
from zkdash.alerts.rules import findings
from zkdash.alerts.server_wording import SAID
from zkdash.alerts.wording import headline
from zkdash.config import AlertConfig
from zkdash.config.rule_options import RULES
from zkdash.timeline.event import Event
from zkdash.zookeeper.states import Cause, Observation, Severity

GONE = {"suspended": False}


@pytest.mark.parametrize(
    ("observation", "expected"),
    [
        (lost("a"), GONE | {"lost": True}),
        (lost("a", cause=Cause.SESSION_EXPIRED), GONE | {"lost": True}),
        (lost("a", cause=Cause.NEW_SESSION), GONE | {"session-replaced": True}),
        (lost("a", cause=Cause.AUTH_FAILED), GONE | {"lost": True}),
        (notice("a", Cause.NEVER_CONNECTED), GONE | {"never-connected": True}),
        (notice("a", Cause.AUTH_FAILED), GONE | {"lost": True}),
        (notice("a", Cause.SESSION_EXPIRED), {}),
        (starting("a"), {"suspended": None}),
        (lost("a", cause=Cause.STOPPED), {"suspended": None}),
        (suspended("a"), {"suspended": True}),
        (connected("a"), dict.fromkeys(("lost", "never-connected", "suspended", "session-replaced"), False)),
        (rule("a", "server-down"), {"server-down": True}),
        (rule("a", "server-down", fires=False), {"server-down": False}),
    ],
)
def test_a_cluster_is_lost_unless_it_is_zkdash_that_starts_or_stops(
    observation: Observation, expected: dict[str, bool | None]
) -> None:
    assert {one.rule: one.present for one in findings(event(observation))} == expected


@pytest.mark.parametrize(
    ("route", "incident", "told"),
    [
        (to(), "orders lost", True),
        (to(), "orders never-connected", True),
        (to(), "orders session-replaced", True),
        (to(), "orders suspended", False),
        (to(on=frozenset({"suspended"})), "orders suspended", True),
        (to(on=frozenset({"server-*"})), "orders server-down", True),
        (to(on=frozenset({"server-*"})), "orders lost", False),
        (to(on=frozenset({"*"})), "orders lost", True),
        (to(clusters=("prod-*", "search")), "prod-1 lost", True),
        (to(clusters=("prod-*", "search")), "search2 lost", False),
        (to(clusters=("Prod-*",)), "prod-1 lost", False),
        (to(clusters=("prod-[12]",)), "prod-2 lost", True),
        (to(labels=("Label of *",)), "orders lost", True),
        (to(labels=("DC 2",)), "orders lost", False),
        (to(severities=frozenset({"warning"})), "orders lost", False),
    ],
)
def test_a_route_is_told_what_it_asked_for(route: AlertConfig, incident: str, told: bool) -> None:
    cluster, _, name = incident.partition(" ")
    one = Incident(1, cluster, name, "", Severity.CRITICAL, Cause.FIRING, "", T0, 1, T0)
    assert wants(route, one, f"Label of {cluster}") is told


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


def incident(number: int = 3, resolved_at: int | None = None, **more: object) -> Incident:
    fields = {"cluster": "orders", "rule": "lost", "subject": "", **more}
    return Incident(
        id=number,
        severity=Severity.CRITICAL,
        cause=Cause.SESSION_TIMEOUT,
        reason="refused",
        opened_at=T0,
        opened_event_id=7,
        last_seen_at=T0,
        firing=resolved_at is None,
        resolved_at=resolved_at,
        resolved_event_id=None if resolved_at is None else 8,
        resolved_why="" if resolved_at is None else "it is connected again",
        **fields,  # type: ignore[arg-type]  # fields of its own
    )


def said(kind: DeliveryKind, *incidents: Incident, events: tuple[Event, ...] = (), public_url: str = "") -> dict:
    context = Context({one.id: one for one in events}, {}, lambda cluster: f"Label of {cluster}", public_url)
    return json.loads(payload(kind, incidents, "ops", T0 + 5, context))


def test_the_message_of_a_loss_says_all_there_is_to_know() -> None:
    seen = event(lost("orders", reason="refused"))
    told = said(DeliveryKind.FIRING, incident(), events=(seen,), public_url="https://z.example/")
    data = told["data"]
    assert (told["type"], told["timestamp"]) == ("cluster.lost", "2025-06-15T15:06:40.000Z")
    assert {key: data[key] for key in list(data)[:12]} == {
        "cluster": "orders",
        "label": "Label of orders",
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
    }
    assert data["title"] == "Critical: Label of orders (orders) is lost"
    assert "Look first at: Whether the servers run" in data["text"]
    (one,) = data["incidents"]
    assert (one["severity"], one["status"], one["rule"]) == ("critical", "firing", "lost")
    assert one["url"] == "https://z.example/alerts/incidents/3"


def test_the_message_of_a_recovery_says_how_long_it_took() -> None:
    seen = event(connected("orders", T0 + 42_000), 8)
    told = said(DeliveryKind.RESOLVED, incident(resolved_at=T0 + 42_000), events=(seen,))
    assert told["type"] == "cluster.recovered"
    assert told["data"]["state"] == "CONNECTED"
    assert told["data"]["lasted_ms"] == 42_000
    assert told["data"]["url"] is None
    assert told["data"]["incidents"][0]["status"] == "resolved"


def test_a_clock_that_was_set_back_makes_no_negative_duration() -> None:
    seen = event(connected("orders", T0 - 1), 8)
    told = said(DeliveryKind.RESOLVED, incident(resolved_at=T0 - 1), events=(seen,))
    assert told["data"]["lasted_ms"] == 0
    assert told["data"]["incidents"][0]["lasted_ms"] == 0


def test_a_message_of_many_incidents_lists_them_all_and_tells_of_the_first_in_words() -> None:
    told = said(DeliveryKind.FIRING, *(incident(number, cluster=f"c{number:03}") for number in range(200)))
    assert told["type"] == "incidents.firing"
    assert len(told["data"]["incidents"]) == 200
    assert told["data"]["title"] == "Critical: 200 clusters are lost (c000, c001, c002 and 197 more)"
    assert told["data"]["text"].endswith(f"… and {200 - MOST_TEXTS} more.")
    assert "cluster" not in told["data"]


def test_what_is_over_by_the_time_that_it_is_told_is_told_as_wrong_first() -> None:
    seen = event(lost("orders"))
    told = said(DeliveryKind.FIRING, incident(resolved_at=T0 + 1), events=(seen,))
    assert told["type"] == "cluster.lost"
    assert told["data"]["incidents"][0]["status"] == "firing"


def test_a_rule_on_a_server_is_told_as_an_incident() -> None:
    told = said(DeliveryKind.FIRING, incident(rule="server-down", subject="zk1:2181"))
    assert told["type"] == "incidents.firing"
    assert told["data"]["title"] == "Critical: Label of orders (orders) has a server down: zk1:2181"


def test_a_rule_on_a_server_says_what_it_saw_and_what_to_look_at_each_once() -> None:
    reason = "zk1:2181: fsync takes 300 ms (limit 100), since 2026-11-26T02:00:00.000Z. Look at the disk of dataLogDir."
    told = said(
        DeliveryKind.FIRING, replace(incident(rule="fsync", subject="zk1:2181"), cause=Cause.FIRING, reason=reason)
    )
    assert told["data"]["incidents"][0]["look_at"] == "The disk of dataLogDir."
    assert told["data"]["text"].splitlines()[2:] == [
        "zk1:2181: fsync takes 300 ms (limit 100), since 2026-11-26T02:00:00.000Z.",
        "Affected: Clients of zk1:2181.",
        "Look first at: The disk of dataLogDir.",
    ]


def test_every_rule_on_servers_is_said_in_words_and_so_is_one_that_is_not_known() -> None:
    assert set(SAID) == set(RULES)
    for name in (*RULES, "a {rule} of tomorrow"):
        for resolved_at in (None, T0 + 1):
            one = incident(rule=name, subject="zk1:2181", resolved_at=resolved_at)
            assert "{server}" not in headline(one, "Label")


def test_a_test_says_that_nothing_is_wrong() -> None:
    told = json.loads(payload_of_test("ops", "ada", T0, "https://z.example"))
    assert (told["type"], told["data"]["incidents"]) == ("test", [])
    assert "Nothing is wrong." in told["data"]["text"]


@given(st.text(), st.integers(), st.none() | st.integers(-(2**63), 2**63 - 1))
def test_any_reason_and_any_time_can_be_told(reason: str, at: int, session_id: int | None) -> None:
    one = Event(7, "a", at, *(lost("a").kind, lost("a").cause), reason=reason, session_id=session_id)
    context = Context({7: one}, {3: [one]}, lambda _: reason)
    told = payload(DeliveryKind.FIRING, [incident()], "ops", at, context)
    assert json.loads(told.encode())["data"]["reason"] == reason
