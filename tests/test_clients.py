"""Who is connected, joined from what servers told."""

from __future__ import annotations

import json

import pytest

from zkdash.ensemble.clients import NEAR_LIMIT, Census, Held, Order, Said, census, ordered
from zkdash.znodes.holding import Gap
from zkdash.zookeeper.commands import Answer, Command, Refusal, Way
from zkdash.zookeeper.refusals import Trouble
from zkdash.zookeeper.tallies import ephemerals, max_client_connections, watch_counts


def cons(server: str, *lines: str, at: int = 5) -> Answer:
    return Answer(server, Command.CONS, Way.WORD, "".join(f" /{line}\n" for line in lines).encode(), at)


def text(command: Command, body: str, server: str = "zk1") -> Answer:
    return Answer(server, command, Way.WORD, body.encode(), 1)


def admin(command: Command, server: str = "zk1", **body: object) -> Answer:
    return Answer(server, command, Way.ADMIN, json.dumps(body).encode(), 1)


DUMP = text(
    Command.DUMP,
    "SessionTracker dump:\nSessions with Ephemerals (2):\n0x100:\n\t/a\n\t/b\n0xffffffffffffffff:\n\t/c\n",
)
MINUS_ONE = 2**64 - 1


def taken(*said: Answer | Refusal, **others: list[Answer | Refusal]) -> Census:
    return census(Said(said, others.get("dump", []), others.get("limits", []), others.get("watches")), ())


def test_connections_of_one_address_are_one_client_whatever_server_they_are_with() -> None:
    found = taken(
        cons("zk1", "10.0.0.1:1[1](queued=2,recved=10,sid=0x1,est=2000,llat=7)"),
        cons(
            "zk2", "10.0.0.1:2[1](queued=1,recved=5,sid=0x2,est=1000,llat=3)", "0:0:0:0:0:0:0:1:9[1](queued=0,sid=0x3)"
        ),
    )
    first, second = found.clients
    assert (first.address, second.address) == ("0:0:0:0:0:0:0:1", "10.0.0.1")
    assert [(one.server, one.connections) for one in second.crowds] == [("zk1", 1), ("zk2", 1)]
    assert (second.oldest, second.requests, second.waiting, second.latency_ms) == (1000, 15, 3, 7)
    assert (found.connections, found.heard, found.at, found.one_port) == (3, ("zk1", "zk2"), 5, True)


def test_ephemerals_are_those_of_the_session_and_what_nobody_told_is_unknown() -> None:
    said = cons("zk1", "10.0.0.1:1[1](queued=0,sid=0x100)", "10.0.0.2:1[1](queued=0,sid=0x5)")
    known, unknown = taken(said, dump=[DUMP]), taken(said)
    assert [client.ephemerals for client in known.clients] == [2, 0]
    assert [client.ephemerals for client in unknown.clients] == [None, None]
    assert [client.watches for client in known.clients] == [None, None]
    assert known.away == {MINUS_ONE: 1}


def test_a_session_that_is_just_moving_has_its_znodes_once() -> None:
    line = "10.0.0.1:{}[1](queued=0,sid=0x100)"
    (client,) = taken(cons("zk1", line.format(1)), cons("zk2", line.format(2)), dump=[DUMP]).clients
    assert (len(client.sessions), client.ephemerals) == (2, 2)


def test_znodes_beyond_the_clusters_path_are_counted_and_not_named() -> None:
    dump = text(Command.DUMP, "Sessions with Ephemerals (1):\n0x100:\n\t/etc/a\n\t/secret\n")
    found = census(Said([], [dump], []), (), "/etc")
    assert found.held == {0x100: Held(2, ("/a",))}


def test_watches_of_all_servers_are_added_up() -> None:
    wchp = [text(Command.WCHP, "/a\n\t0x100\n\t0x5\n/b\n\t0x100\n", server) for server in ("zk1", "zk2")]
    found = taken(cons("zk1", "10.0.0.1:1[1](queued=0,sid=0x100)"), watches=list(wchp))
    assert (found.clients[0].watches, found.with_watches) == (4, True)


