"""Who is connected: the clients of a cluster by address, as all its servers tell them, joined. Pure."""

from __future__ import annotations

import enum
import ipaddress
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from zkdash.znodes.holding import Gap, relative
from zkdash.zookeeper.answers import Connection, connections
from zkdash.zookeeper.commands import Answer, Refusal, Way, merged
from zkdash.zookeeper.tallies import ephemerals, max_client_connections, watch_counts

NEAR_LIMIT = 0.85
"""From this share of maxClientCnxns on, an address is said to be near its limit."""


PATHS = 20
"""How many ephemeral znodes of a session are kept by name."""


class Order(enum.StrEnum):
    """What a list of clients begins with."""

    CONNECTIONS = "connections"
    ADDRESS = "address"
    OLDEST = "oldest"
    BUSIEST = "busiest"
    WAITING = "waiting"
    LATENCY = "latency"
    EPHEMERALS = "ephemerals"
    WATCHES = "watches"


@dataclass(frozen=True, slots=True)
class Session:
    """One connection of a client, the server that it is with, and what its session holds. None: not told."""

    server: str
    connection: Connection
    ephemerals: int | None
    watches: int | None


@dataclass(frozen=True, slots=True)
class Crowd:
    """How many connections an address has with one server, and how many it may have: 0 any number, None not told."""

    server: str
    connections: int
    limit: int | None

    @property
    def share(self) -> float:
        """Of the limit; 0 where there is none, or none is known."""
        return self.connections / self.limit if self.limit else 0.0


@dataclass(frozen=True, slots=True)
class Client:
    """The connections from one address. Times are UTC ms by the servers' clocks; None: not told.

    `requests` are packets that the servers got over the present connections, `waiting` those without an answer yet,
    `latency_ms` the longest of the last requests.
    """

    address: str
    sessions: tuple[Session, ...]
    crowds: tuple[Crowd, ...]
    oldest: int | None
    requests: int | None
    waiting: int | None
    latency_ms: int | None
    ephemerals: int | None
    watches: int | None

    @property
    def tightest(self) -> Crowd:
        """The server where it comes nearest to its limit, else the one with most of its connections."""
        return max(self.crowds, key=lambda crowd: (crowd.share, crowd.connections))

    @property
    def near_limit(self) -> bool:
        return self.tightest.share >= NEAR_LIMIT


@dataclass(frozen=True, slots=True)
class Said:
    """What the servers said to each command that was asked; `watches` is None where nobody wanted to know."""

    connections: Sequence[Answer | Refusal]
    ephemerals: Sequence[Answer | Refusal]
    limits: Sequence[Answer | Refusal]
    watches: Sequence[Answer | Refusal] | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """A session's ephemeral znodes: how many, and the first PATHS of those within the cluster's path, in no order."""

    total: int
    paths: tuple[str, ...]


NOTHING = Held(0, ())


@dataclass(frozen=True, slots=True)
class Census:
    """All clients, by address.

    `heard` are the servers that told their connections, `gaps` what was not told; with `one_port` some told only those
    of the port that they were asked on. `held` are the ephemeral znodes by session, None where no server told; `away`
    are the sessions of those that have no connection, by what was told: their counts.
    """

    clients: tuple[Client, ...]
    heard: tuple[str, ...]
    gaps: tuple[Gap, ...] = ()
    limits: Mapping[str, int] = field(default_factory=dict)
    held: Mapping[int, Held] | None = None
    away: Mapping[int, int] = field(default_factory=dict)
    one_port: bool = False
    with_watches: bool = False
    at: int | None = None

    @property
    def connections(self) -> int:
        return sum(len(client.sessions) for client in self.clients)

    @property
    def near(self) -> tuple[Client, ...]:
        """Those that are near a limit, the nearest first."""
        return tuple(client for client in ordered(self.clients, Order.CONNECTIONS) if client.near_limit)

    @property
    def settings(self) -> tuple[str, ...]:
        """What to set in ZooKeeper's configuration, so that the servers tell."""
        return merged(self.gaps)


