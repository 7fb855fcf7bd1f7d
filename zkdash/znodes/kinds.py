"""What a znode in a list of znodes is, as far as its name and its stat tell."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kazoo.protocol.states import ZnodeStat

from zkdash.znodes.stat import CONTAINER_OWNER, TTL_FEATURE_MASK, TTL_MASK
from zkdash.zookeeper.unsigned import UNSIGNED_64

SEQUENTIAL = re.compile(r"(?<!\d)\d{10}\Z", re.ASCII)
"""The suffix that ZooKeeper gives: a counter, printed as %010d. More digits are rather a time."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a row says of a znode. `kind` is a word, "" for a plain or an unknown one; None is unknown."""

    kind: str
    sequential: bool
    stat: ZnodeStat | None

    @property
    def children(self) -> int | None:
        """How many children it has."""
        return None if self.stat is None else self.stat.numChildren

    @property
    def marks(self) -> tuple[str, ...]:
        """The words that its icons stand for."""
        return (*((self.kind,) if self.kind else ()), *(("sequential",) if self.sequential else ()))

    @property
    def words(self) -> str:
        """For who can't see the icons: "ephemeral, sequential, 3 children"."""
        said = list(self.marks)
        if self.children is not None:
            said.append("1 child" if self.children == 1 else f"{self.children:,} children")
        return ", ".join(said)


def look(name: str, stat: ZnodeStat | None) -> Look:
    """What is known of the znode `name`; a TTL or container node is so since ZooKeeper 3.5."""
    return Look(_kind(stat.ephemeralOwner) if stat is not None else "", bool(SEQUENTIAL.search(name)), stat)


def _kind(owner: int) -> str:
    unsigned = owner & UNSIGNED_64
    if owner == 0:
        return ""
    if owner == CONTAINER_OWNER:
        return "container"
    return "TTL" if unsigned & TTL_MASK == TTL_MASK and unsigned & TTL_FEATURE_MASK == 0 else "ephemeral"
