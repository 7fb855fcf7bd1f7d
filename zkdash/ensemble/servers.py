"""Who the servers of a cluster are: those that zkdash is told of, joined with those that the ensemble itself names."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from zkdash.config import ClusterConfig
from zkdash.ensemble.sample import Peer, Server
from zkdash.zookeeper.addresses import Address, server_name
from zkdash.zookeeper.commands import Target
from zkdash.zookeeper.members import MAX_TARGETS, Member, addresses_of, counts_heads, members_told, targets_at

NOT_TOLD = "where their clients connect to is not known"

Place = tuple[str, int]
"""(ip, client port)."""


@dataclass(frozen=True, slots=True)
class Roster:
    """The servers of a cluster. `targets` is how to ask each by its name, `unresolved` why one can't be asked.

    `unnamed` are (name, why) of what the ensemble names and nobody can ask. `voters` is how many servers vote by the
    ensemble's own word, None where it says nothing; `heads` is whether each of them counts the same.
    """

    servers: tuple[Server, ...]
    targets: Mapping[str, Target]
    unresolved: Mapping[str, str]
    unnamed: tuple[tuple[str, str], ...] = ()
    voters: int | None = None
    heads: bool = True


async def find(config: ClusterConfig, told: bytes, numbers: Mapping[Place, int]) -> Roster:
    """The servers now. `told` is the ensemble's dynamic configuration, b"" for none; raises nothing.

    `numbers` are the ids by which servers know themselves, as far as they have said so.
    """
    members = members_told(told)
    configured, *resolved = await asyncio.gather(
        addresses_of(config.servers), *(addresses_of([(member.host, member.port or 1)]) for member in members)
    )
    return join(config, configured, list(zip(members, resolved, strict=True)), numbers, heads=counts_heads(told))


@dataclass(slots=True)
class _Seat:
    address: Address
    configured: bool = True
    told: bool = False
    member: Member | None = None
    peer: Peer = Peer.UNKNOWN
    guessed: bool = False

    def take(self, member: Member) -> None:
        self.told, self.member, self.peer = True, member, _peer(member)


Resolved = Sequence[Address | tuple[str, str]]


def join(
    config: ClusterConfig,
    configured: Resolved,
    told: Sequence[tuple[Member, Resolved]],
    numbers: Mapping[Place, int],
    *,
    heads: bool = True,
) -> Roster:
    """The roster of what is configured and what is told, both with their addresses. Pure.

    A server is the same in both by its number, by its address and port, or, where its port isn't told, by its host.
    """
    seats: dict[Place, _Seat] = {}
    unresolved: dict[str, str] = {}
    for one in configured:
        if isinstance(one, Address):
            seats.setdefault((one.ip, one.port), _Seat(one))
        else:
            unresolved[one[0]] = one[1]
    # Where the servers are spoken to by TLS, the client ports that the ensemble tells are others.
    left = [(member if config.tls is None else replace(member, port=None), found) for member, found in told]
    left = _by_number(seats, left, numbers)
    left = _by_place(seats, left)
    left, unnamed = _by_host(seats, left)
    if left and not any(seat.told for seat in seats.values()) and len(left) == len(seats) + len(unresolved):
        # As many, and none the same: they have other names and addresses for those who are not inside.
        for seat in seats.values():
            seat.told = True
        left = []
    unnamed += _add(seats, left, _common_port(config), unresolved)
    return _roster(config, seats, unresolved, unnamed, [member for member, _ in told], heads=heads)


def _by_number(
    seats: Mapping[Place, _Seat], told: Iterable[tuple[Member, Resolved]], numbers: Mapping[Place, int]
) -> list[tuple[Member, Resolved]]:
    by_number = {number: seats[place] for place, number in numbers.items() if place in seats}
    left = []
    for member, found in told:
        seat = by_number.get(member.number) if member.number is not None else None
        if seat is not None and not seat.told:
            seat.take(member)
        else:
            left.append((member, found))
    return left


def _by_place(seats: Mapping[Place, _Seat], told: Iterable[tuple[Member, Resolved]]) -> list[tuple[Member, Resolved]]:
    left = []
    for member, found in told:
        places = ((one.ip, member.port) for one in found if isinstance(one, Address) and member.port)
        seat = next((seats[place] for place in places if place in seats), None)
        if seat is not None and not seat.told:
            seat.take(member)
        else:
            left.append((member, found))
    return left


def _by_host(
    seats: Mapping[Place, _Seat], told: Iterable[tuple[Member, Resolved]]
) -> tuple[list[tuple[Member, Resolved]], list[tuple[str, str]]]:
    """Members without a client port: those of one host are the configured servers of that host."""
    left: list[tuple[Member, Resolved]] = []
    by_host: dict[frozenset[str], list[tuple[Member, Resolved]]] = {}
    for member, found in told:
        if member.port is None:
            ips = frozenset(one.ip for one in found if isinstance(one, Address))
            by_host.setdefault(ips, []).append((member, found))
        else:
            left.append((member, found))
    unnamed = []
    for ips, group in by_host.items():
        here = [seat for seat in seats.values() if seat.address.ip in ips and not seat.told]
        if not here and not any(seat.address.ip in ips for seat in seats.values()):
            left += group
            continue
        if len(here) == len(group) == 1:
            here[0].take(group[0][0])
            continue
        peers = {_peer(member) for member, _ in group}
        for seat in here:
            seat.told = True
            seat.peer = peers.pop() if len(peers) == 1 else Peer.UNKNOWN
            peers = {seat.peer} if seat.peer else peers
        if len(group) > len(here):
            unnamed.append((_more(len(group) - len(here), group[0][0].host), NOT_TOLD))
    return left, unnamed


def _add(
    seats: dict[Place, _Seat],
    told: Iterable[tuple[Member, Resolved]],
    port: int | None,
    unresolved: dict[str, str],
) -> list[tuple[str, str]]:
    """Seats for the members that nobody has configured; gives those that have none, and why."""
    unnamed = []
    for member, found in told:
        guessed = member.port is None
        at = member.port or port
        address = next((one for one in found if isinstance(one, Address)), None)
        if at is None:
            unnamed.append((_more(1, member.host), NOT_TOLD))
        elif address is None:
            why = next((one[1] for one in found if not isinstance(one, Address)), "host name not found")
            if server_name(member.host, at) not in unresolved:
                unnamed.append((server_name(member.host, at), why))
        elif (address.ip, at) in seats:
            unnamed.append((_more(1, member.host), NOT_TOLD))
        else:
            seat = _Seat(Address(address.host, at, address.ip), configured=False, guessed=guessed)
            seat.take(member)
            seats[address.ip, at] = seat
    return unnamed


def _roster(
    config: ClusterConfig,
    seats: Mapping[Place, _Seat],
    unresolved: Mapping[str, str],
    unnamed: Sequence[tuple[str, str]],
    members: Sequence[Member],
    *,
    heads: bool,
) -> Roster:
    some = list(seats.values())[:MAX_TARGETS]
    targets = targets_at(config, [seat.address for seat in some])
    servers = [
        Server(
            target.name,
            target.host,
            target.port,
            seat.member.number if seat.member else None,
            seat.peer,
            target.admin,
            seat.configured,
            seat.told,
            seat.guessed,
        )
        for seat, target in zip(some, targets, strict=True)
    ]
    order = {server_name(host, port): place for place, (host, port) in enumerate(config.servers)}
    by_name = {server_name(host, port): (host, port) for host, port in config.servers}
    servers += [Server(name, *by_name[name]) for name in unresolved if name in by_name]
    servers.sort(key=lambda server: order.get(server_name(server.host, server.port), len(order)))
    voters = sum(not member.observer for member in members)
    return Roster(
        tuple(servers),
        {target.name: target for target in targets},
        {name: why for name, why in unresolved.items() if name in by_name},
        tuple(unnamed),
        voters or None,
        heads,
    )


def _common_port(config: ClusterConfig) -> int | None:
    ports = {port for _, port in config.servers}
    return ports.pop() if len(ports) == 1 else None


def _peer(member: Member) -> Peer:
    return Peer.OBSERVER if member.observer else Peer.PARTICIPANT


def _more(count: int, host: str) -> str:
    return f"{count} more of the ensemble, on {host}"
