"""Who was there when somebody asked, kept in memory: so that after an outage it can be said who is missing."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

from zkdash.ensemble.clients import Census, Held

KEPT = 12
"""How many rolls of a cluster are kept, the newest, of at least APART_MS between them."""
APART_MS = 60_000
MOST_SESSIONS = 5_000
"""Of a cluster with more sessions that have ephemeral znodes, a roll keeps those with the most."""


@dataclass(frozen=True, slots=True)
class Roll:
    """The sessions with ephemeral znodes at a time (UTC ms), and the addresses of their clients where told."""

    at: int
    held: Mapping[int, Held]
    clients: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Missing:
    """A session that one roll has and a later one has not; `client` is "" where it wasn't told."""

    session: int
    client: str
    held: Held


@dataclass(frozen=True, slots=True)
class Compared:
    """Two rolls: when they were called, and who is in the first alone, those with the most znodes first."""

    before: int
    after: int
    missing: tuple[Missing, ...]


class Rolls:
    """The last rolls of each cluster."""

    def __init__(self) -> None:
        self._rolls: dict[str, deque[Roll]] = {}

    def keep(self, cluster: str, census: Census) -> None:
        """Keep what a census says of sessions and their ephemeral znodes, if it says anything."""
        if census.held is None or census.at is None:
            return
        most = sorted(census.held.items(), key=lambda item: item[1].total, reverse=True)[:MOST_SESSIONS]
        clients = {
            session.connection.session: session.connection.client
            for client in census.clients
            for session in client.sessions
        }
        kept = self._rolls.setdefault(cluster, deque(maxlen=KEPT))
        if len(kept) > 1 and census.at - kept[-2].at < APART_MS:
            kept.pop()  # many in a minute are one: the first, and the last
        kept.append(Roll(census.at, dict(most), {session: clients.get(session, "") for session, _ in most}))

    def compared(self, cluster: str, start: int, end: int) -> Compared | None:
        """The last roll before `start` beside the first after `end` (UTC ms); None where either is missing."""
        kept = self._rolls.get(cluster, ())
        before = next((roll for roll in reversed(kept) if roll.at < start), None)
        after = next((roll for roll in kept if roll.at >= end), None)
        if before is None or after is None:
            return None
        missing = [
            Missing(session, before.clients.get(session, ""), held)
            for session, held in before.held.items()
            if session not in after.held
        ]
        return Compared(before.at, after.at, tuple(sorted(missing, key=lambda one: (-one.held.total, one.session))))
