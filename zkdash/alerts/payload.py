"""What a receiver is told, as JSON. Pure.

The frame (type, timestamp, data) is that of Standard Webhooks, https://www.standardwebhooks.com/.
"""

from __future__ import annotations

import json

from zkdash.alerts.incident import Incident, What
from zkdash.timeline.event import Event
from zkdash.timeline.times import iso
from zkdash.zookeeper.states import State

_TYPES = {What.LOST: "cluster.lost", What.RECOVERED: "cluster.recovered"}
_STATES = {What.LOST: State.LOST, What.RECOVERED: State.CONNECTED}


def payload(what: What, event: Event, incident: Incident, label: str, public_url: str) -> str:
    """The body of a delivery.

    `since` is when the state that is told began. `lasted_ms` is how long the state before it had lasted; of a
    recovery: how long the incident was open. `session_id` is unsigned hex, `url` the event's page or null.
    """
    lasted_ms = event.lasted_ms
    if what is What.RECOVERED:
        lasted_ms = max(event.at - incident.opened_at, 0)
    return json.dumps(
        {
            "type": _TYPES[what],
            "timestamp": iso(event.at),
            "data": {
                "cluster": event.cluster,
                "label": label,
                "state": _STATES[what].value,
                "cause": event.cause.value,
                "reason": event.reason,
                "since": iso(event.at),
                "lasted_ms": lasted_ms,
                "server": event.server,
                "session_id": None if event.session_id is None else f"0x{event.session_id % 2**64:x}",
                "event_id": event.id,
                "incident_id": incident.id,
                "url": f"{public_url.rstrip('/')}/timeline/events/{event.id}" if public_url else None,
            },
        }
    )
