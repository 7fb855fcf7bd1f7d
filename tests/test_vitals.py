"""What servers' answers say of them, in every form that they have, and in none."""

from __future__ import annotations

import math

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zkdash.ensemble.facts import diverged, drift, facts_of
from zkdash.zookeeper.members import members_told
from zkdash.zookeeper.vitals import MAX_METRICS, Vitals, of_mntr, of_monitor, of_server_stats, of_srvr, version_of

SRVR = b"""\
Zookeeper version: 3.9.2-e454e8c7283100c7caec6dcae2bc82aaecb63023, built on 2024-02-12 20:59 UTC
Latency min/avg/max: 0/0.2173/44
Received: 1234
Sent: 1230
Connections: 7
Outstanding: 2
Zxid: 0x10000012d
Mode: leader
Node count: 305
Proposal sizes last/min/max: 48/48/96
"""


def test_srvr() -> None:
    assert of_srvr(SRVR) == Vitals(
        "leader",
        "3.9.2",
        0x10000012D,
        None,
        {
            "packets_received": 1234.0,
            "packets_sent": 1230.0,
            "num_alive_connections": 7.0,
            "outstanding_requests": 2.0,
            "znode_count": 305.0,
            "min_latency": 0.0,
            "avg_latency": 0.2173,
            "max_latency": 44.0,
        },
    )


@pytest.mark.parametrize("answer", [b"", b"imok", b"Zookeeper version: 3.9.2\nMode: emperor\n", SRVR[20:], b"\0" * 99])
def test_what_is_no_answer_to_srvr(answer: bytes) -> None:
    assert of_srvr(answer) is None


def test_mntr_by_the_bare_names() -> None:
    found = of_mntr(
        b"zk_version\t3.8.4-9316c2a7, built on x\nzk_server_state\tfollower\nzk_uptime\t1509\nzk_avg_latency\t0.5\n"
        b"zk_peer_state\tfollowing - broadcast\nzk_secrets_write_per_namespace\t3\nzk_x\tNaN\nnonsense\n"
    )
    assert found == Vitals("follower", "3.8.4", None, 1509, {"uptime": 1509.0, "avg_latency": 0.5})


def test_monitor_without_the_names_of_znodes() -> None:
    found = of_monitor(
        {
            "version": "3.8.0-${mvngit.commit.id}, built on 2024-12-29 17:54 UTC",
            "server_state": "observer",
            "uptime": 10,
            "avg_payroll_read_per_namespace": 3.0,
            "ready": True,
            "peer_state": "observing",
            "quorum_size": 3,
        }
    )
    assert found == Vitals("observer", "3.8.0", None, 10, {"uptime": 10.0, "quorum_size": 3.0})


def test_server_stats() -> None:
    stats = {"server_state": "leader", "last_processed_zxid": -1, "uptime": 5, "num_alive_client_connections": 2}
    found = of_server_stats({"version": "3.8.0", "read_only": False, "server_stats": stats, "node_count": 9})
    assert found is not None
    assert (found.state, found.zxid, found.uptime_ms) == ("leader", (1 << 64) - 1, 5)
    assert found.metrics == {"uptime": 5.0, "num_alive_connections": 2.0, "znode_count": 9.0}
    assert of_server_stats({"read_only": True, "server_stats": stats}).state == "read-only"  # type: ignore[union-attr]  # it is there
    assert of_server_stats({"server_stats": []}) is None


def test_only_so_many_metrics_are_taken() -> None:
    found = of_monitor({"server_state": "leader"} | {f"m{number}": number for number in range(9999)})
    assert found is not None
    assert len(found.metrics) == MAX_METRICS


def test_versions() -> None:
    assert [
        version_of(text) for text in ("3.10.0-rc1, x", "3.4.14-4c25d480e66aadd371de8bd2fd8da255ac140bcf", "", 3)
    ] == [
        *("3.10.0-rc1", "3.4.14", "", ""),
    ]


@given(st.binary(max_size=300).map(lambda tail: b"Zookeeper version: 3\nMode: leader\n" + tail) | st.binary())
def test_nothing_makes_srvr_or_mntr_raise(answer: bytes) -> None:
    for found in (of_srvr(answer), of_mntr(answer), of_mntr(b"zk_server_state\tleader\nzk_a\t" + answer)):
        assert found is None or all(map(math.isfinite, found.metrics.values()))


_json = st.recursive(
    st.none() | st.booleans() | st.integers(-(1 << 70), 1 << 70) | st.text(max_size=9) | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=8,
)
_KEYS = [
    *("server_state", "version", "uptime", "server_stats", "read_only", "node_count", "last_processed_zxid"),
    *("digests", "zxid", "digest", "digest_version", "current_config", "server_id", "tick_time"),
]


@given(st.dictionaries(st.sampled_from(_KEYS), _json | st.dictionaries(st.sampled_from(_KEYS), _json)))
def test_no_json_makes_them_raise(value: dict[str, object]) -> None:
    of_monitor(value | {"server_state": "leader"})
    of_server_stats(value)
    facts = facts_of(value, value, {"digests": [value]} | value)
    assert drift({"a": facts, "b": facts}) == {}
    assert diverged({"a": facts, "b": facts}) == {}


def test_of_a_configuration_only_numbers_are_kept() -> None:
    configuration = {"server_id": 3, "tick_time": 2000, "data_dir": "/secret", "max_client_cnxns": "60", "x": 1}
    view = {"current_config": {"10": {"client_address": ""}, "2": {}}}
    facts = facts_of(configuration, orjson.loads(orjson.dumps(view)), {})
    assert (facts.number, facts.settings, facts.digests) == (3, {"tick_time": "2000", "voters": "2, 10"}, {})
    assert facts.voters == {}


def test_the_voters_are_said_as_the_ensembles_configuration_says_them() -> None:
    view = {
        "1": {"server_addresses": ["zk1.example:2888", "10.0.0.1:2888"], "client_address": "0.0.0.0:2181"},
        "2": {"server_addresses": ["[fe80::1]:2888"], "client_address": ""},
        "3": {"server_addresses": ["zk3:2888\nserver.9=evil:1"], "client_address": "zk3:2181"},
        "4": {"server_addresses": ["zk4:2888"], "client_address": "zk4:2181\nserver.9=evil:1"},
    }
    voters = facts_of({}, {"current_config": view}, {}).voters
    assert voters == {1: "server.1=zk1.example:2888;0.0.0.0:2181", 2: "server.2=[fe80::1]:2888", 4: "server.4=zk4:2888"}
    told = members_told("\n".join(voters.values()).encode())
    assert [(one.host, one.port, one.number, one.observer) for one in told] == [
        ("zk1.example", 2181, 1, False),
        ("fe80::1", None, 2, False),
        ("zk4", None, 4, False),
    ]
