"""docs/schemas/message.json describes what zkdash really sends."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError

from zkdash.alerts.delivery import DeliveryKind
from zkdash.alerts.incident import Incident
from zkdash.alerts.payload import Context, payload, payload_of_test
from zkdash.timeline.event import Event
from zkdash.zookeeper.states import Cause, Kind, Severity, State

SCHEMA = json.loads((Path(__file__).parents[1] / "docs/schemas/message.json").read_text())
VALIDATOR = Draft202012Validator(SCHEMA)
NOW = 1_750_000_000_123
EVENT = Event(
    id=7, cluster="prod", at=NOW, kind=Kind.STATE, from_state=State.SUSPENDED, to_state=State.LOST,
    cause=Cause.SESSION_TIMEOUT, session_id=-1, server="zk1:2181", lasted_ms=10_000, reason="nothing heard",
)  # fmt: skip


def incident(**fields: Any) -> Incident:
    given: dict[str, Any] = {
        "id": 3, "cluster": "prod", "rule": "lost", "subject": "", "severity": Severity.CRITICAL,
        "cause": Cause.SESSION_TIMEOUT, "reason": "nothing heard", "opened_at": NOW, "opened_event_id": 7,
        "last_seen_at": NOW, "firing": True,
    }  # fmt: skip
    return Incident(**given | fields)


@pytest.mark.parametrize("kind", [kind for kind in DeliveryKind if kind is not DeliveryKind.TEST])
@pytest.mark.parametrize("public_url", ["", "https://zkdash.example.com"])
def test_every_kind_of_message_is_as_the_schema_says(kind: DeliveryKind, public_url: str) -> None:
    over: dict[str, Any] = {}
    if kind is DeliveryKind.RESOLVED:
        over = {"resolved_at": NOW + 5, "resolved_event_id": 7, "resolved_why": "connected", "firing": False}
    context = Context(events={7: EVENT}, before={3: [EVENT]}, public_url=public_url)
    one = incident(**over)
    other = incident(id=4, rule="server-down", subject="zk1:2181", severity=Severity.WARNING, **over)
    for told in ([one], [other], [one, other]):
        VALIDATOR.validate(json.loads(payload(kind, told, "ops", NOW, context)))


def test_a_test_is_as_the_schema_says() -> None:
    VALIDATOR.validate(json.loads(payload_of_test("ops", "ada", NOW, "https://zkdash.example.com")))


def test_the_schema_is_one_and_tells_wrong_from_right() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    told = json.loads(payload(DeliveryKind.FIRING, [incident()], "ops", NOW, Context(events={7: EVENT})))
    for path in (("type",), ("data", "title"), ("data", "session_id"), ("data", "incidents", 0, "severity")):
        broken = json.loads(json.dumps(told))
        place = broken
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = 17
        with pytest.raises(ValidationError):
            VALIDATOR.validate(broken)
