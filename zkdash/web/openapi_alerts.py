"""What the API's OpenAPI document says of alerts: what there is, and what can be done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from zkdash.alerts.delivery import DeliveryState
from zkdash.web.preview import SPANS_MS
from zkdash.zookeeper.states import Severity

Path = dict[str, Any]


def alert_paths(get: Callable[..., Path], act: Callable[..., Path], query: Callable[..., Path]) -> dict[str, Path]:
    """The paths; `get`, `act` and `query` make an operation that reads, one that changes something, and a parameter."""
    texts = {"type": "array", "items": {"type": "string"}}
    limit = {"type": "integer", "minimum": 1, "maximum": 1000, "default": 200}
    number = {"type": "integer", "minimum": 0}
    text = {"type": "string"}

    def in_path(name: str, description: str, schema: Path) -> Path:
        return {"name": name, "in": "path", "required": True, "description": description, "schema": schema}

    incident = in_path("id", "The incident's id.", number)
    delivery = in_path("id", "The delivery's id.", text)
    silence = in_path("id", "The silence's id.", number)
    route = in_path("route", "NAME of an [alert:NAME].", text)
    return {
        "/api/v1/incidents": get(
            "alerts",
            "listIncidents",
            "Incidents, open ones first",
            "Incidents",
            [
                query("open", "1: only open ones.", {"type": "integer", "enum": [0, 1]}),
                query("cluster", "Only of these clusters.", texts),
                query("rule", "Only of these rules.", texts),
                query(
                    "severity", "Only as bad as this.", {**texts, "items": {**text, "enum": list(map(str, Severity))}}
                ),
                query("before", "Only incidents with a lower id, to read on; open ones then don't come first.", number),
                query("limit", "At most so many incidents.", limit),
            ],
            [503],
        ),
        "/api/v1/incidents/{id}": get(
            "alerts", "getIncident", "One incident, and who is told of it", "IncidentDetails", [incident], [404, 503]
        ),
        "/api/v1/incidents/{id}/acknowledge": act(
            "post",
            "acknowledgeIncident",
            "Take an incident on: it is told and escalated no more",
            "IncidentDetails",
            [incident],
            "Acknowledgement",
            conflict=True,
        ),
        "/api/v1/incidents/{id}/unacknowledge": act(
            "post",
            "unacknowledgeIncident",
            "Take an acknowledgement back",
            "IncidentDetails",
            [incident],
            "Actor",
            conflict=True,
        ),
        "/api/v1/deliveries": get(
            "alerts",
            "listDeliveries",
            "Messages to the receivers of alerts, the newest first",
            "Deliveries",
            [
                query("incident", "Only of this incident.", number),
                query("event", "Only of this event.", number),
                query("route", "Only to these routes; not together with `incident` or `event`.", texts),
                query(
                    "state",
                    "Only in these states; likewise.",
                    {**texts, "items": {**text, "enum": list(map(str, DeliveryState))}},
                ),
                query("limit", "At most so many deliveries.", limit),
            ],
            [503],
        ),
        "/api/v1/deliveries/{id}": get(
            "alerts",
            "getDelivery",
            "One delivery, with what it says and each try",
            "DeliveryDetails",
            [delivery],
            [404, 503],
        ),
        "/api/v1/deliveries/{id}/resend": act(
            "post",
            "resendDelivery",
            "Send the same message once more",
            "Delivery",
            [delivery],
            "Actor",
            status=202,
            conflict=True,
        ),
        "/api/v1/silences": {
            **get("alerts", "listSilences", "All silences", "Silences", [], [503]),
            **act("post", "addSilence", "Make a silence", "Silence", [], "SilenceDraft", status=201, missing=False),
        },
        "/api/v1/silences/{id}": {
            **get(
                "alerts", "getSilence", "One silence, and what it kept quiet", "SilenceDetails", [silence], [404, 503]
            ),
            **act(
                "delete",
                "endSilence",
                "End a silence now; it is kept",
                "SilenceDetails",
                [silence, query("by", "Who does it.", text)],
                conflict=True,
            ),
        },
        "/api/v1/alert-routes": get("alerts", "listAlertRoutes", "Who is told of what and when", "AlertRoutes"),
        "/api/v1/alert-routes/{route}/test": act(
            "post",
            "testAlertRoute",
            "Send a test to a route's receiver; ask for the delivery to see what comes of it",
            "Delivery",
            [route],
            "Actor",
            status=202,
        ),
        "/api/v1/alert-routes/{route}/replay": get(
            "alerts",
            "replayAlertRoute",
            "What a route would have been told, from the log, with other waits and intervals if asked so",
            "Replay",
            [
                route,
                query("since", "How far to look back.", {**text, "enum": list(SPANS_MS), "default": "7d"}),
                query("for", "How long something must last: 30s, 5m.", text),
                query(
                    "group_wait",
                    "How long it waits for others; `by severity`: 0s for what is critical, else 30s.",
                    text,
                ),
                query("group_interval", "For how long what is over is gathered.", text),
                query("repeat_interval", "After which it is told again; or `never`.", text),
                query("send_resolved", "yes or no.", text),
            ],
            [404, 503],
        ),
    }
