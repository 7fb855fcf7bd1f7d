"""What is still open is sent again to receivers that take silence for its end."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tests.support.clock import Clock
from tests.support.house import house
from tests.support.messages import incident, message
from tests.support.observations import connected, lost
from tests.support.receiver import receiver
from tests.support.until import until
from zkdash.alerts.notifiers.alertmanager import AlertmanagerSettings
from zkdash.alerts.refreshing import still_open
from zkdash.config import AlertConfig
from zkdash.store.engine import Store
from zkdash.timeline.times import iso


def row(route: str, incident_id: int, *told: Mapping[str, Any]) -> dict[str, Any]:
    return {"route": route, "incident_id": incident_id, "payload": json.dumps(message(*told))}


def test_each_incident_is_sent_as_the_route_was_told_of_it_last() -> None:
    first, again, other = incident(id=1), incident(id=1, severity="warning"), incident(id=2)
    rows = [row("am", 1, first, incident(id=9)), row("am", 1, again), row("else", 2, other)]
    assert still_open(rows, "am") == [again]
    assert still_open(rows, "else") == [other]
    assert still_open([], "am") == []


async def test_what_was_told_and_is_open_is_sent_again_until_it_is_over(store: Store) -> None:
    clock = Clock()
    async with receiver() as am:
        settings = AlertmanagerSettings((am.url.removesuffix("/hook"),), hold_s=300.0)
        route = AlertConfig("am", "alertmanager", settings=settings)
        async with house(store, clock, route) as here:
            await here.record(lost("prod", clock.now()))
            await here.tried(1)
        # As after a restart: what is sent again is what the store knows.
        async with house(store, clock, route) as here:
            await until(lambda: len(am.hits) == 2, what="the alert to be sent again at the start")
            await until(lambda: clock.advance(5) or len(am.hits) >= 3, what="the alert to be sent again after a minute")
            await here.record(connected("prod", clock.now()))
            await here.tried(1)
            told = len(am.hits)
            clock.advance(61)
            clock.advance(61)
    alerts = [hit.json()[0] for hit in am.hits]
    assert len({str(alert["labels"]) for alert in alerts}) == 1
    assert alerts[0]["endsAt"] == iso(Clock().at + 300_000)
    assert alerts[2]["endsAt"] >= iso(Clock().at + 360_000)
    assert len(am.hits) == told, "it is over, and nobody speaks of it any more"
