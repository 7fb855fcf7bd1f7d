"""What is known of the time around an outage: the session's own events, and how each server stood. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from zkdash.ensemble.changes import Change, Stand, held, standings_at
from zkdash.timeline.event import Event
from zkdash.zookeeper.states import State

BEFORE_MS = 5_000
"""A server may fall ill so long before the session notices, or be seen to be so after it: two probes and some."""
AROUND_MS = 10 * 60_000
"""How long before and after it a story looks."""
NOTICED_MS = 60_000
"""A restart is noticed by the uptime of a full probe, up to so long after it."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known. `episode` are the cluster's transitions from the one that ended CONNECTED to the next CONNECTED.

    `changes` are those of its servers, in the order of their times, from long enough before to know how each stood.
    `hit` are other clusters that left CONNECTED within seconds, of `others`. `ephemerals` is how many ephemeral znodes
    the servers counted before and after.
    """

    episode: tuple[Event, ...]
    changes: tuple[Change, ...] = ()
    rules: tuple[Event, ...] = ()
    notices: tuple[Event, ...] = ()
    others: int = 0
    hit: tuple[str, ...] = ()
    ephemerals: tuple[int, int] | None = None
    now: int = 0

    @property
    def start(self) -> int:
        return self.episode[0].at

    @property
    def end(self) -> int | None:
        """When the cluster was CONNECTED again; None while it isn't."""
        last = self.episode[-1]
        return last.at if last.to_state is State.CONNECTED else None

    @property
    def until(self) -> int:
        return self.now if self.end is None else self.end

    @property
    def seen_until(self) -> int:
        """Until when probes tell of it: a session may move to another server before the next of them."""
        return min(max(self.until, self.start + BEFORE_MS), self.now)

    @property
    def server(self) -> str | None:
        """The server that the session was with."""
        return self.episode[0].server


@dataclass(frozen=True, slots=True)
class Witness:
    """A server before, during and after; `during` in the order of first appearance, `after` None while it goes on."""

    server: str
    before: Stand | None
    during: tuple[Stand, ...]
    after: Stand | None
    restarted: bool

    @property
    def votes(self) -> bool:
        """Whether it counts for the quorum, as far as is known: an observer does not."""
        return Stand.OBSERVER not in (self.before, *self.during, self.after)

    @property
    def hurt(self) -> bool:
        return self.restarted or not all(stand.serves for stand in self.during)


def witnesses_of(evidence: Evidence) -> tuple[Witness, ...]:
    """Every server that anything is known of, over the episode."""
    since, until = evidence.start - BEFORE_MS, evidence.seen_until
    before = standings_at(evidence.changes, since)
    after = standings_at(evidence.changes, until + AROUND_MS) if evidence.end is not None else {}
    stands = held(evidence.changes, since, until)
    restarted = {
        change.server for change in evidence.changes if change.restarted and since < change.at <= until + NOTICED_MS
    }
    return tuple(
        Witness(
            server,
            before.get(server),
            _in_order(evidence.changes, server, since, until, before),
            after.get(server),
            server in restarted,
        )
        for server in sorted(stands)
    )


def _in_order(
    changes: Iterable[Change], server: str, since: int, until: int, before: Mapping[str, Stand]
) -> tuple[Stand, ...]:
    stands = [change.now for change in changes if change.server == server and since < change.at <= until]
    return tuple(dict.fromkeys([before[server], *stands] if server in before else stands))
