"""What the address of a znode's page asks for: its view state, all of it."""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace

from zkdash.web import urls
from zkdash.web.query import Query
from zkdash.znodes.choice import Choice, Match, Sort
from zkdash.znodes.sheet import Place
from zkdash.znodes.shown import View

FIND_CHARS_MAX = 200
FILTER_CHARS_MAX = 1000


class Tab(enum.StrEnum):
    """The parts of a znode's page, as the URL spells them."""

    DATA = "data"
    CHILDREN = "children"
    STAT = "stat"
    ACL = "acl"
    HOLDER = "holder"


def choice_of(query: Query) -> Choice:
    """Which children are wanted. Raises 400 for a value that is not allowed."""
    return Choice(
        filter=query.text("filter")[:FILTER_CHARS_MAX],
        match=query.choice("match", Match) or Match.TEXT,
        sort=query.choice("sort", Sort) or Sort.NAME,
        after=query.text("after"),
        skip=query.integer("skip", 0) or 0,
    )


@dataclass(frozen=True, slots=True)
class Wish:
    """What a request wants to see."""

    tab: Tab
    view: View | None
    place: Place
    wrap: bool
    children: Choice

    @classmethod
    def of(cls, query: Query) -> Wish:
        """Raises 400 for a value that is not allowed. `prefix=x` is short for `filter=x&match=prefix`."""
        place = Place(
            offset=query.integer("offset", 0) or 0,
            line=query.integer("line", 0) or 0,
            find=query.text("find")[:FIND_CHARS_MAX],
            hit=query.integer("hit", 0) or 0,
        )
        prefix = query.text("prefix")
        children = choice_of(query)
        if prefix:
            children = replace(children, filter=prefix[:FILTER_CHARS_MAX], match=Match.PREFIX)
        return cls(
            tab=query.choice("tab", Tab) or Tab.DATA,
            view=query.choice("view", View),
            place=place,
            wrap=query.text("wrap") != "no",
            children=children,
        )

    def query(self) -> dict[str, object]:
        """The same as parameters, those that say nothing left out by `with_query`."""
        data = self.tab is Tab.DATA
        return self.children_query() | {
            "tab": "" if data else self.tab,
            "view": self.view if data else "",
            "offset": self.place.offset or "" if data else "",
            "line": self.place.line or "" if data else "",
            "find": self.place.find if data else "",
            "hit": self.place.hit or "" if data else "",
            "wrap": "" if self.wrap or not data else "no",
        }

    def children_query(self, **changes: object) -> dict[str, object]:
        """The parameters of a list of children like the one wanted, with `changes`."""
        choice = self.children
        if self.tab is not Tab.CHILDREN:
            return {}
        return {
            "tab": Tab.CHILDREN,
            "filter": choice.filter,
            "match": "" if choice.match is Match.TEXT or not choice.filter else choice.match,
            "sort": "" if choice.sort is Sort.NAME else choice.sort,
            "after": choice.after,
            "skip": choice.skip or "",
        } | changes

    def topic(self, cluster: str, path: str, seen: str) -> str:
        """What a page that shows this listens to. What it has `seen` already it isn't sent again."""
        return urls.with_query("znode", {"cluster": cluster, "path": path} | self.query() | {"seen": seen})
