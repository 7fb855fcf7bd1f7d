"""What is still open is sent again to receivers that take silence for its end."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tests.support.messages import incident, message
from zkdash.alerts.refreshing import still_open


def row(route: str, incident_id: int, *told: Mapping[str, Any]) -> dict[str, Any]:
    return {"route": route, "incident_id": incident_id, "payload": json.dumps(message(*told))}


def test_each_incident_is_sent_as_the_route_was_told_of_it_last() -> None:
    first, again, other = incident(id=1), incident(id=1, severity="warning"), incident(id=2)
    rows = [row("am", 1, first, incident(id=9)), row("am", 1, again), row("else", 2, other)]
    assert still_open(rows, "am") == [again]
    assert still_open(rows, "else") == [other]
    assert still_open([], "am") == []
