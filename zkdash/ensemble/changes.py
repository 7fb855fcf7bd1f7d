"""How each server stands, and when that changed: what its samples say, told apart as far as they allow. Pure."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from zkdash.ensemble.groups import restarted as process_began_anew
from zkdash.zookeeper.refusals import Trouble

if TYPE_CHECKING:
    from zkdash.ensemble.sample import Sample


class Stand(enum.StrEnum):
    """What a server is doing, as one that asks it can tell."""

    LEADER = "leader"
    FOLLOWER = "follower"
    OBSERVER = "observer"
    STANDALONE = "standalone"
    READ_ONLY = "read-only"
    NOT_SERVING = "not serving"
    """It answers that it serves nobody: it looks for a leader, or it is starting."""
    DOWN = "down"
    """Its host refuses the connection: nothing listens there."""
    SILENT = "silent"
    """No answer at all: it hangs, or the way to it is cut."""
    ODD = "odd"
    """It answers, but nothing that tells what it does."""

    @property
    def serves(self) -> bool:
        """Whether its clients can read and write."""
        return self in (Stand.LEADER, Stand.FOLLOWER, Stand.OBSERVER, Stand.STANDALONE)

    @property
    def answers(self) -> bool:
        """Whether the way to its host is there: a refusal is an answer."""
        return self is not Stand.SILENT


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a server. `epoch` is the upper half of its zxid, None for not told.

    `counted` is the last sample that told its uptime, by which a later one tells that its process is another.
    """

    stand: Stand
    counted: Sample | None = None
    epoch: int | None = None
    version: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """A server stands differently from `at` on (UTC ms). `was` is None for the first that this zkdash saw of it.

    `restarted` is whether its process is another one; `why` is what it, or the way to it, said.
    """

    cluster: str
    server: str
    at: int
    was: Stand | None
    now: Stand
    restarted: bool = False
    epoch: int | None = None
    version: str = ""
    why: str = ""


def standing(sample: Sample) -> Standing:
    """What a sample says of its server."""
    if not sample.ok:
        return Standing(_refused(sample))
    counted = None if sample.uptime_ms is None else sample
    return Standing(_stand(sample.role.value), counted, sample.epoch, sample.version)


def follow(before: Standing | None, sample: Sample) -> tuple[Standing, Change | None]:
    """What is known after a sample, and the change that it is, if it is one."""
    now = standing(sample)
    if before is None:
        restarted = False
        after = now
    else:
        restarted = now.counted is not None and process_began_anew(before.counted, now.counted)
        # What one sample doesn't tell is as it was, until one tells.
        after = Standing(
            now.stand,
            now.counted or before.counted,
            before.epoch if now.epoch is None else now.epoch,
            now.version or before.version,
        )
    differs = (
        before is None
        or before.stand is not after.stand
        or restarted
        or (before.epoch is not None and before.epoch != after.epoch)
        or (bool(before.version) and before.version != after.version)
    )
    if not differs:
        return after, None
    why = "" if sample.ok or sample.refusal is None else sample.refusal.reason
    return after, Change(
        sample.cluster,
        sample.server,
        sample.at,
        None if before is None else before.stand,
        after.stand,
        restarted,
        after.epoch,
        after.version,
        why,
    )


def standings_at(changes: Iterable[Change], at: int) -> dict[str, Stand]:
    """How each server stood at a time, by changes in the order of their times."""
    found: dict[str, Stand] = {}
    for change in changes:
        if change.at > at:
            break
        found[change.server] = change.now
    return found


def held(changes: Sequence[Change], since: int, until: int) -> Mapping[str, frozenset[Stand]]:
    """Everything that each server was, over [since, until]."""
    found: dict[str, set[Stand]] = {server: {stand} for server, stand in standings_at(changes, since).items()}
    for change in changes:
        if since < change.at <= until:
            found.setdefault(change.server, set()).add(change.now)
    return {server: frozenset(stands) for server, stands in found.items()}


def _stand(role: str) -> Stand:
    if role == "looking":
        return Stand.NOT_SERVING
    return Stand(role) if role in {stand.value for stand in Stand} else Stand.ODD


def _refused(sample: Sample) -> Stand:
    refusal = sample.refusal
    if refusal is None:
        return Stand.SILENT
    match refusal.trouble:
        case Trouble.NOT_SERVING:
            return Stand.NOT_SERVING
        case Trouble.UNREACHABLE if "refused" in refusal.reason or "broke" in refusal.reason:
            return Stand.DOWN
        case Trouble.UNREACHABLE | Trouble.SILENT:
            return Stand.SILENT
    return Stand.ODD
