"""Two subtrees side by side: both are walked in the same order, so that no more than a stretch of each is held."""

from __future__ import annotations

import asyncio
import enum
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from zkdash.znodes.jobs import Phase
from zkdash.znodes.walk import Node, Walk
from zkdash.zookeeper.crawl import Progress

if TYPE_CHECKING:
    from zkdash.zookeeper.container import ClusterContainer


class What(enum.StrEnum):
    """What is different."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Rules:
    """What doesn't count. `paths` are globs of paths below the two roots; a znode that is ignored is so with all below
    it. `fields` are those of JSON (diff.diff). Without `ephemerals` znodes that live with a session are left out."""

    paths: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    acl: bool = True
    ephemerals: bool = True


@dataclass(slots=True)
class Side:
    """One of the two, and how far its walk is."""

    container: ClusterContainer
    root: str
    phase: Phase = Phase.WAITING
    trouble: str = ""
    waits: bool = False
    total: int | None = None
    seen: int = 0
    denied: int = 0
    too_large: int = 0
    gone: int = 0
    elapsed_s: float = 0.0
    walk: Walk | None = None

    @property
    def name(self) -> str:
        return self.container.name

    @property
    def at(self) -> str:
        return self.walk.at if self.walk is not None else ""

    @property
    def progress(self) -> Progress:
        return Progress(self.seen, self.denied + self.too_large, self.gone, self.total, self.elapsed_s)

    def count(self, before: Side) -> None:
        """Take over what its walk has counted, beside what there was before."""
        if self.walk is not None:
            self.seen, self.denied = before.seen + self.walk.seen, before.denied + self.walk.denied
            self.too_large, self.gone = before.too_large + self.walk.too_large, before.gone + self.walk.gone

    def relative(self, path: str) -> str:
        """The path below the root: "/" for the root itself."""
        return path if self.root == "/" else path[len(self.root) :] or "/"

    def absolute(self, relative: str) -> str:
        """The path on the cluster of one below the root."""
        return relative if self.root == "/" else self.root + ("" if relative == "/" else relative)


@dataclass(slots=True)
class Counts:
    """How many znodes there were of each kind; those below a znode that was added or removed are counted with it."""

    added: int = 0
    removed: int = 0
    changed: int = 0
    same: int = 0
    ignored: int = 0
    unreadable: int = 0


Pair = tuple[str, Node | None, Node | None]


async def merge(
    lefts: AsyncIterator[Node], rights: AsyncIterator[Node], left: Side, right: Side
) -> AsyncIterator[Pair]:
    """Both walks in one: (path below the roots, the left's znode, the right's), None where there is none."""
    one, other = await asyncio.gather(anext(lefts, None), anext(rights, None))
    while one is not None or other is not None:
        at = left.relative(one.path) if one is not None else None
        to = right.relative(other.path) if other is not None else None
        if at is not None and (to is None or _key(at) < _key(to)):
            yield at, one, None
            one = await anext(lefts, None)
        elif to is not None and (at is None or _key(to) < _key(at)):
            yield to, None, other
            other = await anext(rights, None)
        else:
            yield at or to or "/", one, other
            one, other = await asyncio.gather(anext(lefts, None), anext(rights, None))


def _key(path: str) -> list[str]:
    """Paths in the order of a walk."""
    return [name for name in path.split("/") if name]
