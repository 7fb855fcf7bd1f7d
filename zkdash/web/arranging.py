"""How somebody wants the overview arranged: by groups, and with some clusters first. Pure but for its markup."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs

from markupsafe import Markup

from zkdash.web.render import fragment
from zkdash.web.urls import with_query

FAMILY = "overview"
MOST_PINS = 50
LONGEST = 2000
PINNED = "Pinned"
OTHERS = "Others"


@dataclass(frozen=True, slots=True)
class Arrangement:
    """`by_label`: clusters whose labels begin alike, up to the first slash, stand together."""

    by_label: bool = False
    pins: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return self.by_label or bool(self.pins)

    def query(self) -> Mapping[str, object]:
        return {"group": "label" if self.by_label else None, "pin": list(self.pins)}

    def topic(self) -> str:
        """What to listen to for it."""
        return with_query(FAMILY, self.query())


@dataclass(frozen=True, slots=True)
class Placed:
    """A cluster's card, and what places it."""

    name: str
    label: str
    sort: str
    card: Markup


def read(fields: Mapping[str, list[str]]) -> Arrangement | None:
    """What the fields `group` and `pin` say; None if that can't be."""
    groups = [text for text in fields.get("group", []) if text]
    pins = dict.fromkeys(name for text in fields.get("pin", []) for name in text.split(",") if name)
    if any(text != "label" for text in groups) or len(pins) > MOST_PINS:
        return None
    return Arrangement(bool(groups), tuple(pins))


def of_topic(topic: str) -> Arrangement | None:
    """The arrangement of a topic "overview?…"; None for any other topic."""
    family, mark, query = topic.partition("?")
    if family != FAMILY or not mark or len(topic) > LONGEST:
        return None
    found = read(parse_qs(query))
    return found if found and found.topic() == topic else None


def groups(placed: Iterable[Placed], wish: Arrangement) -> list[tuple[str, list[Placed]]]:
    """The groups by their names, each in order: what is pinned first, what is in none last."""
    found: dict[str, list[Placed]] = {}
    for each in sorted(placed, key=lambda one: one.sort):
        prefix, slash, _ = each.label.partition("/")
        in_group = prefix.strip() if wish.by_label and slash and prefix.strip() else OTHERS
        found.setdefault(PINNED if each.name in wish.pins else in_group, []).append(each)
    return sorted(found.items(), key=lambda one: (one[0] != PINNED, one[0] == OTHERS, one[0].casefold()))


def arranged(placed: Iterable[Placed], wish: Arrangement) -> Markup:
    """The cards in their groups."""
    return fragment("overview/_groups.html", groups=groups(placed, wish))
