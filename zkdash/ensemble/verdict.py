"""What all servers of a cluster say together. Pure."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from zkdash.ensemble.sample import Sample, Server


class Health(enum.StrEnum):
    """How an ensemble is, in one word."""

    HEALTHY = "healthy"
    """All servers serve."""
    DEGRADED = "degraded"
    """Not all serve, and at least one more may fail."""
    AT_RISK = "at-risk"
    """One more failure loses the quorum."""
    NO_QUORUM = "no-quorum"
    """Too few servers can be in a quorum for anything to be written."""
    UNKNOWN = "unknown"
    """Too few servers answer to tell."""
    NOT_PROBED = "not probed"
    """The configuration says: probe = no."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """How an ensemble is. Servers are named as in Server.name, in their order.

    `leader` is the server that leads with a quorum behind it. Each other server is in one of: `followers` and
    `observers` serve, `looking` say they serve nobody, `down` refuse connections, `out_of_quorum` claim to lead, or
    serve reads only, without a quorum; `unknown` give no answer that tells. `voters` is how many servers vote,
    `quorum_size` how many of them are needed, `serving` how many servers serve, `synced` how many voters are in step
    with the leader, itself included, `may_fail` how many more voters may fail; None for each that is not known.
    `skew` are the servers by version, if there are several. `drift` are the settings that differ: setting -> value ->
    servers. `lag` is by how many transactions a server is behind the leader, for those that are. `diverged` are the
    servers by what their data's digest is, if it differs at the same zxid.
    """

    health: Health
    sentence: str
    leader: str | None = None
    followers: tuple[str, ...] = ()
    observers: tuple[str, ...] = ()
    standalone: tuple[str, ...] = ()
    looking: tuple[str, ...] = ()
    down: tuple[str, ...] = ()
    out_of_quorum: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    servers: int = 0
    serving: int = 0
    voters: int | None = None
    quorum_size: int | None = None
    synced: int | None = None
    may_fail: int | None = None
    skew: Mapping[str, tuple[str, ...]] | None = None
    drift: Mapping[str, Mapping[str, tuple[str, ...]]] | None = None
    lag: Mapping[str, int] | None = None
    diverged: Mapping[str, tuple[str, ...]] | None = None


def judge(servers: Sequence[Server], samples: Mapping[str, Sample], now: int) -> Verdict:
    """The verdict at `now` (UTC ms) on the latest sample of each server, by its name."""
    return Verdict(Health.UNKNOWN, "no server has been asked yet", servers=len(servers))
