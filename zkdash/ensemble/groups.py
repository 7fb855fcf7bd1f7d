"""Which server is what, by its latest sample; and who of those that claim to lead does lead. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from zkdash.ensemble.sample import Peer, Role, Sample, Server
from zkdash.zookeeper.refusals import Trouble

OWN_WORD_MS = 20_000
"""How old a leader's own count of its followers may be. One that has lost them steps down some seconds later."""

Names = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Groups:
    """The names of the servers, each in one group, in their order."""

    leaders: Names
    followers: Names
    observers: Names
    standalone: Names
    read_only: Names
    looking: Names
    down: Names
    silent: Names
    unknown: Names


_BY_ROLE = {
    Role.LEADER: "leaders",
    Role.FOLLOWER: "followers",
    Role.OBSERVER: "observers",
    Role.STANDALONE: "standalone",
    Role.READ_ONLY: "read_only",
    Role.LOOKING: "looking",
    Role.UNKNOWN: "unknown",
}


def group(servers: Sequence[Server], samples: Mapping[str, Sample]) -> Groups:
    """All servers in their groups."""
    found: dict[str, list[str]] = {name: [] for name in Groups.__dataclass_fields__}
    for server in servers:
        found[_group_of(server, samples.get(server.name))].append(server.name)
    return Groups(**{name: tuple(names) for name, names in found.items()})


def _group_of(server: Server, sample: Sample | None) -> str:
    if sample is None:
        return "unknown"
    if sample.ok or sample.role is Role.LOOKING:
        return _BY_ROLE[sample.role]
    if server.guessed:
        return "unknown"  # nobody said that it is at this port
    if is_down(sample):
        return "down"
    trouble = sample.refusal.trouble if sample.refusal else Trouble.SILENT
    return "silent" if trouble in (Trouble.SILENT, Trouble.UNREACHABLE) else "unknown"


def is_down(sample: Sample) -> bool:
    """Whether its host answers, and nothing listens there: the server doesn't run."""
    refusal = sample.refusal
    return (
        refusal is not None
        and refusal.trouble is Trouble.UNREACHABLE
        and ("refused" in refusal.reason or "broke" in refusal.reason)
    )


def voters_of(servers: Sequence[Server], samples: Mapping[str, Sample], *, told: bool) -> set[str]:
    """The servers that vote; `told` is whether the ensemble has said who is in it."""
    found = set()
    for server in servers:
        sample = samples.get(server.name)
        observes = server.peer is Peer.OBSERVER or (sample is not None and sample.role is Role.OBSERVER)
        if not observes and (server.told or not told):
            found.add(server.name)
    return found


def choose_leader(
    claims: Names, samples: Mapping[str, Sample], full: Mapping[str, Sample], leads: Mapping[str, bool]
) -> str | None:
    """Who of those that claim to lead does: the one of the newest epoch, else with the most followers in step.

    One whose AdminServer denies it doesn't. None if nobody claims it, or if it can't be told.
    """

    def rank(name: str) -> tuple[int, float]:
        sample = samples[name]
        return -1 if sample.epoch is None else sample.epoch, _followers_in_step(name, full)

    ranked = sorted((name for name in claims if leads.get(name) is not False), key=rank, reverse=True)
    if len(ranked) > 1 and rank(ranked[0]) == rank(ranked[1]):
        return None
    return ranked[0] if ranked else None


def _followers_in_step(name: str, full: Mapping[str, Sample]) -> float:
    if name not in full:
        return -1
    metrics = full[name].metrics
    return metrics.get("synced_followers", -1) - metrics.get("synced_non_voting_followers", 0)


def synced(leader: str | None, full: Mapping[str, Sample], now: int) -> int | None:
    """How many voters are in step with the leader, itself included, by what it said lately; None for not told."""
    if leader is None or leader not in full or now - full[leader].at > OWN_WORD_MS:
        return None
    followers = _followers_in_step(leader, full)
    return int(followers) + 1 if 0 <= followers < 1 << 31 else None


def skew(samples: Mapping[str, Sample]) -> dict[str, Names]:
    """The servers by version; empty where all have the same."""
    found: dict[str, Names] = {}
    for name, sample in samples.items():
        if sample.ok and sample.version:
            found[sample.version] = (*found.get(sample.version, ()), name)
    return found if len(found) > 1 else {}


def lag(leader: str | None, samples: Mapping[str, Sample]) -> dict[str, int]:
    """By how many transactions servers are behind the leader, in the same epoch, by samples of the same round."""
    if leader is None or samples[leader].zxid is None:
        return {}
    ahead = samples[leader]
    return {
        name: behind
        for name, sample in samples.items()
        if sample.ok
        and sample.zxid is not None
        and sample.epoch == ahead.epoch
        and (behind := (ahead.zxid or 0) - sample.zxid) > 0
    }


COUNTED_FROM_START = ("looking_count", "bytes_received_count", "response_bytes", "commit_count", "snap_count")
"""Counters of a whole process, which go back only when it begins anew."""


def restarted(before: Sample | None, after: Sample, slack_ms: int = 2_000) -> bool:
    """Whether the process has begun anew between two samples that tell its uptime: that went back, and counters too.

    Uptime alone is not enough: a server counts it from when it began to serve, so that an election ends it as well. But
    an election is counted in `looking_count`. A start that moves by less than the slack is the same: an answer may have
    been on its way for as long.
    """
    if before is None or before.uptime_ms is None or after.uptime_ms is None:
        return False
    moved_ms = (after.at - after.uptime_ms) - (before.at - before.uptime_ms)
    if after.uptime_ms >= before.uptime_ms and moved_ms <= slack_ms:
        return False
    was, now = before.metrics, after.metrics
    if "looking_count" not in was or "looking_count" not in now or now["looking_count"] == was["looking_count"]:
        return True
    return any(name in was and name in now and now[name] < was[name] for name in COUNTED_FROM_START)
