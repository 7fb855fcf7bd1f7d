"""What a receiver is told, as JSON. Pure. `docs/schemas/message.json` says the same.

The frame (type, timestamp, data) is that of Standard Webhooks, https://www.standardwebhooks.com/.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from zkdash.alerts import wording
from zkdash.alerts.delivery import DeliveryKind
from zkdash.alerts.incident import Incident
from zkdash.alerts.rules import CLUSTER_IS_GONE, SESSION_REPLACED
from zkdash.timeline.event import Event
from zkdash.timeline.times import iso
from zkdash.zookeeper.states import Severity, State

MOST_TEXTS = 20
"""How many incidents the text tells of one by one; `incidents` has all of them."""

_TYPES = {
    DeliveryKind.FIRING: "incidents.firing",
    DeliveryKind.ESCALATION: "incidents.firing",
    DeliveryKind.REPEAT: "incidents.firing",
    DeliveryKind.FLAPPING: "incidents.flapping",
    DeliveryKind.RESOLVED: "incidents.resolved",
}
_OF_CLUSTER = (*CLUSTER_IS_GONE, SESSION_REPLACED)


@dataclass(frozen=True, slots=True)
class Context:
    """What a message needs to know beside its incidents.

    `events` by id, `before` the events before an incident's, newest first, by the incident's id. `doubt` says why
    zkdash itself may be the trouble, empty if it isn't.
    """

    events: Mapping[int, Event] = field(default_factory=dict)
    before: Mapping[int, list[Event]] = field(default_factory=dict)
    label: Callable[[str], str] = str
    public_url: str = ""
    doubt: str = ""


def event_id_of(kind: DeliveryKind, incident: Incident) -> int:
    """The event that a message tells of."""
    if kind is DeliveryKind.RESOLVED and incident.resolved_event_id is not None:
        return incident.resolved_event_id
    return incident.opened_event_id


def payload(kind: DeliveryKind, incidents: Sequence[Incident], route: str, now: int, context: Context) -> str:
    """The message, byte for byte as it is kept for every try; `now` is when it is made."""
    # As it is to be told: a loss that is over by the time of its message is told as a loss first, then as over.
    told = [_as_told(kind, incident) for incident in incidents]
    data: dict[str, Any] = {"kind": kind.value, "route": route, "title": _title(kind, told, context)}
    data["text"] = _text(kind, told, context)
    data["doubt"] = context.doubt or None
    data["incidents"] = [_incident(kind, one, context) for one in told]
    type_, timestamp = _TYPES[kind], now
    if len(told) == 1:
        event = context.events.get(event_id_of(kind, incidents[0]))
        if event is not None and told[0].rule in _OF_CLUSTER and kind is not DeliveryKind.FLAPPING:
            type_ = "cluster.recovered" if kind is DeliveryKind.RESOLVED else "cluster.lost"
            timestamp = event.at
            data = {**_of_event(kind, event, incidents[0], context), **data}
    return json.dumps({"type": type_, "timestamp": iso(timestamp), "data": data})


def payload_of_test(route: str, by: str, now: int, public_url: str) -> str:
    """A message that tells of nothing but itself."""
    text = f"{by} sent this from zkdash to see whether messages of the route {route} arrive. Nothing is wrong."
    data: dict[str, Any] = {
        "kind": DeliveryKind.TEST.value,
        "route": route,
        "title": f"A test of the route {route}",
        "text": text,
        "doubt": None,
        "url": f"{public_url.rstrip('/')}/alerts" if public_url else None,
        "incidents": [],
    }
    return json.dumps({"type": "test", "timestamp": iso(now), "data": data})


def _of_event(kind: DeliveryKind, event: Event, incident: Incident, context: Context) -> dict[str, Any]:
    """What is said of a cluster that is lost, or back.

    `since` is when the state that is told began. `lasted_ms` is how long the state before it had lasted; of a
    recovery: how long the incident was open. `session_id` is unsigned hex, `url` the event's page or null.
    """
    lasted_ms, over = event.lasted_ms, kind is DeliveryKind.RESOLVED
    if over:
        lasted_ms = max(event.at - incident.opened_at, 0)
    return {
        "cluster": event.cluster,
        "label": context.label(event.cluster),
        "state": (State.CONNECTED if over else State.LOST).value,
        "cause": event.cause.value,
        "reason": event.reason,
        "since": iso(event.at),
        "lasted_ms": lasted_ms,
        "server": event.server,
        "session_id": None if event.session_id is None else f"0x{event.session_id % 2**64:x}",
        "event_id": event.id,
        "incident_id": incident.id,
        "url": _url(context, f"/timeline/events/{event.id}"),
    }


def _incident(kind: DeliveryKind, incident: Incident, context: Context) -> dict[str, Any]:
    said = wording.wording(incident)
    over = incident.resolved_at
    return {
        "id": incident.id,
        "cluster": incident.cluster,
        "label": context.label(incident.cluster),
        "rule": incident.rule,
        "subject": incident.subject,
        "severity": incident.severity.value,
        "status": _status(incident),
        "cause": incident.cause.value,
        "reason": incident.reason,
        "headline": wording.headline(incident, context.label(incident.cluster)),
        "opened_at": iso(incident.opened_at),
        "last_seen_at": iso(incident.last_seen_at),
        "resolved_at": None if over is None else iso(over),
        "resolved_why": incident.resolved_why,
        "lasted_ms": None if over is None else max(over - incident.opened_at, 0),
        "acknowledged_by": incident.acknowledged_by or None,
        "changed_before": wording.before(context.before.get(incident.id, [])),
        "affected": said.affected,
        "look_at": said.look_at,
        "event_id": event_id_of(kind, incident),
        "url": _url(context, f"/alerts/incidents/{incident.id}"),
    }


def _as_told(kind: DeliveryKind, incident: Incident) -> Incident:
    if kind is DeliveryKind.RESOLVED or incident.is_open:
        return incident
    return replace(incident, resolved_at=None, resolved_event_id=None, resolved_why="", firing=True)


def _status(incident: Incident) -> str:
    if incident.flapping_since is not None:
        return "flapping"
    return "firing" if incident.is_open else "resolved"


def _title(kind: DeliveryKind, told: Sequence[Incident], context: Context) -> str:
    mark = {
        DeliveryKind.RESOLVED: "Over",
        DeliveryKind.REPEAT: "Still",
        DeliveryKind.ESCALATION: "Nobody has acknowledged",
        DeliveryKind.FLAPPING: "Flapping",
    }.get(kind, _worst(told).capitalize())
    if len(told) == 1:
        return f"{mark}: {wording.headline(told[0], context.label(told[0].cluster))}"
    clusters = sorted({incident.cluster for incident in told})
    gone = len({incident.cluster for incident in told if incident.rule in CLUSTER_IS_GONE})
    if gone == len(told):
        what = f"{gone} clusters are {'connected again' if kind is DeliveryKind.RESOLVED else 'lost'}"
    else:
        what = f"{len(told)} incidents of {len(clusters)} cluster{'s' if len(clusters) > 1 else ''}"
    named = ", ".join(clusters[:3]) + (f" and {len(clusters) - 3} more" if len(clusters) > 3 else "")
    return f"{mark}: {what} ({named})"


def _worst(told: Sequence[Incident]) -> str:
    order = list(Severity)
    return min((incident.severity for incident in told), key=order.index).value


def _text(kind: DeliveryKind, told: Sequence[Incident], context: Context) -> str:
    parts = [f"zkdash itself may be the trouble: {context.doubt}"] if context.doubt else []
    for incident in told[:MOST_TEXTS]:
        url = _url(context, f"/alerts/incidents/{incident.id}")
        changed = wording.before(context.before.get(incident.id, []))
        parts.append("\n".join(wording.lines(incident, context.label(incident.cluster), changed, url)))
    if len(told) > MOST_TEXTS:
        parts.append(f"… and {len(told) - MOST_TEXTS} more.")
    return "\n\n".join(parts)


def _url(context: Context, path: str) -> str | None:
    return f"{context.public_url.rstrip('/')}{path}" if context.public_url else None
