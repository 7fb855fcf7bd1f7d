"""The shapes of the JSON API for its OpenAPI document (JSON Schema 2020-12). `shapes.py` makes what they describe.

No answer has a property that is not described here: the tests hold every real answer against these schemas.
"""

from __future__ import annotations

from typing import Any

from zkdash.zookeeper.states import Cause, Kind, Severity, State

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


UNSEEN_STAT = "null: only the name is shown to you, it is on the way to what you may see."
UNMASK = "1: with what is masked as secret, for who may see it. It is written down."


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
        stat={"oneOf": [{"$ref": "#/components/schemas/Stat"}, {"type": "null"}], "description": UNSEEN_STAT},
        data=or_null(text("Its value: text if it is valid UTF-8, else base64. null: it has no value.")),
        encoding=or_null(one_of("How `data` is to be read; null if there is no value.", ("utf-8", "base64"))),
        masked=number("How many values in it are masked as secret; they and their length are not told."),
        children={
            "type": "array",
            "description": "In order of their names (by code point), or as `sort` says.",
            "items": object_of("A child.", name=text("Its name.")),
        },
        matching=number("How many children the filter lets through; without one, how many there are."),
        next=or_null(text("Ask again with `after` set to this for the next page; null: this was the last.")),
        next_skip=or_null(number("The same for any other order than `name`: ask again with `skip` set to this.")),
    ),
    "Count": object_of(
        "How many znodes there are from one down.",
        path=text("Its path."),
        znodes=or_null(
            number("The znode and all below it, whatever their access lists; null: the server can't count.")
        ),
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
        kind=one_of("A transition, something learnt about the present state, or a rule that fires or resolves.", Kind),
        **{"from": or_null(_state)},
        to=or_null(_state),
        cause=_cause,
        reason=_reason,
        session_id=_session,
        server=_server,
        lasted={"type": ["number", "null"], "description": "Seconds that the state that ended had lasted."},
        about=or_null(number("Of a notice: the transition that it adds to.")),
        rule=or_null(text("Of a rule that fires or resolves: its name.")),
        subject=or_null(text("Likewise, the server that it is about; null: the whole cluster.")),
        severity=or_null(one_of("Likewise, how bad it is.", Severity)),
    ),
    "Events": object_of("Events, the newest first; with `after` the oldest first.", events=list_of("Event")),
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
            errors={
                "type": "array",
                "description": "What is wrong with what was sent, by field.",
                "items": object_of("A mistake.", field=text("The field."), detail=text("What is allowed.")),
            },
        ),
        "required": ["type", "title", "status", "detail", "instance"],
    },
}