def census(said: Said, unknown: Iterable[Gap], base: str = "/") -> Census:
    """Everything joined; `unknown` are servers that could not be asked at all, `base` is the cluster's path."""
    told = _answers(said.connections)
    dumps = _answers(said.ephemerals)
    held = _held(dumps[0], base) if dumps else None
    watches = _summed(watch_counts(answer) for answer in _answers(said.watches or ()))
    limits = {
        answer.server: limit
        for answer in _answers(said.limits)
        if (limit := max_client_connections(answer)) is not None
    }
    by_address: dict[str, list[Session]] = defaultdict(list)
    seen: set[int] = set()
    for answer in told:
        for connection in connections(answer):
            seen.add(connection.session)
            by_address[address_of(connection)].append(
                Session(
                    answer.server,
                    connection,
                    None if held is None else held.get(connection.session, NOTHING).total,
                    None if watches is None else watches[connection.session],
                )
            )
    all_said = [*said.connections, *said.ephemerals, *said.limits, *(said.watches or ())]
    return Census(
        clients=tuple(_client(address, sessions, limits) for address, sessions in sorted(by_address.items())),
        heard=tuple(answer.server for answer in told),
        gaps=(*unknown, *(Gap.of(one) for one in all_said if isinstance(one, Refusal))),
        limits=limits,
        held=held,
        away={session: one.total for session, one in (held or {}).items() if session not in seen},
        one_port=any(answer.way is Way.WORD for answer in told),
        with_watches=watches is not None,
        at=min((answer.at for answer in told), default=None),
    )


def ordered(clients: Iterable[Client], order: Order) -> list[Client]:
    """The clients as somebody wants to see them, those without the number last; equals by address."""
    by_address = sorted(clients, key=lambda client: _address_key(client.address))
    match order:
        case Order.ADDRESS:
            return by_address
        case Order.CONNECTIONS:
            return sorted(by_address, key=lambda client: (client.tightest.share, len(client.sessions)), reverse=True)
        case Order.OLDEST:
            return sorted(by_address, key=lambda client: (client.oldest is None, client.oldest or 0))
    return sorted(by_address, key=lambda client: _number(client, order), reverse=True)


def _number(client: Client, order: Order) -> int:
    values = {
        Order.BUSIEST: client.requests,
        Order.WAITING: client.waiting,
        Order.LATENCY: client.latency_ms,
        Order.EPHEMERALS: client.ephemerals,
        Order.WATCHES: client.watches,
    }
    value = values.get(order)
    return -1 if value is None else value


def address_of(connection: Connection) -> str:
    """The client's address without its port: ZooKeeper writes IPv6 addresses without brackets."""
    return connection.client.rpartition(":")[0].strip("[]") or connection.client


def _client(address: str, sessions: list[Session], limits: Mapping[str, int]) -> Client:
    at_server = Counter(session.server for session in sessions)
    links = [session.connection for session in sessions]
    # Two connections of one session are one session's znodes.
    held = {session.connection.session: session for session in sessions}.values()
    return Client(
        address=address,
        sessions=tuple(sorted(sessions, key=lambda one: (one.server, one.connection.since or 0))),
        crowds=tuple(Crowd(server, count, limits.get(server)) for server, count in sorted(at_server.items())),
        oldest=min((link.since for link in links if link.since is not None), default=None),
        requests=_sum(link.received for link in links),
        waiting=_sum(link.queued for link in links),
        latency_ms=max((link.last_latency_ms for link in links if link.last_latency_ms is not None), default=None),
        ephemerals=_sum(one.ephemerals for one in held),
        watches=_sum(one.watches for one in held),
    )


def _held(dump: Answer, base: str) -> dict[int, Held]:
    totals: Counter[int] = Counter()
    paths: dict[int, list[str]] = defaultdict(list)
    for session, real in ephemerals(dump):
        totals[session] += 1
        path = relative(real, base)
        if path is not None and len(paths[session]) < PATHS:
            paths[session].append(path)
    return {session: Held(total, tuple(paths[session])) for session, total in totals.items()}


def _sum(values: Iterable[int | None]) -> int | None:
    """The sum of what is known; None where nothing is."""
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _summed(counts: Iterable[Counter[int]]) -> Counter[int] | None:
    """All of them in one; None where nobody told."""
    found: Counter[int] | None = None
    for one in counts:
        found = found + one if found is not None else one
    return found


def _answers(said: Iterable[Answer | Refusal]) -> list[Answer]:
    return [one for one in said if isinstance(one, Answer)]


def _address_key(address: str) -> tuple[int, int, str]:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return (9, 0, address)
    return (parsed.version, int(parsed), "")
