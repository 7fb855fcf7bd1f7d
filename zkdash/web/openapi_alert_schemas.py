"""The shapes of alerts for the API's OpenAPI document. `shapes_alerts.py` makes what they describe."""

from __future__ import annotations

from zkdash.alerts.delivery import DeliveryKind, DeliveryState, What
from zkdash.alerts.notification import NotificationState
from zkdash.alerts.silence import LONGEST_TEXT, MOST_PATTERNS, Source
from zkdash.web.incident import LONGEST_NOTE
from zkdash.web.openapi_schemas import TIME, Schema, list_of, number, object_of, one_of, or_null, text
from zkdash.web.silence_body import LONGEST_PATTERN
from zkdash.web.silence_form import LONGEST_WINDOW
from zkdash.web.who import LONGEST
from zkdash.zookeeper.states import Cause, Severity


def _time(description: str) -> Schema:
    return text(f"{description} ISO 8601, UTC, milliseconds.", format="date-time", pattern=TIME)


def _flag(description: str) -> Schema:
    return {"type": "boolean", "description": description}


def _texts(description: str, **more: object) -> Schema:
    return {"type": "array", "description": description, "items": {"type": "string", **more}}


def _seconds(description: str) -> Schema:
    return {"type": "number", "description": f"Seconds: {description}"}


def _body(description: str, required: tuple[str, ...], **properties: Schema) -> Schema:
    return {**object_of(description, **properties), "required": list(required)}


_by = text("Who does it.", maxLength=LONGEST)
_severity = one_of("How bad it is.", Severity)
_what = {
    "clusters": "Names of clusters.",
    "rules": "Names of rules, such as lost or server-down.",
    "severities": "How bad it is: critical, warning or info.",
    "labels": "Labels of clusters.",
    "subjects": "Servers, as host:port.",
}
_patterns = {
    name: _texts(f"{words} Shell patterns; empty is any.", minLength=1, maxLength=LONGEST_PATTERN)
    | {"maxItems": MOST_PATTERNS}
    for name, words in _what.items()
}

_INCIDENT: dict[str, Schema] = {
    "id": number("Grows with every incident."),
    "cluster": text("The cluster's name."),
    "rule": text("What it is about: lost, never-connected, suspended, session-replaced, or a rule of the ensemble."),
    "subject": text("The server, host:port, that it is about; empty: the whole cluster."),
    "severity": _severity,
    "cause": one_of("Why.", Cause),
    "reason": text("Why, in plain words; may be empty."),
    "open": _flag("Whether it goes on."),
    "firing": _flag("Whether it was there when it was last looked at; one that flaps may be open and not firing."),
    "opened_at": _time("When it began."),
    "opened_event_id": number("The event that opened it."),
    "last_seen_at": _time("When it was last seen."),
    "flapping_since": or_null(_time("Since when it comes and goes.")),
    "acknowledged_at": or_null(_time("When somebody took it on.")),
    "acknowledged_by": text("Who did; empty: nobody."),
    "acknowledged_note": text("What they said."),
    "resolved_at": or_null(_time("When it ended.")),
    "resolved_event_id": or_null(number("The event that resolved it.")),
    "resolved_why": text("Why it is over, where no event says it."),
}

_DELIVERY: dict[str, Schema] = {
    "id": text("The same on each try: a receiver can tell what it has already."),
    "kind": one_of("Why it was made.", DeliveryKind),
    "incident_id": or_null(number("What it tells of, the first if there are several; null: a test.")),
    "event_id": or_null(number("The event that led to it, the first if there are several.")),
    "cluster": text("The cluster's name; empty: several, or none."),
    "route": text("NAME of its [alert:NAME]."),
    "what": one_of("What it says.", What),
    "state": one_of("How far it is.", DeliveryState),
    "tries": number("How often it was tried."),
    "created_at": _time("Since when it is owed."),
    "next_try_at": or_null(_time("When it is tried next; null if never again.")),
    "sent_at": or_null(_time("When it was taken.")),
    "last_status": or_null(number("HTTP status, or exit code, of the last try; null if there was none.")),
    "last_error": text("Why the last try failed; empty if none did."),
}

_SILENCE: dict[str, Schema] = {
    "id": number("Grows with every silence."),
    "state": one_of("Whether it mutes now, will, or never again.", ("active", "upcoming", "over")),
    "matchers": {"$ref": "#/components/schemas/Matchers"},
    "starts_at": _time("When it begins."),
    "ends_at": or_null(_time("When it ends; null: it comes again without an end.")),
    "window": or_null(text("When it comes again; null: it is one stretch of time.")),
    "reason": text("Why."),
    "author": text("Who made it."),
    "source": one_of("Where it was made.", Source),
    "created_at": _time("When it was made."),
    "ended_at": or_null(_time("When somebody ended it before its time.")),
    "ended_by": text("Who did; empty: nobody."),
}