def test_the_limit_counts_for_each_server_alone() -> None:
    lines = [f"10.0.0.1:{port}[1](queued=0,sid=0x{port:x})" for port in range(1, 18)]
    limits: list[Answer | Refusal] = [
        text(Command.CONF, "clientPort=2181\nmaxClientCnxns=20\n"),
        admin(Command.CONF, "zk2", max_client_cnxns=0),
    ]
    near, free = taken(cons("zk1", *lines), limits=limits), taken(cons("zk2", *lines), limits=limits)
    assert (near.clients[0].tightest.share, near.clients[0].near_limit) == (NEAR_LIMIT, True)
    assert (near.near, free.near) == (near.clients, ())
    assert (free.clients[0].tightest.limit, free.clients[0].near_limit) == (0, False)
    assert taken(cons("zk3", *lines), limits=limits).clients[0].tightest.limit is None


def test_what_a_server_refuses_is_said_with_the_setting_that_helps() -> None:
    refused = Refusal("zk2", Command.CONS, Trouble.NOT_ALLOWED, "not allowed", ("4lw.commands.whitelist=srvr,cons",))
    found = census(Said([cons("zk1"), refused], [], []), [Gap("zk9", "", "name unknown")])
    assert [gap.server for gap in found.gaps] == ["zk9", "zk2"]
    assert found.settings == ("4lw.commands.whitelist=srvr,cons",)
    assert found.heard == ("zk1",)


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (Order.ADDRESS, ["10.0.0.9", "10.0.0.10", "::1"]),
        (Order.CONNECTIONS, ["10.0.0.10", "10.0.0.9", "::1"]),
        (Order.OLDEST, ["::1", "10.0.0.9", "10.0.0.10"]),
        (Order.BUSIEST, ["10.0.0.9", "10.0.0.10", "::1"]),
        (Order.WAITING, ["::1", "10.0.0.9", "10.0.0.10"]),
        (Order.EPHEMERALS, ["10.0.0.9", "10.0.0.10", "::1"]),
    ],
)
def test_clients_come_in_the_order_that_is_wished_for(order: Order, expected: list[str]) -> None:
    found = taken(
        cons(
            "zk1",
            "10.0.0.10:1[1](queued=0,recved=1,sid=0x1,est=30)",
            "10.0.0.10:2[1](queued=0,recved=1,sid=0x2,est=40)",
            "10.0.0.9:1[1](queued=0,recved=9,sid=0x100,est=20)",
            "::1:1[1](queued=4,sid=0x4,est=10)",
        ),
        dump=[DUMP],
    )
    assert [client.address for client in ordered(found.clients, order)] == expected


def test_admin_servers_json_says_the_same_as_the_words() -> None:
    dump = admin(Command.DUMP, session_id_to_ephemeral_paths={"256": ["/a", "/b"], "-1": ["/c"]})
    assert sorted(ephemerals(dump)) == sorted(ephemerals(DUMP))
    assert sorted(ephemerals(DUMP)) == [(0x100, "/a"), (0x100, "/b"), (MINUS_ONE, "/c")]
    watches = admin(Command.WCHP, path_to_session_ids={"/a": [256, -1], "/b": [256]})
    assert watch_counts(watches) == {0x100: 2, MINUS_ONE: 1}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'{"session_id_to_ephemeral_paths": 1, "path_to_session_ids": [1]}',
        b"\xff\x00",
        b'{"max_client_cnxns":"x"}',
        b'{"session_id_to_ephemeral_paths": {"x": ["/a"], "1": 5}, "path_to_session_ids": {"/a": [true, "x"]}}',
    ],
)
@pytest.mark.parametrize("way", Way)
def test_nonsense_counts_nothing(body: bytes, way: Way) -> None:
    assert not list(ephemerals(Answer("zk1", Command.DUMP, way, body, 1)))
    assert not watch_counts(Answer("zk1", Command.WCHP, way, body, 1))
    assert max_client_connections(Answer("zk1", Command.CONF, way, body, 1)) is None
