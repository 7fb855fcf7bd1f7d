"""What servers said of sessions, connections, ephemeral znodes and watches, put together. Pure."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass

from zkdash.zookeeper import answers
from zkdash.zookeeper.answers import Connection
from zkdash.zookeeper.commands import Answer, Refusal, Way, merged

MAX_OTHERS = 200
MAX_WATCHERS = 500


@dataclass(frozen=True, slots=True)
class Gap:
    """What a server did not tell (`command`, "" for anything), why, and the settings that would help."""

    server: str
    command: str
    reason: str
    settings: tuple[str, ...] = ()

    @classmethod
    def of(cls, refusal: Refusal) -> Gap:
        return cls(refusal.server, refusal.command.title, refusal.reason, refusal.settings)


@dataclass(frozen=True, slots=True)
class Seat:
    """A session's connection, and the server that it is with."""

    server: str
    connection: Connection


@dataclass(frozen=True, slots=True)
class Holding:
    """Who holds a znode. `session` is None for one that isn't ephemeral.

    `seats` are the session's connections, the latest first: usually one. `others` are the first of its other ephemeral
    znodes within the cluster's path, in order; `others_total` counts all of those, `outside` those beyond that path;
    they are None where no server told. `heard` are the servers that told their connections; with `one_port` some told
    only those of the port that they were asked on, as the four-letter word does. `at` is UTC milliseconds of the oldest
    answer, None if there is none.
    """

    path: str
    kind: str
    session: int | None = None
    seats: tuple[Seat, ...] = ()
    others: tuple[str, ...] = ()
    others_total: int | None = None
    outside: int | None = None
    heard: tuple[str, ...] = ()
    one_port: bool = False
    gaps: tuple[Gap, ...] = ()
    at: int | None = None

    @property
    def settings(self) -> tuple[str, ...]:
        """What to set in ZooKeeper's configuration, so that the servers tell."""
        return merged(self.gaps)


@dataclass(frozen=True, slots=True)
class Watcher:
    """A session that watches, the server that said so, and its connection there, None where it isn't told."""

    session: int
    server: str
    connection: Connection | None


@dataclass(frozen=True, slots=True)
class Watching:
    """Who watches a znode, by the servers in `heard`: the first of them, and how many there are. As in Holding."""

    path: str
    there: bool
    watchers: tuple[Watcher, ...]
    total: int
    heard: tuple[str, ...]
    gaps: tuple[Gap, ...] = ()
    at: int | None = None

    @property
    def settings(self) -> tuple[str, ...]:
        return merged(self.gaps)


def join_holding(
    path: str,
    base: str,
    kind: str,
    session: int,
    connections: Sequence[Answer],
    dumps: Sequence[Answer],
    gaps: tuple[Gap, ...],
) -> Holding:
    """Who holds the ephemeral znode `path` (relative to the cluster's path `base`)."""
    seats = [
        Seat(answer.server, connection) for answer in connections for connection in answers.connections(answer, session)
    ]
    seats.sort(key=lambda seat: seat.connection.since or 0, reverse=True)
    found = {name for answer in dumps for name in answers.ephemerals(answer, session)}
    inside = {name for name in (relative(name, base) for name in found) if name is not None}
    others = inside - {path}
    return Holding(
        path=path,
        kind=kind,
        session=session,
        seats=tuple(seats),
        others=tuple(heapq.nsmallest(MAX_OTHERS, others)),
        others_total=len(others) if dumps else None,
        outside=len(found) - len(inside) if dumps else None,
        heard=tuple(answer.server for answer in connections),
        one_port=any(answer.way is Way.WORD for answer in connections),
        gaps=gaps,
        at=_oldest([*connections, *dumps]),
    )


def join_watching(
    path: str,
    real: str,
    there: bool,
    watches: Sequence[Answer],
    connections: Sequence[Answer],
    gaps: tuple[Gap, ...],
) -> Watching:
    """Who watches the znode `path`, which is `real` on the server."""
    clients = {
        (answer.server, connection.session): connection
        for answer in connections
        for connection in answers.connections(answer)
    }
    found = sorted({(answer.server, session) for answer in watches for session in answers.watchers(answer, real)})
    return Watching(
        path=path,
        there=there,
        watchers=tuple(
            Watcher(session, server, clients.get((server, session))) for server, session in found[:MAX_WATCHERS]
        ),
        total=len(found),
        heard=tuple(answer.server for answer in watches),
        gaps=gaps,
        at=_oldest(watches),
    )


def relative(real: str, base: str) -> str | None:
    """A server's path as one of the cluster's; None beyond its bounds."""
    if base == "/":
        return real
    if real == base:
        return "/"
    return real.removeprefix(base) if real.startswith(f"{base}/") else None


def _oldest(said: Sequence[Answer]) -> int | None:
    return min((answer.at for answer in said), default=None)


@dataclass(frozen=True, slots=True)
class GapGroup:
    """What a server did not tell for one reason."""

    server: str
    commands: tuple[str, ...]
    reason: str


def grouped(gaps: Sequence[Gap]) -> tuple[GapGroup, ...]:
    """The gaps for people to read: one for each server and reason."""
    found: dict[tuple[str, str], list[str]] = {}
    for gap in gaps:
        found.setdefault((gap.server, gap.reason), []).append(gap.command)
    return tuple(
        GapGroup(server, tuple(dict.fromkeys(filter(None, commands))), reason)
        for (server, reason), commands in found.items()
    )
