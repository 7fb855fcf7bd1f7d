"""Who the servers of a cluster are: those of the configuration, joined with those that the ensemble names."""

from __future__ import annotations

import pytest

from zkdash.config import ClusterConfig, TlsConfig
from zkdash.ensemble.sample import Peer, Server
from zkdash.ensemble.servers import Place, Roster, find, join
from zkdash.zookeeper.addresses import Address
from zkdash.zookeeper.members import Member, counts_heads

A, B, C = ("10.0.0.1", 2181), ("10.0.0.2", 2181), ("10.0.0.3", 2181)


def roster(
    *servers: tuple[str, int],
    told: tuple[tuple[Member, str], ...] = (),
    numbers: dict[Place, int] | None = None,
    tls: TlsConfig | None = None,
) -> Roster:
    """`told` are members with the address that each has, "" for one that isn't found."""
    config = ClusterConfig("c", servers, tls=tls)
    addresses = [Address(host, port, host) for host, port in servers]
    resolved = [
        (member, [Address(member.host, member.port or 1, ip)] if ip else [(member.host, "host name not found")])
        for member, ip in told
    ]
    return join(config, addresses, resolved, numbers or {})


def facts(found: Roster) -> list[tuple[str, int | None, bool, bool]]:
    return [(server.name, server.number, server.configured, server.told) for server in found.servers]


def test_without_the_ensembles_word_they_are_the_configured_ones() -> None:
    found = roster(A, B)
    assert facts(found) == [("10.0.0.1:2181", None, True, False), ("10.0.0.2:2181", None, True, False)]
    assert found.voters is None


def test_a_server_is_the_same_by_its_address_and_one_that_nobody_listed_is_added() -> None:
    told = tuple((Member(f"zk{n}", 2181, n, observer=n == 4), f"10.0.0.{n}") for n in (1, 2, 3, 4))
    found = roster(A, B, told=told)
    assert facts(found) == [
        ("10.0.0.1:2181", 1, True, True),
        ("10.0.0.2:2181", 2, True, True),
        ("zk3:2181", 3, False, True),
        ("zk4:2181", 4, False, True),
    ]
    assert [server.peer for server in found.servers] == [Peer.PARTICIPANT] * 3 + [Peer.OBSERVER]
    assert found.voters == 3
    assert found.targets["zk3:2181"].ip == "10.0.0.3"


def test_where_client_ports_are_not_told_a_server_is_the_same_by_its_host() -> None:
    told = tuple((Member(f"10.0.0.{n}", None, n), f"10.0.0.{n}") for n in (1, 2, 3))
    found = roster(A, B, told=told)
    assert facts(found)[:2] == [("10.0.0.1:2181", 1, True, True), ("10.0.0.2:2181", 2, True, True)]
    assert found.servers[2] == Server(
        "10.0.0.3:2181", "10.0.0.3", 2181, 3, Peer.PARTICIPANT, "http://10.0.0.3:8080/commands", False, True, True
    )


def test_several_servers_of_one_host_are_told_apart_by_their_numbers_alone() -> None:
    ports = [("127.0.0.1", port) for port in (1, 2, 3)]
    told = tuple((Member("127.0.0.1", None, n), "127.0.0.1") for n in (1, 2, 3))
    found = roster(*ports, told=told)
    assert [(server.number, server.told, server.peer) for server in found.servers] == [
        (None, True, Peer.PARTICIPANT),
    ] * 3
    numbered = roster(*ports, told=told, numbers={ports[0]: 3, ports[1]: 2, ports[2]: 1})
    assert [server.number for server in numbered.servers] == [3, 2, 1]
    fewer = roster(*ports[:2], told=told)
    assert (len(fewer.servers), fewer.voters) == (2, 3)
    assert fewer.unnamed == (("1 more of the ensemble, on 127.0.0.1", "where their clients connect to is not known"),)


def test_an_ensemble_that_calls_all_its_servers_otherwise_has_no_more_of_them() -> None:
    told = tuple((Member(f"zk{n}", 2181, n), "" if n == 3 else f"172.17.0.{n}") for n in (1, 2, 3))
    found = roster(A, B, C, told=told)
    assert [(server.name, server.told) for server in found.servers] == [
        ("10.0.0.1:2181", True),
        ("10.0.0.2:2181", True),
        ("10.0.0.3:2181", True),
    ]
    assert found.unnamed == ()


def test_a_configured_server_that_the_ensemble_does_not_name_is_none_of_it() -> None:
    told = tuple((Member(f"10.0.0.{n}", 2181, n), f"10.0.0.{n}") for n in (1, 2, 4))
    found = roster(A, B, C, told=told)
    assert facts(found)[2:] == [("10.0.0.3:2181", None, True, False), ("10.0.0.4:2181", 4, False, True)]


def test_a_name_that_is_not_found_is_said() -> None:
    told = ((Member("10.0.0.1", 2181, 1), "10.0.0.1"), (Member("gone", 2181, 2), ""))
    assert roster(A, told=told).unnamed == (("gone:2181", "host name not found"),)


def test_by_tls_the_client_ports_that_are_told_are_not_believed() -> None:
    told = ((Member("10.0.0.1", 2181, 1), "10.0.0.1"), (Member("10.0.0.2", 2181, 2), "10.0.0.2"))
    found = roster(("10.0.0.1", 2281), told=told, tls=TlsConfig())
    assert [(server.name, server.guessed) for server in found.servers] == [
        ("10.0.0.1:2281", False),
        ("10.0.0.2:2281", True),
    ]


async def test_a_configured_server_without_an_address_stays_in_the_list() -> None:
    config = ClusterConfig("c", (("127.0.0.1", 1), ("no-such-host.invalid", 2181)))
    found = await find(config, b"", {})
    assert [server.name for server in found.servers] == ["127.0.0.1:1", "no-such-host.invalid:2181"]
    assert found.unresolved == {"no-such-host.invalid:2181": "host name not found"}


@pytest.mark.parametrize("line", ["group.1=1:2:3", "weight.1=3"])
def test_groups_and_weights_are_no_majority_of_heads(line: str) -> None:
    assert not counts_heads(f"server.1=a:1:2;3\n{line}\n".encode())
    assert counts_heads(b"server.1=a:1:2;3\nversion=100000000\n")