ALERT_SCHEMAS: dict[str, Schema] = {
    "Incident": object_of(
        "Something wrong with a cluster or a server, from the event that opened it to the one that resolved it.",
        **_INCIDENT,
    ),
    "Incidents": object_of(
        "Open ones first, then the newest; with `before` simply the newest.", incidents=list_of("Incident")
    ),
    "IncidentDetails": object_of(
        "An incident, and who is told of it.", **_INCIDENT, notifications=list_of("Notification")
    ),
    "Notification": object_of(
        "What a route is told of an incident.",
        route=text("NAME of its [alert:NAME]."),
        state=one_of("How far it is.", NotificationState),
        muted=_flag("Whether something keeps it back now."),
        why=text("What it waits for, or why nothing was told; may be empty."),
        escalation=_flag("Whether it is told because nobody acknowledged it elsewhere."),
        told_at=or_null(_time("When it was first told.")),
        last_told_at=or_null(_time("When it was last told.")),
        resolved_told_at=or_null(_time("When it was told that it is over.")),
    ),
    "Acknowledgement": _body(
        "Who takes an incident on.", ("by",), by=_by, note=text("For the others.", maxLength=LONGEST_NOTE)
    ),
    "Actor": _body("Who does it.", (), by=_by),
    "Delivery": object_of("A message owed to a receiver of alerts, until it is taken.", **_DELIVERY),
    "Deliveries": object_of("The newest first.", deliveries=list_of("Delivery")),
    "DeliveryDetails": object_of(
        "A delivery, what it says, and each try.",
        **_DELIVERY,
        payload=text("The message, the same on every try."),
        attempts=list_of("Attempt"),
    ),
    "Attempt": object_of(
        "One try.",
        n=number("Counts from 1."),
        at=_time("When."),
        took_ms=number("How long it took, milliseconds."),
        status=or_null(number("HTTP status or exit code; null: there was none.")),
        error=text("Why it failed; empty: it was taken."),
        request=text("The request, in part and without secrets."),
        response=text("The answer, in part."),
    ),
    "Matchers": object_of("Which incidents: each list that isn't empty must have a pattern that fits.", **_patterns),
    "Silence": object_of("What nobody is told for a while.", **_SILENCE),
    "Silences": object_of("All silences.", silences=list_of("Silence")),
    "SilenceDetails": object_of("A silence, and what it kept quiet.", **_SILENCE, muted=list_of("Incident")),
    "SilenceDraft": _body(
        "A silence to make. It needs `lasts`, `ends_at` or a `window`.",
        ("matchers", "reason", "by"),
        matchers={**object_of("Which incidents; not all lists may be empty.", **_patterns), "required": []},
        starts_at=text("When it begins; now if left out. ISO 8601; without a zone it is UTC."),
        lasts=text("How long: 90m, 2h, 1d."),
        ends_at=text("When it ends. ISO 8601; without a zone it is UTC."),
        window=text("When it comes again, such as Sat,Sun 02:00-04:00 Europe/Prague.", maxLength=LONGEST_WINDOW),
        reason=text("Why.", maxLength=LONGEST_TEXT),
        by=_by,
    ),
    "AlertRoute": object_of(
        "Who is told of what and when: an [alert:NAME] of the configuration, without its secrets.",
        name=text("NAME."),
        type=text("How: the kind of receiver."),
        on=_texts("LOST, RECOVERED, and patterns of rules' names."),
        clusters=_texts("Patterns of clusters' names."),
        labels=_texts("Patterns of clusters' labels; empty is any."),
        severities=_texts("How bad; empty is any."),
        **{"for": _seconds("how long something must last.")},
        group_wait=or_null(_seconds("how long it waits for others; null: 0 for what is critical, else 30.")),
        group_interval=_seconds("for how long what is over is gathered."),
        repeat_interval=or_null(_seconds("after which it is told again; null: never.")),
        send_resolved=_flag("Whether it is told that something is over."),
        escalate_after=or_null(_seconds("after which another route is told if nobody acknowledges; null: never.")),
        escalate_to=or_null(text("That other route.")),
        failing=_flag("Whether the last try failed."),
    ),
    "AlertRoutes": object_of("In the order of the configuration.", routes=list_of("AlertRoute")),
    "Replay": object_of(
        "What a route would have been told, from the log. Nothing is sent.",
        since=_time("From when on."),
        events=number("How many events were looked at."),
        cut=_flag("Whether there are older ones in this time, which were not."),
        total=number("How many messages there would have been."),
        messages={
            "type": "array",
            "description": "The newest 200 of them, the oldest first.",
            "items": object_of(
                "A message.",
                at=_time("When it would have been sent."),
                kind=one_of("Why.", DeliveryKind),
                incidents={
                    "type": "array",
                    "description": "What it would have told of.",
                    "items": object_of(
                        "An incident.",
                        **{name: _INCIDENT[name] for name in ("cluster", "rule", "subject", "severity")},
                        opened_at=_INCIDENT["opened_at"],
                        resolved_at=_INCIDENT["resolved_at"],
                    ),
                },
            ),
        },
    ),
}
