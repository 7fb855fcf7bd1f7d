"""The shapes of the JSON API for its OpenAPI document (JSON Schema 2020-12). `shapes.py` makes what they describe.

No answer has a property that is not described here: the tests hold every real answer against these schemas.
"""

from __future__ import annotations

from typing import Any

from zkdash.alerts.incident import DeliveryState, What
from zkdash.zookeeper.states import Cause, Kind, State

Schema = dict[str, Any]


def _object(description: str, **properties: Schema) -> Schema:
    return {
        "type": "object",
        "description": description,
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _text(description: str, **more: Any) -> Schema:
    return {"type": "string", "description": description, **more}


def _number(description: str, **more: Any) -> Schema:
    return {"type": "integer", "description": description, **more}


def _time(description: str) -> Schema:
    return _text(f"{description} ISO 8601, UTC, milliseconds.", format="date-time", pattern=TIME)


def _or_null(schema: Schema) -> Schema:
    more = {"enum": [*schema["enum"], None]} if "enum" in schema else {}
    return {**schema, "type": [schema["type"], "null"], **more}


def _list(of: str) -> Schema:
    return {"type": "array", "items": {"$ref": f"#/components/schemas/{of}"}}


def _one_of(description: str, values: Any) -> Schema:
    return {"type": "string", "description": description, "enum": [str(value) for value in values]}


TIME = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$"
HEX = r"^0x[0-9a-f]{1,16}$"

_name = _text("The cluster's name, as in the configuration and in addresses.")
_state = _one_of("The state of a client's connection.", State)
_cause = _one_of("Why.", Cause)
_reason = _text("Why, in plain words; may be empty.")
_server = _or_null(_text("host:port of the server of the session, now or last."))
_session = _or_null(_text("The session's id, as ZooKeeper's tools write it.", pattern=HEX))
_event_id = _number("An event's id.")

_CLUSTER: dict[str, Schema] = {
    "name": _name,
    "label": _text("What people call it."),
    "state": _state,
    "since": _time("Since when it is in that state."),
    "cause": _cause,
    "reason": _reason,
    "server": _server,
    "session_id": _session,
    "health": _one_of("The same for a traffic light.", ("ok", "suspended", "lost")),
}

_ZXID = "ZooKeeper transaction id: epoch << 32 | counter, as the signed 64-bit number that it is on the wire."

SCHEMAS: dict[str, Schema] = {
    "Cluster": _object("A watched cluster.", **_CLUSTER),
    "ClusterDetails": _object(
        "A watched cluster by itself.",
        **_CLUSTER,
        path=_text("The path on the servers that bounds what zkdash shows. All paths of the API are relative to it."),
        servers={"type": "array", "items": {"type": "string"}, "description": "host:port of each configured server."},
        session_timeout={"type": "number", "description": "Seconds: the negotiated one, or the one asked for."},
    ),
    "Clusters": _object("All clusters in the order of the configuration.", clusters=_list("Cluster")),
    "Znode": _object(
        "A znode with a page of its children.",
        path=_text("Its path."),
        stat={"$ref": "#/components/schemas/Stat"},
        data=_or_null(_text("Its value: text if it is valid UTF-8, else base64. null: it has no value.")),
        encoding=_or_null(_one_of("How `data` is to be read; null if there is no value.", ("utf-8", "base64"))),
        children={
            "type": "array",
            "description": "In order of their names (by code point).",
            "items": _object("A child.", name=_text("Its name.")),
        },
        next=_or_null(_text("Ask again with `after` set to this for the next page; null: this was the last.")),
    ),
    "Stat": _object(
        "ZooKeeper's stat of a znode.",
        czxid=_number(f"Created by this transaction. {_ZXID}"),
        mzxid=_number(f"Data last changed by this transaction. {_ZXID}"),
        pzxid=_number(f"Children last changed by this transaction. {_ZXID}"),
        ctime=_text("When it was created, by the clock of a server: ISO 8601, UTC."),
        mtime=_text("When its data was last changed, by the clock of a server: ISO 8601, UTC."),
        ctime_ms=_number("`ctime` as milliseconds since 1970."),
        mtime_ms=_number("`mtime` as milliseconds since 1970."),
        version=_number("How often its data was changed."),
        cversion=_number("How often its list of children was changed."),
        aversion=_number("How often its access list was changed."),
        ephemeral_owner=_or_null(
            _text(
                "The session that an ephemeral znode lives with, or the mark of a container or TTL znode.", pattern=HEX
            )
        ),
        data_length=_number("Bytes."),
        num_children=_number("How many children it has."),
    ),
    "Event": _object(
        "Something that happened to a cluster.",
        id=_number("Grows with every event."),
        cluster=_name,
        at=_time("When it was observed."),
        kind=_one_of("A transition from one state to another, or something learnt about the present one.", Kind),
        **{"from": _or_null(_state)},
        to=_or_null(_state),
        cause=_cause,
        reason=_reason,
        session_id=_session,
        server=_server,
        lasted={"type": ["number", "null"], "description": "Seconds that the state that ended had lasted."},
        about=_or_null(_number("Of a notice: the transition that it adds to.")),
    ),
    "Events": _object("Events, the newest first; with `after` the oldest first.", events=_list("Event")),
    "Incident": _object(
        "Something wrong with a cluster, from the event that opened it to the one that resolved it.",
        id=_number("Grows with every incident."),
        cluster=_name,
        rule=_text("What it is about: lost."),
        cause=_cause,
        reason=_reason,
        open={"type": "boolean", "description": "Whether it goes on."},
        opened_at=_time("When it began."),
        opened_event_id=_event_id,
        resolved_at=_or_null(_time("When it ended.")),
        resolved_event_id=_or_null(_event_id),
    ),
    "Incidents": _object("Open ones first, then the newest.", incidents=_list("Incident")),
    "Delivery": _object(
        "A message owed to a receiver of alerts, until it is taken.",
        id=_text("The webhook-id: the same on each try."),
        incident_id=_number("What it tells of."),
        event_id=_event_id,
        cluster=_name,
        route=_text("NAME of its [alert:NAME]."),
        what=_one_of("What it says.", What),
        state=_one_of("How far it is.", DeliveryState),
        tries=_number("How often it was tried."),
        created_at=_time("Since when it is owed."),
        next_try_at=_or_null(_time("When it is tried next; null if never again.")),
        sent_at=_or_null(_time("When it was taken.")),
        last_status=_or_null(_number("HTTP status of the last answer; null if none came.")),
        last_error=_text("Why the last try failed; empty if none did."),
    ),
    "Deliveries": _object("The newest first.", deliveries=_list("Delivery")),
    "Problem": {
        **_object(
            "Why there is no answer (RFC 9457).",
            type=_text("about:blank: the status says it all.", const="about:blank"),
            title=_text("What is wrong."),
            status=_number("The HTTP status."),
            detail=_text("What is wrong here, and what would be right."),
            instance=_text("The path that was asked for."),
            cluster=_text("The cluster that can't be asked."),
            state=_state,
            since={**_or_null(_time("Since when it is in that state."))},
            reference=_text("Look for it in zkdash's log."),
        ),
        "required": ["type", "title", "status", "detail", "instance"],
    },
}
