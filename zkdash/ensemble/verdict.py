"""What all servers of a cluster say together. Pure."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from zkdash.ensemble import sentence
from zkdash.ensemble.facts import Facts, diverged, drift
from zkdash.ensemble.groups import Groups, choose_leader, group, lag, skew, synced, voters_of
from zkdash.ensemble.sample import Sample, Server


class Health(enum.StrEnum):
    """How an ensemble is, in one word."""

    HEALTHY = "healthy"
    """All servers serve."""
    DEGRADED = "degraded"
    """Not all serve, and at least one more may fail; or the servers' data differs."""
    AT_RISK = "at-risk"
    """One more failure loses the quorum."""
    NO_QUORUM = "no-quorum"
    """Too few servers can be in a quorum for anything to be written."""
    UNKNOWN = "unknown"
    """Too few servers answer to tell."""
    NOT_PROBED = "not-probed"
    """The configuration says: probe = no."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """How an ensemble is. Servers are named as in Server.name, in their order.

    `leader` is the server that leads, with a quorum behind it as far as is seen. Each other server is in one of:
    `followers`, `observers` and `standalone` serve, `looking` say they serve nobody, `down` refuse connections,
    `silent` give no answer, `out_of_quorum` claim to lead, or serve reads only, without a quorum, `unknown` answer
    nothing that tells, or were not asked yet. `servers` is how many there are, also those that nobody can ask, and
    `serving` how many serve. `voters` is how many servers vote, `quorum_size` how many of them are needed, `synced` how
    many are in step with the leader, itself included, by its own word, `may_fail` how many more voters may fail; None
    for each that is not known. `skew` are the servers by version, if there are several; `drift` the settings that
    differ: setting -> value -> servers; `lag` by how many transactions a server is behind the leader, for those that
    are; `diverged` the servers by the digest of their data, if it differs at the same zxid.
    """

    health: Health
    sentence: str
    leader: str | None = None
    followers: tuple[str, ...] = ()
    observers: tuple[str, ...] = ()
    standalone: tuple[str, ...] = ()
    looking: tuple[str, ...] = ()
    down: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()
    out_of_quorum: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    servers: int = 0
    serving: int = 0
    voters: int | None = None
    quorum_size: int | None = None
    synced: int | None = None
    may_fail: int | None = None
    skew: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    drift: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    lag: Mapping[str, int] = field(default_factory=dict)
    diverged: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def judge(
    servers: Sequence[Server],
    samples: Mapping[str, Sample],
    now: int,
    *,
    full: Mapping[str, Sample] = MappingProxyType({}),
    facts: Mapping[str, Facts] = MappingProxyType({}),
    leads: Mapping[str, bool] = MappingProxyType({}),
    voters: int | None = None,
    heads: bool = True,
) -> Verdict:
    """The verdict at `now` (UTC ms) on the latest sample of each server, by its name.

    `full` are their latest full samples, `leads` what AdminServers say to the question whether they lead. `voters` is
    how many servers vote by the ensemble's own word; without it, it is what the leader counts, else those that are
    known. `heads`: each voter counts the same.
    """
    groups = group(servers, samples)
    voting = voters_of(servers, samples, told=voters is not None)
    if voters is None:
        counted = [full[name].metrics.get("quorum_size") for name in groups.leaders if name in full]
        # Who follows has a leader: where none is known, there is a server more than those that are.
        unnamed = bool(groups.followers and not groups.leaders)
        voters = max(int(max((one for one in counted if one), default=0)), len(voting) + unnamed) or None
    else:
        # More that serve than vote: what the ensemble told is of the past.
        voters = max(voters, len(voting & {*groups.leaders, *groups.followers}))
    leader = choose_leader(groups.leaders, samples, full, leads)
    hidden = max(0, (voters or 0) - len(voting))
    tally = _Tally(
        quorum=voters // 2 + 1 if voters and heads else None,
        leads=leader is not None,
        claims=len(groups.leaders) > 1,
        followers=len(voting & set(groups.followers)),
        unseen=hidden + len(voting & {*groups.silent, *groups.unknown}),
        synced=synced(leader, full, now),
    )
    if leader is not None and tally.surely_none:
        leader, tally = None, replace(tally, leads=False)
    total = len(servers) + hidden
    serving = sum(map(len, (groups.followers, groups.observers, groups.standalone))) + (leader is not None)
    alone = len(servers) == len(groups.standalone) == 1
    astray = diverged(facts)
    health = _health(groups, tally, total, serving, alone=alone)
    if astray and health is Health.HEALTHY:
        health = Health.DEGRADED
    outside = {*groups.read_only, *groups.leaders} - {leader}
    if not alone and len(groups.standalone) < len(servers):
        outside |= set(groups.standalone)
        serving -= len(groups.standalone)
    verdict = Verdict(
        health,
        "",
        leader,
        groups.followers,
        groups.observers,
        tuple(name for name in groups.standalone if name not in outside),
        groups.looking,
        groups.down,
        groups.silent,
        tuple(server.name for server in servers if server.name in outside),
        groups.unknown,
        total,
        serving,
        voters,
        tally.quorum,
        tally.synced if leader else None,
        tally.may_fail if health not in (Health.UNKNOWN, Health.NO_QUORUM) and not alone else None,
        skew(samples),
        drift(facts),
        lag(leader, samples),
        astray,
    )
    return replace(verdict, sentence=sentence.of(verdict, servers, by_its_own_word=tally.by_its_own_word))


@dataclass(frozen=True, slots=True)
class _Tally:
    """Who votes and is seen in a quorum. `unseen` are the voters of whom nothing is known."""

    quorum: int | None
    leads: bool
    claims: bool
    followers: int
    unseen: int
    synced: int | None

    @property
    def seen(self) -> int:
        """How many are in the quorum: a server follows only while it is connected to a leader, seen or not."""
        return self.followers + (self.leads or (self.followers > 0 and self.unseen > 0))

    @property
    def surely_none(self) -> bool:
        """Whether there can't be a quorum, even if all of whom nothing is known were in it."""
        return self.quorum is not None and self.followers + self.leads + self.unseen < self.quorum

    @property
    def by_its_own_word(self) -> bool:
        """Whether only the leader says that there is a quorum: too few followers are seen."""
        return (
            self.quorum is not None
            and self.leads
            and self.seen < self.quorum
            and self.unseen > 0
            and (self.synced or 0) >= self.quorum
        )

    @property
    def may_fail(self) -> int | None:
        return None if self.quorum is None else max(0, self.followers + self.leads - self.quorum)


def _health(groups: Groups, tally: _Tally, total: int, serving: int, *, alone: bool) -> Health:
    if alone:
        return Health.HEALTHY
    if not total:
        return Health.UNKNOWN
    if len(groups.standalone) == total:
        return Health.DEGRADED  # each for itself: what is configured as one cluster is none
    if tally.surely_none or (not tally.leads and not tally.unseen and not tally.claims):
        return Health.NO_QUORUM
    if tally.quorum is None:
        if not tally.leads:
            return Health.UNKNOWN
        return Health.HEALTHY if serving == total else Health.DEGRADED
    if tally.seen < tally.quorum and not tally.by_its_own_word:
        return Health.UNKNOWN
    if tally.claims and not tally.leads:
        return Health.UNKNOWN
    if serving == total and tally.leads:
        return Health.HEALTHY
    return Health.DEGRADED if tally.may_fail else Health.AT_RISK
