"""Who holds and who watches a znode, as the JSON API gives it, and as its document describes it."""

from __future__ import annotations

from typing import Any

from zkdash.web.filters import iso
from zkdash.web.openapi_schemas import HEX, TIME, Schema, list_of, number, object_of, or_null, text
from zkdash.znodes.holding import Gap, Holding, Watching
from zkdash.znodes.stat import hex_id
from zkdash.zookeeper.answers import Connection


def holding(one: Holding) -> dict[str, Any]:
    """Who holds a znode."""
    return {
        "path": one.path,
        "kind": one.kind.partition(":")[0],
        "session_id": None if one.session is None else hex_id(one.session),
        "connections": [{"server": seat.server, **connection(seat.connection)} for seat in one.seats],
        "others": list(one.others),
        "others_total": one.others_total,
        "others_outside": one.outside,
        "one_port": one.one_port,
        "servers": list(one.heard),
        "not_told": [gap(each) for each in one.gaps],
        "settings": list(one.settings),
        "at": _time(one.at),
    }


def watching(one: Watching) -> dict[str, Any]:
    """Who watches a znode."""
    return {
        "path": one.path,
        "exists": one.there,
        "watchers": [
            {
                "session_id": hex_id(watcher.session),
                "server": watcher.server,
                "client": watcher.connection.client if watcher.connection else None,
                "since": _time(watcher.connection.since if watcher.connection else None),
            }
            for watcher in one.watchers
        ],
        "total": one.total,
        "servers": list(one.heard),
        "not_told": [gap(each) for each in one.gaps],
        "settings": list(one.settings),
        "at": _time(one.at),
    }


def connection(one: Connection) -> dict[str, Any]:
    """What a server tells of a client's connection."""
    return {
        "client": one.client,
        "since": _time(one.since),
        "session_timeout_ms": one.session_timeout_ms,
        "last_operation": one.last_operation,
        "last_latency_ms": one.last_latency_ms,
        "queued": one.queued,
        "received": one.received,
        "sent": one.sent,
        "secure": one.secure,
    }


def gap(one: Gap) -> dict[str, Any]:
    """What a server did not tell."""
    return {"server": one.server, "command": one.command, "reason": one.reason, "settings": list(one.settings)}


def _time(at: int | None) -> str | None:
    return None if at is None else iso(at)


_at = or_null(text("When. ISO 8601, UTC, milliseconds.", format="date-time", pattern=TIME))
_server = text("The server, host:port as zkdash reaches it.")
_servers: Schema = {
    "type": "array",
    "items": {"type": "string"},
    "description": "The servers that told. Without all servers of the cluster among them, the answer is partial.",
}
_settings: Schema = {
    "type": "array",
    "items": {"type": "string"},
    "description": "Settings of ZooKeeper's servers, any of which would let them tell.",
}
_rest = {"servers": _servers, "not_told": list_of("NotTold"), "settings": _settings, "at": _at}

HOLDER_SCHEMAS: dict[str, Schema] = {
    "Holder": object_of(
        "The session that holds an ephemeral znode, as far as the servers tell.",
        path=text("The znode's path."),
        kind=text("What kind of znode it is. Only an ephemeral one has a session."),
        session_id=or_null(text("The session that it lives as long as.", pattern=HEX)),
        connections=list_of("SessionConnection"),
        others={
            "type": "array",
            "items": {"type": "string"},
            "description": "The session's other ephemeral znodes within the cluster's path, the first 200 in order.",
        },
        others_total=or_null(number("How many those are; null if no server told.")),
        others_outside=or_null(number("How many it has outside the cluster's path; null if no server told.")),
        one_port={
            "type": "boolean",
            "description": "Whether a server told only the connections of the port that it was asked on, TLS or plain.",
        },
        **_rest,
    ),
    "SessionConnection": object_of(
        "A connection of the session, by the word of the server that it is with.",
        server=_server,
        client=text("The client's address and port."),
        since=_at,
        session_timeout_ms=or_null(number("The negotiated session timeout.")),
        last_operation=text("ZooKeeper's short name of the last request; may be empty."),
        last_latency_ms=or_null(number("How long that took.")),
        queued=or_null(number("Requests that wait for an answer.")),
        received=or_null(number("Packets that the server got from the client.")),
        sent=or_null(number("Packets that it sent.")),
        secure={"type": "boolean", "description": "Whether AdminServer says that it is a TLS connection."},
    ),
    "NotTold": object_of(
        "What a server did not tell.",
        server=text("The server."),
        command=text("The command that it did not answer; empty if it could not be asked anything."),
        reason=text("Why, in plain words."),
        settings=_settings,
    ),
    "Watchers": object_of(
        "The sessions that watch a znode's data or existence, as far as the servers tell.",
        path=text("The path."),
        exists={"type": "boolean", "description": "Whether there is such a znode: one that isn't can be watched too."},
        watchers=list_of("Watcher"),
        total=number("How many they are; `watchers` has the first 500."),
        **_rest,
    ),
    "Watcher": object_of(
        "A session that watches.",
        session_id=text("The session.", pattern=HEX),
        server=_server,
        client=or_null(text("The client's address and port; null if the server doesn't tell its connections.")),
        since=_at,
    ),
}


def holder_paths(get: Any, query: Any, cluster_name: Schema) -> dict[str, Any]:
    """Their paths; `get` and `query` make an operation and a parameter."""
    path = query("path", "The znode's path, relative to the cluster's.", {"type": "string", "default": "/"})
    base = "/api/v1/clusters/{name}"
    found = {
        f"{base}/holder": get(
            "clusters", "getHolder", "Who holds an ephemeral znode", "Holder", [cluster_name, path], [404, 503]
        ),
        f"{base}/watchers": get(
            "clusters", "getWatchers", "Who watches a znode", "Watchers", [cluster_name, path], [404, 503]
        ),
    }
    found[f"{base}/holder"]["get"]["description"] = (
        "Asks every server for its connections (`cons`) and one for its sessions' ephemeral znodes (`dump`): their "
        "AdminServers, else by four-letter words. Answers are kept for 5 s."
    )
    found[f"{base}/watchers"]["get"]["description"] = (
        "Asks every server for all its watches (`wchp`), which costs it time in which it does nothing else if they are "
        "many. Watches on lists of children are not told by ZooKeeper. Answers are kept for 5 s."
    )
    return found
