"""Pages of a node's children: sorted once, cut by name, and kept for a little while so that the next page is quick."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from time import monotonic

PAGE_SIZE = 200
LAST_CODE_POINT = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Page:
    """Some children in order of their names (by code point).

    `start` is the number of children before `names[0]` among the `matching` ones; `total` counts all children.
    `next` is the name after which the next page begins (None: this is the last), `previous` the same for the page
    before it (None: this is the first; "": the page before is the first).
    """

    names: tuple[str, ...]
    start: int
    matching: int
    total: int
    next: str | None
    previous: str | None

    @property
    def end(self) -> int:
        """The number of matching children up to and including the last of this page."""
        return self.start + len(self.names)


def page_of(names: Sequence[str], after: str = "", limit: int = PAGE_SIZE, prefix: str = "") -> Page:
    """The page of the sorted `names` that begins after the name `after`, of those that start with `prefix`.

    `after` needn't be there any more: the page then begins where it would have stood.
    """
    low, high = _span(names, prefix)
    begin = max(low, bisect_right(names, after, low, high)) if after else low
    end = min(begin + limit, high)
    shown = tuple(names[begin:end])
    previous = None
    if begin > low:
        before = begin - limit
        previous = names[before - 1] if before > low else ""
    return Page(
        names=shown,
        start=begin - low,
        matching=high - low,
        total=len(names),
        next=shown[-1] if shown and end < high else None,
        previous=previous,
    )


def page_around(names: Sequence[str], name: str, limit: int = PAGE_SIZE) -> Page:
    """The page of the sorted `names`, counted from the first, that has `name` (or the place where it would stand)."""
    begin = bisect_left(names, name) // limit * limit
    return page_of(names, names[begin - 1] if begin else "", limit)


def _span(names: Sequence[str], prefix: str) -> tuple[int, int]:
    if not prefix:
        return 0, len(names)
    low = bisect_left(names, prefix)
    return low, bisect_right(names, prefix + LAST_CODE_POINT, low)


@dataclass(frozen=True, slots=True)
class Version:
    """What changes whenever a child comes or goes: a list kept under it is still true while the node has it."""

    pzxid: int
    cversion: int


@dataclass(slots=True)
class _Kept:
    version: Version
    names: tuple[str, ...]
    until: float


@dataclass(slots=True)
class ListingCache:
    """Sorted child names of the nodes that somebody pages through, bounded in age (seconds) and number of names."""

    keep_s: float = 60.0
    max_names: int = 1_500_000
    clock: Callable[[], float] = monotonic
    _kept: OrderedDict[Hashable, _Kept] = field(default_factory=OrderedDict)
    _size: int = 0

    def get(self, key: Hashable, version: Version) -> tuple[str, ...] | None:
        """The names kept for `key`, if the node still has that version; else None."""
        self._drop_old()
        kept = self._kept.get(key)
        if kept is None or kept.version != version:
            return None
        return kept.names

    def __contains__(self, key: Hashable) -> bool:
        """Whether something is kept for `key` that a look at the node's version may prove true."""
        self._drop_old()
        return key in self._kept

    def put(self, key: Hashable, version: Version, names: tuple[str, ...]) -> None:
        """Keep `names` (sorted); what is oldest goes when there would be too many."""
        self._drop(key)
        self._drop_old()
        if len(names) > self.max_names:
            return
        self._kept[key] = _Kept(version, names, self.clock() + self.keep_s)
        self._size += len(names)
        while self._size > self.max_names:
            self._drop(next(iter(self._kept)))

    def __len__(self) -> int:
        """How many names are kept in all."""
        return self._size

    def _drop_old(self) -> None:
        now = self.clock()
        while self._kept and next(iter(self._kept.values())).until <= now:
            self._drop(next(iter(self._kept)))

    def _drop(self, key: Hashable) -> None:
        kept = self._kept.pop(key, None)
        if kept is not None:
            self._size -= len(kept.names)
