"""Quotas of ZooKeeper: what an administrator set for a subtree, and how near it is. Source: `Quotas`, `StatsTrack`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from zkdash.znodes import paths
from zkdash.znodes.seen import whole, whole_of
from zkdash.zookeeper.many import ManyReads

if TYPE_CHECKING:
    from zkdash.zookeeper.container import ClusterContainer

ROOT = "/zookeeper/quota"
FIELD = re.compile(r"(\w+)=(-?\d{1,19})(?!\d)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit: `used` of `allowed` znodes or bytes; beyond a `hard` one the servers refuse to write (since 3.7)."""

    what: str
    used: int
    allowed: int
    hard: bool

    @property
    def percent(self) -> int:
        """How near it is; above 100 it is exceeded."""
        return self.used * 100 // self.allowed if self.allowed else 100


@dataclass(frozen=True, slots=True)
class Quota:
    """The limits that were set for `path` and all below."""

    path: str
    limits: tuple[Limit, ...]


def quota_of(path: str, limits: bytes, stats: bytes) -> Quota | None:
    """What the two znodes of a quota say; None if no limit is set."""
    set_, used = _fields(limits), _fields(stats)
    kinds = (
        ("znodes", "count", False, "count"),
        ("znodes", "countHardLimit", True, "count"),
        ("bytes", "bytes", False, "bytes"),
        ("bytes", "byteHardLimit", True, "bytes"),
    )
    found = tuple(
        Limit(what, used[counter], set_[name], hard)
        for what, name, hard, counter in kinds
        if set_.get(name, -1) >= 0 and used.get(counter, -1) >= 0
    )
    return Quota(path, found) if found else None


async def quotas(container: ClusterContainer, path: str) -> tuple[Quota, ...] | None:
    """The quotas that `path` is under, from the top down; None where zkdash may not look (it watches a subtree).

    Raises ClusterUnavailable.
    """
    if container.config.path != "/":
        return None
    above = [one for one in (*paths.ancestors(path), path) if whole(container, one)]
    asked = [f"{ROOT}{'' if one == '/' else one}/zookeeper_{what}" for one in above for what in ("limits", "stats")]
    answers = await ManyReads(whole_of(container)).data(asked)
    values = [b"" if isinstance(answer, Exception) else answer[0] or b"" for answer in answers]
    return _found(above, values)


def _found(above: Sequence[str], values: Sequence[bytes]) -> tuple[Quota, ...]:
    each = (quota_of(path, values[2 * at], values[2 * at + 1]) for at, path in enumerate(above))
    return tuple(quota for quota in each if quota is not None)


def _fields(value: bytes) -> dict[str, int]:
    return {name: int(number) for name, number in FIELD.findall(value[:1000].decode(errors="replace"))}
