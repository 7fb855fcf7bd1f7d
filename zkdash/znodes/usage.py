"""What takes the room in a subtree: counts and bytes by child, the largest of their kind, in memory that has a limit.

A crawl comes in no order, so the sums of children that have children are kept until its end; of those without, the
largest alone. A znode with more open children than KEPT has its small ones added up as the others.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from dataclasses import dataclass, field

from zkdash.znodes import paths

KEPT = 20_000
SHOWN = 100
TOP = 20


@dataclass(slots=True)
class Sum:
    """What a child has, itself and all that is below it. `own` is the size of its own data."""

    name: str
    znodes: int = 0
    bytes: int = 0
    ephemerals: int = 0
    has_children: bool = False

    def add(self, other: Sum) -> None:
        """Count another with it."""
        self.znodes += other.znodes
        self.bytes += other.bytes
        self.ephemerals += other.ephemerals


class Top:
    """The largest few of many: (number, path)."""

    def __init__(self, size: int = TOP) -> None:
        self._size = size
        self._heap: list[tuple[int, str]] = []

    def see(self, number: int, path: str) -> None:
        """One more."""
        if len(self._heap) < self._size:
            heapq.heappush(self._heap, (number, path))
        elif number > self._heap[0][0]:
            heapq.heapreplace(self._heap, (number, path))

    def sorted(self) -> list[tuple[int, str]]:
        """The largest first; of equal ones by path."""
        return sorted(self._heap, key=lambda one: (-one[0], one[1]))


@dataclass(slots=True)
class Usage:
    """What a crawl of `root` has seen so far. Sizes are bytes of data, without names and ACLs."""

    root: str
    total: Sum = field(init=False)
    own_bytes: int = 0
    others: Sum = field(init=False)
    others_count: int = 0
    data: Top = field(default_factory=Top)
    children: Top = field(default_factory=Top)
    _sums: dict[str, Sum] = field(default_factory=dict)
    _parents: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.total, self.others = Sum(self.root), Sum("")

    def see(self, path: str, size: int, children: int, ephemeral: bool) -> None:
        """One more znode."""
        self.total.znodes += 1
        self.total.bytes += size
        self.total.ephemerals += ephemeral
        if size:
            self.data.see(size, path)
        if children:
            self.children.see(children, path)
        if ephemeral:
            self._count_parent(paths.parent(path) or "/")
        if path == self.root:
            self.own_bytes = size
            return
        start = len(self.root) + 1 if self.root != "/" else 1
        end = path.find("/", start)
        name = path[start:] if end < 0 else path[start:end]
        one = self._sums.get(name)
        if one is None:
            one = self._sums[name] = Sum(name)
        one.znodes += 1
        one.bytes += size
        one.ephemerals += ephemeral
        if end < 0:
            one.has_children = children > 0
        if len(self._sums) > KEPT:
            self._prune()

    def largest(self, by: str = "bytes") -> list[Sum]:
        """The largest children by "bytes", "znodes" or "ephemerals", SHOWN at most."""
        return heapq.nsmallest(SHOWN, self._sums.values(), key=lambda one: (-getattr(one, by), one.name))

    def rest(self, shown: Iterable[Sum]) -> Sum:
        """What is in none of those shown: other children, and the root's own data is not in it."""
        rest = Sum("", max(self.total.znodes - 1, 0), self.total.bytes - self.own_bytes, self.total.ephemerals)
        for one in shown:
            rest.znodes -= one.znodes
            rest.bytes -= one.bytes
            rest.ephemerals -= one.ephemerals
        return rest

    @property
    def number(self) -> int:
        """How many children were seen; those that were added up are counted as often as they were."""
        return len(self._sums) + self.others_count

    def most_ephemerals(self) -> list[tuple[int, str]]:
        """Where the most ephemeral znodes are: (how many, below which path)."""
        return sorted(((count, path) for path, count in self._parents.items()), key=lambda one: (-one[0], one[1]))[:TOP]

    def _count_parent(self, path: str) -> None:
        self._parents[path] = self._parents.get(path, 0) + 1
        if len(self._parents) > KEPT:
            kept = heapq.nlargest(KEPT // 2, self._parents.items(), key=lambda one: one[1])
            self._parents = dict(kept)

    def _prune(self) -> None:
        """Add up the small half, those without children first: nothing more will come of them."""
        ordered = sorted(self._sums.values(), key=lambda one: (one.has_children, max(one.bytes, one.znodes)))
        for one in ordered[: KEPT // 2]:
            self.others.add(one)
            self.others_count += 1
            del self._sums[one.name]
