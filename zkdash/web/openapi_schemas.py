"""The shapes of the JSON API for its OpenAPI document (JSON Schema 2020-12). `shapes.py` makes what they describe.

No answer has a property that is not described here: the tests hold every real answer against these schemas.
"""

from __future__ import annotations

from typing import Any

from zkdash.alerts.incident import DeliveryState, What
from zkdash.zookeeper.states import Cause, Kind, State

Schema = dict[str, Any]


def object_of(description: str, **properties: Schema) -> Schema:
    return {
        "type": "object",
        "description": description,
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def text(description: str, **more: Any) -> Schema:
    return {"type": "string", "description": description, **more}


def number(description: str, **more: Any) -> Schema:
    return {"type": "integer", "description": description, **more}


def _time(description: str) -> Schema:
    return text(f"{description} ISO 8601, UTC, milliseconds.", format="date-time", pattern=TIME)


def or_null(schema: Schema) -> Schema:
    more = {"enum": [*schema["enum"], None]} if "enum" in schema else {}
    return {**schema, "type": [schema["type"], "null"], **more}


def list_of(of: str) -> Schema:
    return {"type": "array", "items": {"$ref": f"#/components/schemas/{of}"}}


def one_of(description: str, values: Any) -> Schema:
    return {"type": "string", "description": description, "enum": [str(value) for value in values]}


TIME = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$"
HEX = r"^0x[0-9a-f]{1,16}$"

_name = text("The cluster's name, as in the configuration and in addresses.")
_state = one_of("The state of a client's connection.", State)
_cause = one_of("Why.", Cause)
_reason = text("Why, in plain words; may be empty.")
_server = or_null(text("host:port of the server of the session, now or last."))
_session = or_null(text("The session's id, as ZooKeeper's tools write it.", pattern=HEX))
_event_id = number("An event's id.")

_CLUSTER: dict[str, Schema] = {
    "name": _name,
    "label": text("What people call it."),
    "state": _state,
    "since": _time("Since when it is in that state."),
    "cause": _cause,
    "reason": _reason,
    "server": _server,
    "session_id": _session,
    "health": one_of(
        "For a traffic light: the state if it isn't CONNECTED, else the verdict on the servers, or ok without one.",
        ("ok", "suspended", "lost", "healthy", "degraded", "at-risk", "no-quorum"),
    ),
}

_ZXID = "ZooKeeper transaction id: epoch << 32 | counter, as the signed 64-bit number that it is on the wire."

SCHEMAS: dict[str, Schema] = {
    "Cluster": object_of("A watched cluster.", **_CLUSTER),
    "ClusterDetails": object_of(
        "A watched cluster by itself.",
        **_CLUSTER,
        path=text("The path on the servers that bounds what zkdash shows. All paths of the API are relative to it."),
        servers={"type": "array", "items": {"type": "string"}, "description": "host:port of each configured server."},
        session_timeout={"type": "number", "description": "Seconds: the negotiated one, or the one asked for."},
    ),
    "Clusters": object_of("All clusters in the order of the configuration.", clusters=list_of("Cluster")),
    "Znode": object_of(
        "A znode with a page of its children.",
        path=text("Its path."),
        stat={"$ref": "#/components/schemas/Stat"},
        data=or_null(text("Its value: text if it is valid UTF-8, else base64. null: it has no value.")),
        encoding=or_null(one_of("How `data` is to be read; null if there is no value.", ("utf-8", "base64"))),
        children={
            "type": "array",
            "description": "In order of their names (by code point).",
            "items": object_of("A child.", name=text("Its name.")),
        },
        next=or_null(text("Ask again with `after` set to this for the next page; null: this was the last.")),
    ),
    "Stat": object_of(
        "ZooKeeper's stat of a znode.",
        czxid=number(f"Created by this transaction. {_ZXID}"),
        mzxid=number(f"Data last changed by this transaction. {_ZXID}"),
        pzxid=number(f"Children last changed by this transaction. {_ZXID}"),
        ctime=text("When it was created, by the clock of a server: ISO 8601, UTC."),
        mtime=text("When its data was last changed, by the clock of a server: ISO 8601, UTC."),
        ctime_ms=number("`ctime` as milliseconds since 1970."),
        mtime_ms=number("`mtime` as milliseconds since 1970."),
        version=number("How often its data was changed."),
        cversion=number("How often its list of children was changed."),
        aversion=number("How often its access list was changed."),
        ephemeral_owner=or_null(
            text(
                "The session that an ephemeral znode lives with, or the mark of a container or TTL znode.", pattern=HEX
            )
        ),
        data_length=number("Bytes."),
        num_children=number("How many children it has."),
    ),
    "Event": object_of(
        "Something that happened to a cluster.",
        id=number("Grows with every event."),
        cluster=_name,
        at=_time("When it was observed."),
        kind=one_of("A transition from one state to another, or something learnt about the present one.", Kind),
        **{"from": or_null(_state)},
        to=or_null(_state),
        cause=_cause,
        reason=_reason,
        session_id=_session,
        server=_server,
        lasted={"type": ["number", "null"], "description": "Seconds that the state that ended had lasted."},
        about=or_null(number("Of a notice: the transition that it adds to.")),
    ),
    "Events": object_of("Events, the newest first; with `after` the oldest first.", events=list_of("Event")),
    "Incident": object_of(
        "Something wrong with a cluster, from the event that opened it to the one that resolved it.",
        id=number("Grows with every incident."),
        cluster=_name,
        rule=text("What it is about: lost."),
        cause=_cause,
        reason=_reason,
        open={"type": "boolean", "description": "Whether it goes on."},
        opened_at=_time("When it began."),
        opened_event_id=_event_id,
        resolved_at=or_null(_time("When it ended.")),
        resolved_event_id=or_null(_event_id),
    ),
    "Incidents": object_of("Open ones first, then the newest.", incidents=list_of("Incident")),
    "Delivery": object_of(
        "A message owed to a receiver of alerts, until it is taken.",
        id=text("The webhook-id: the same on each try."),
        incident_id=number("What it tells of."),
        event_id=_event_id,
        cluster=_name,
        route=text("NAME of its [alert:NAME]."),
        what=one_of("What it says.", What),
        state=one_of("How far it is.", DeliveryState),
        tries=number("How often it was tried."),
        created_at=_time("Since when it is owed."),
        next_try_at=or_null(_time("When it is tried next; null if never again.")),
        sent_at=or_null(_time("When it was taken.")),
        last_status=or_null(number("HTTP status of the last answer; null if none came.")),
        last_error=text("Why the last try failed; empty if none did."),
    ),
    "Deliveries": object_of("The newest first.", deliveries=list_of("Delivery")),
    "Problem": {
        **object_of(
            "Why there is no answer (RFC 9457).",
            type=text("about:blank: the status says it all.", const="about:blank"),
            title=text("What is wrong."),
            status=number("The HTTP status."),
            detail=text("What is wrong here, and what would be right."),
            instance=text("The path that was asked for."),
            cluster=text("The cluster that can't be asked."),
            state=_state,
            since={**or_null(_time("Since when it is in that state."))},
            reference=text("Look for it in zkdash's log."),
        ),
        "required": ["type", "title", "status", "detail", "instance"],
    },
}
