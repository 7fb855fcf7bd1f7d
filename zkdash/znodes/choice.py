"""Which children of a znode are wanted, and in which order."""

from __future__ import annotations

import enum
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from kazoo.protocol.states import ZnodeStat

from zkdash.znodes import patterns
from zkdash.znodes.listing import PAGE_SIZE, Page


class Sort(enum.StrEnum):
    """Orders of children, as the URL spells them; with a minus the other way round."""

    NAME = "name"
    NAME_DOWN = "-name"
    CREATED = "created"
    CREATED_DOWN = "-created"
    MODIFIED = "modified"
    MODIFIED_DOWN = "-modified"
    SIZE = "size"
    SIZE_DOWN = "-size"
    CHILDREN = "children"
    CHILDREN_DOWN = "-children"

    @property
    def column(self) -> str:
        """What is compared."""
        return self.removeprefix("-")

    @property
    def down(self) -> bool:
        """Whether the last is first."""
        return self.startswith("-")

    @property
    def needs_stats(self) -> bool:
        """Whether every child's stat has to be known."""
        return self.column != "name"

    def other_way(self) -> Sort:
        """The same column the other way round."""
        return Sort(self.column if self.down else f"-{self}")


KEYS: dict[str, Callable[[ZnodeStat], int]] = {
    "created": lambda stat: stat.ctime,
    "modified": lambda stat: stat.mtime,
    "size": lambda stat: stat.dataLength,
    "children": lambda stat: stat.numChildren,
}


class Match(enum.StrEnum):
    """How the text of a filter is meant, as the URL spells it."""

    TEXT = "text"
    PREFIX = "prefix"
    GLOB = "glob"
    REGEX = "regex"


@dataclass(frozen=True, slots=True)
class Choice:
    """What is wanted of a znode's children: those that have `filter` in their names, in the order `sort`.

    The page begins after the name `after` in order of names, and after the first `skip` of them in any other order.
    """

    filter: str = ""
    match: Match = Match.TEXT
    sort: Sort = Sort.NAME
    after: str = ""
    skip: int = 0


def matcher(choice: Choice) -> Callable[[str], bool]:
    """Tells whether a name is wanted; case counts only in how a name begins. Raises patterns.BadPattern."""
    if choice.match is Match.PREFIX:
        return lambda name: name.startswith(choice.filter)
    return patterns.of_names(choice.filter, patterns.As(choice.match))


def page_at(names: Sequence[str], skip: int, total: int, limit: int = PAGE_SIZE) -> Page:
    """The page after the first `skip` of `names`, in whatever order they are; `next` and `previous` are only signs."""
    shown = tuple(names[skip : skip + limit])
    return Page(
        names=shown,
        start=skip,
        matching=len(names),
        total=total,
        next=shown[-1] if shown and skip + limit < len(names) else None,
        previous="" if skip else None,
    )
