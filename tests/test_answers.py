"""What servers' answers say, whichever way they came; and no bytes make the readers raise."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zkdash.zookeeper.answers import Connection, connections, ephemerals, watchers
from zkdash.zookeeper.commands import Answer, Command, Way
from zkdash.zookeeper.members import Member, members_told

BUSY = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""The machine may be slow; that is not what is tested."""

FIRST, SECOND = 0x100004F5C420000, 0xF00004F5C590000F

DUMP = f"""\
SessionTracker dump:
Global Sessions(2):
0x{FIRST:x}\t10000ms
0x{SECOND:x}\t10000ms
ephemeral nodes dump:
Sessions with Ephemerals (2):
0x{SECOND:x}:
\t/e2
0x{FIRST:x}:
\t/with space é\u2028:
\t/e1
Connections dump:
Connections Sets (1)/(2):
2 expire at Sun Nov 22 18:04:10 UTC 2026:
\tip: /127.0.0.1:45946 sessionId: 0x{FIRST:x}
""".encode()
CONS = f"""\
 /127.0.0.1:44138[0](queued=0,recved=1,sent=0)
 /10.0.0.7:45946[1](queued=2,recved=4,sent=3,sid=0x{FIRST:x},lop=GETC,est=1795370632445,to=10000,lcxid=0x3,\
lzxid=0x100000005,lresp=5201967,llat=1,minlat=0,avglat=11,maxlat=36)
 host/[0:0:0:0:0:0:0:1]:4711[5](queued=0,recved=4,sent=3,sid=0x{SECOND:x},lop=NA,est=99999999999999999,to=-1)

""".encode()
WCHP = f"/e1\n\t0x{SECOND:x}\n\t0x{FIRST:x}\n/e1/x\n\t0x{FIRST:x}\n\n".encode()


def said(command: Command, body: bytes | dict[str, Any], way: Way = Way.WORD) -> Answer:
    if isinstance(body, dict):
        return Answer("s", command, Way.ADMIN, json.dumps(body).encode(), 0)
    return Answer("s", command, way, body, 0)


def signed(session: int) -> int:
    return session - (1 << 64) if session >> 63 else session


@pytest.mark.parametrize(
    "dump",
    [
        DUMP,
        {"session_id_to_ephemeral_paths": {str(signed(SECOND)): ["/e2"], str(FIRST): ["/with space é\u2028:", "/e1"]}},
    ],
    ids=["text", "json"],
)
def test_the_ephemeral_znodes_of_a_session(dump: bytes | dict[str, Any]) -> None:
    answer = said(Command.DUMP, dump)
    assert ephemerals(answer, FIRST) == ("/with space é\u2028:", "/e1")
    assert ephemerals(answer, SECOND) == ("/e2",)
    assert ephemerals(answer, 1) == ()


def test_a_path_that_is_cut_off_is_no_path() -> None:
    cut = DUMP[: DUMP.index(b"/e1\nConn") + 2]
    assert ephemerals(said(Command.DUMP, cut), FIRST) == ("/with space é\u2028:",)


def test_connections_of_text() -> None:
    first, second = connections(said(Command.CONS, CONS))
    assert first == Connection(FIRST, "10.0.0.7:45946", 1795370632445, 10000, "GETC", 2, 4, 3, 1)
    assert second == Connection(SECOND, "[0:0:0:0:0:0:0:1]:4711", None, None, "", 0, 4, 3)


def test_connections_of_json() -> None:
    one = {
        "remote_socket_address": "10.0.0.7:45946",
        "outstanding_requests": 2,
        "packets_received": 4,
        "packets_sent": 3,
        "session_id": FIRST,
        "last_operation": "GETC",
        "established": 1795370632445,
        "session_timeout": 10000,
        "last_latency": 1,
    }
    other = {"session_id": signed(SECOND), "remote_socket_address": 7, "established": True, "packets_sent": 1 << 70}
    value = {"connections": [one, {"session_id": 0}, "x", None], "secure_connections": [other]}
    assert connections(said(Command.CONS, value)) == (
        Connection(FIRST, "10.0.0.7:45946", 1795370632445, 10000, "GETC", 2, 4, 3, 1),
        Connection(SECOND, "7", secure=True),
    )


