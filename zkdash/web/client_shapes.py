"""The clients of a cluster, as the JSON API gives them, and as its document describes them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from zkdash.ensemble.clients import NEAR_LIMIT, Census, Client, Order
from zkdash.web.filters import iso
from zkdash.web.holder_shapes import connection, gap
from zkdash.web.openapi_schemas import HEX, TIME, Schema, list_of, number, object_of, or_null, text
from zkdash.znodes.stat import hex_id


def census(one: Census, clients: Iterable[Client]) -> dict[str, Any]:
    """All clients of a cluster, or those that were chosen."""
    return {
        "clients": [_client(client) for client in clients],
        "connections": one.connections,
        "addresses": len(one.clients),
        "sessions_away": [
            {"session_id": hex_id(session), "ephemerals": count} for session, count in sorted(one.away.items())
        ],
        "one_port": one.one_port,
        "servers": list(one.heard),
        "not_told": [gap(each) for each in one.gaps],
        "settings": list(one.settings),
        "at": None if one.at is None else iso(one.at),
    }


def _client(one: Client) -> dict[str, Any]:
    return {
        "address": one.address,
        "connections": len(one.sessions),
        "servers": [
            {"server": crowd.server, "connections": crowd.connections, "limit": crowd.limit} for crowd in one.crowds
        ],
        "near_limit": one.near_limit,
        "oldest": None if one.oldest is None else iso(one.oldest),
        "received": one.requests,
        "queued": one.waiting,
        "last_latency_ms": one.latency_ms,
        "ephemerals": one.ephemerals,
        "watches": one.watches,
        "sessions": [
            {
                "session_id": hex_id(session.connection.session),
                "server": session.server,
                **connection(session.connection),
                "ephemerals": session.ephemerals,
                "watches": session.watches,
            }
            for session in one.sessions
        ],
    }


_at = or_null(text("When. ISO 8601, UTC, milliseconds.", format="date-time", pattern=TIME))
_ephemerals = or_null(number("Its ephemeral znodes, everywhere in the cluster; null if no server told."))
_watches = or_null(number("The paths it watches for data or existence; null unless `watches=1` and a server told."))
_texts: Schema = {"type": "array", "items": {"type": "string"}}

CLIENT_SCHEMAS: dict[str, Schema] = {
    "Clients": object_of(
        "Who is connected to a cluster, as far as its servers tell.",
        clients=list_of("Client"),
        connections=number("How many connections with a session there are in all."),
        addresses=number("From how many addresses."),
        sessions_away=list_of("SessionAway"),
        one_port={
            "type": "boolean",
            "description": "Whether a server told only the connections of the port that it was asked on, TLS or plain.",
        },
        servers={**_texts, "description": "The servers that told their connections."},
        not_told=list_of("NotTold"),
        settings={**_texts, "description": "Settings of ZooKeeper's servers, any of which would let them tell."},
        at=_at,
    ),
    "Client": object_of(
        "The connections from one address.",
        address=text("The address, without a port."),
        connections=number("How many connections it has."),
        servers=list_of("ClientAtServer"),
        near_limit={
            "type": "boolean",
            "description": f"Whether it has {NEAR_LIMIT:.0%} or more of the connections that some server lets it have.",
        },
        oldest=_at,
        received=or_null(number("Packets that the servers got over the present connections.")),
        queued=or_null(number("Requests that wait for an answer.")),
        last_latency_ms=or_null(number("The longest that a last request took.")),
        ephemerals=_ephemerals,
        watches=_watches,
        sessions=list_of("ClientSession"),
    ),
    "ClientAtServer": object_of(
        "An address's connections with one server.",
        server=text("The server."),
        connections=number("How many."),
        limit=or_null(number("maxClientCnxns of that server; 0 for no limit, null if it doesn't tell.")),
    ),
    "ClientSession": object_of(
        "One connection and what its session holds.",
        session_id=text("The session.", pattern=HEX),
        server=text("The server."),
        client=text("The client's address and port."),
        since=_at,
        session_timeout_ms=or_null(number("The negotiated session timeout.")),
        last_operation=text("ZooKeeper's short name of the last request; may be empty."),
        last_latency_ms=or_null(number("How long that took.")),
        queued=or_null(number("Requests that wait for an answer.")),
        received=or_null(number("Packets that the server got from the client.")),
        sent=or_null(number("Packets that it sent.")),
        secure={"type": "boolean", "description": "Whether AdminServer says that it is a TLS connection."},
        ephemerals=_ephemerals,
        watches=_watches,
    ),
    "SessionAway": object_of(
        "A session that has ephemeral znodes, and no connection with a server that told.",
        session_id=text("The session.", pattern=HEX),
        ephemerals=number("Its ephemeral znodes."),
    ),
}


def client_paths(get: Any, query: Any, cluster_name: Schema) -> dict[str, Any]:
    """Their paths; `get` and `query` make an operation and a parameter."""
    string = {"type": "string"}
    path = get(
        "clusters",
        "getClients",
        "Who is connected to a cluster",
        "Clients",
        [
            cluster_name,
            query("sort", "The order.", {**string, "enum": [*Order], "default": Order.CONNECTIONS}),
            query("find", "Only addresses that have this in them.", string),
            query("address", "Only this address.", string),
            query("watches", "1: count watches too.", {**string, "enum": ["0", "1"], "default": "0"}),
        ],
        [404],
    )
    path["get"]["description"] = (
        "Asks every server for its connections (`cons`) and its limit (`conf`), and one for its sessions' ephemeral "
        "znodes (`dump`): their AdminServers, else by four-letter words. With `watches=1` every server lists all its "
        "watches too (`wchp`), which costs it time in which it does nothing else if they are many. Answers are kept "
        "for 5 s."
    )
    return {"/api/v1/clusters/{name}/clients": path}