@pytest.mark.parametrize(
    "wchp",
    [WCHP, {"path_to_session_ids": {"/e1": [signed(SECOND), FIRST], "/e1/x": [FIRST]}}],
    ids=["text", "json"],
)
def test_the_sessions_that_watch_a_path(wchp: bytes | dict[str, Any]) -> None:
    answer = said(Command.WCHP, wchp)
    assert watchers(answer, "/e1") == (SECOND, FIRST)
    assert watchers(answer, "/e1/x") == (FIRST,)
    assert watchers(answer, "/e") == ()
    assert watchers(answer, "/\udc80") == ()


def everything(answer: Answer) -> None:
    for session in (FIRST, SECOND, 0):
        assert all(isinstance(path, str) for path in ephemerals(answer, session))
    assert all(0 < one.session < 1 << 64 for one in connections(answer))
    assert all(0 <= session < 1 << 64 for session in watchers(answer, "/e1"))


@given(st.binary(max_size=500), st.sampled_from(Way))
@BUSY
def test_no_bytes_make_them_raise(body: bytes, way: Way) -> None:
    everything(said(Command.DUMP, body, way))


@given(st.sampled_from([DUMP, CONS, WCHP]), st.integers(0, 2000), st.integers(0, 40), st.binary(max_size=20))
@BUSY
def test_nor_do_real_answers_with_some_bytes_put_for_others(body: bytes, at: int, gone: int, put: bytes) -> None:
    at %= len(body)
    everything(said(Command.DUMP, body[:at] + put + body[at + gone :]))


_leaf = st.none() | st.booleans() | st.integers(-(1 << 64), 1 << 64) | st.floats(allow_nan=False) | st.text(max_size=5)
_any = st.recursive(
    _leaf,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
_fields = st.sampled_from(
    ["session_id", "remote_socket_address", "established", "last_operation", "packets_sent", "session_timeout"]
)
_told = st.dictionaries(_fields, _any, max_size=6)
_keys = st.sampled_from(
    ["connections", "secure_connections", "session_id_to_ephemeral_paths", "path_to_session_ids", "error"]
)


@given(st.dictionaries(_keys, _any | st.lists(_told) | st.dictionaries(st.just("/e1") | st.just(str(FIRST)), _any)))
@BUSY
def test_nor_does_json_of_any_shape(value: dict[str, Any]) -> None:
    everything(said(Command.DUMP, value))


def test_the_members_of_a_dynamic_configuration() -> None:
    value = b"""\
server.1=zk1.example:2888:3888:participant;2181
server.2=ZK2.example:2888:3888:observer;0.0.0.0:2182
server.3=10.0.0.3:2888:3888;10.1.0.3:2183
server.4=[2001:db8::4]:2888:3888:participant;[2001:db8::44]:2184
server.5=zk5a:2888:3888|zk5b:2888:3888:participant;2185
server.6=127.0.0.1:2888:3888:participant
server.7=zk7:2888:3888:participant;99999
version=100000000
"""
    assert members_told(value) == (
        Member("zk1.example", 2181, 1),
        Member("zk2.example", 2182, 2, observer=True),
        Member("10.1.0.3", 2183, 3),
        Member("2001:db8::44", 2184, 4),
        Member("zk5a", 2185, 5),
        Member("127.0.0.1", None, 6),
        Member("zk7", None, 7),
    )


@given(st.binary(max_size=200).map(lambda tail: b"server.1=" + tail) | st.binary(max_size=200))
@BUSY
def test_no_dynamic_configuration_makes_it_raise(value: bytes) -> None:
    assert all(member.host for member in members_told(value))
