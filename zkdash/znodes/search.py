"""What to search for: read from plain fields, and tried on znode after znode. Pure."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from kazoo.protocol.states import ZnodeStat

from zkdash.znodes import paths, sizes
from zkdash.znodes.formats import may_be_packed, open_packings
from zkdash.znodes.patterns import As, BadPattern, of_data, of_names
from zkdash.znodes.stat import hex_id
from zkdash.zookeeper.unsigned import UNSIGNED_64

FIELDS = ("name", "name_as", "data", "data_as", "case", "owner", "newer", "older", "age", "larger", "smaller", "root")
AROUND_BYTES = 60
"""How much of the data is shown before and behind what was found in it."""


class Age(enum.StrEnum):
    """Which time `newer` and `older` are about."""

    MODIFIED = "modified"
    CREATED = "created"


@dataclass(frozen=True, slots=True)
class Search:
    """What is searched for; empty and None mean that it doesn't matter. Times are ms of age, sizes bytes."""

    name: str = ""
    name_as: As = As.TEXT
    data: str = ""
    data_as: As = As.TEXT
    case: bool = False
    owner: int | None = None
    newer: int | None = None
    older: int | None = None
    age: Age = Age.MODIFIED
    larger: int | None = None
    smaller: int | None = None
    root: str = "/"

    @property
    def asks(self) -> bool:
        """Whether anything is searched for at all."""
        return bool(self.name or self.needs_data)

    @property
    def needs_data(self) -> bool:
        """Whether names alone don't tell."""
        limits = (self.owner, self.newer, self.older, self.larger, self.smaller)
        return bool(self.data) or any(limit is not None for limit in limits)


@dataclass(frozen=True, slots=True)
class Reading:
    """A search as it was typed, and what is wrong with it: field -> a sentence."""

    search: Search
    typed: Mapping[str, str]
    problems: Mapping[str, str]


@dataclass(slots=True)
class _Reader:
    typed: Mapping[str, str]
    problems: dict[str, str] = field(default_factory=dict)

    def value(self, name: str, read: Callable[[str], Any], allowed: str) -> Any:
        text = self.typed.get(name, "").strip()
        if not text:
            return None
        try:
            return read(text)
        except ValueError as error:
            self.problems[name] = f"{LABELS[name]}: “{text[:60]}” can't be understood; write {allowed or error}."
            return None

    def pattern(self, name: str, how: As, make: Callable[..., object]) -> None:
        try:
            make(self.typed.get(name, ""), how)
        except BadPattern as error:
            self.problems[name] = f"{LABELS[name]}: {error}"


LABELS = {
    "name": "Name", "name_as": "Name", "data": "Data", "data_as": "Data", "owner": "Owner session", "newer": "Newer",
    "older": "Older", "age": "Age", "larger": "Larger", "smaller": "Smaller", "root": "Below",
}  # fmt: skip


def read(typed: Mapping[str, str]) -> Reading:
    """The search that these fields (FIELDS) mean. What is wrong is in `problems`, and left out of the search."""
    reader = _Reader(typed)
    kinds = ", ".join(As)
    search = Search(
        name=typed.get("name", ""),
        name_as=reader.value("name_as", As, kinds) or As.TEXT,
        data=typed.get("data", ""),
        data_as=reader.value("data_as", As, kinds) or As.TEXT,
        case=typed.get("case", "") == "1",
        owner=reader.value("owner", _session, "a session id as in 0x1000a2b3c4d0000"),
        newer=reader.value("newer", sizes.duration_ms, ""),
        older=reader.value("older", sizes.duration_ms, ""),
        age=reader.value("age", Age, ", ".join(Age)) or Age.MODIFIED,
        larger=reader.value("larger", sizes.size_bytes, ""),
        smaller=reader.value("smaller", sizes.size_bytes, ""),
        root="/",
    )
    try:
        root = paths.from_text(typed.get("root", "").strip() or "/")
    except paths.BadPath as error:
        reader.problems["root"] = f"{LABELS['root']}: {error}"
        root = "/"
    if search.name:
        reader.pattern("name", search.name_as, of_names)
    if search.data:
        reader.pattern("data", search.data_as, of_data)
    whole = Search(**{name: getattr(search, name) for name in FIELDS if name != "root"}, root=root)
    return Reading(whole, typed, reader.problems)


class Matcher:
    """Tries znodes. Of one znode it gives what there is to say about it, or None. Raises BadPattern when made."""

    def __init__(self, search: Search, now_ms: int) -> None:
        self._search = search
        self._whole_path = search.name_as is not As.GLOB and "/" in search.name
        self._name = of_names(search.name, search.name_as, case=search.case) if search.name else None
        self._data = of_data(search.data, search.data_as, case=search.case) if search.data else None
        self._since = now_ms - search.newer if search.newer is not None else None
        self._until = now_ms - search.older if search.older is not None else None
        plain = search.name and search.name_as is As.TEXT
        self._wanted = (search.name if search.case else search.name.casefold()) if plain else ""

    def names(self, found: list[str]) -> list[int]:
        """Which of these paths have a fitting name; a path as a whole where a slash is searched for."""
        if self._name is None:
            return list(range(len(found)))
        if self._wanted:
            joined = "\0".join(found)
            if self._wanted not in (joined if self._search.case else joined.casefold()):
                return []
        fits = self._name
        if self._whole_path:
            return [index for index, path in enumerate(found) if fits(path)]
        return [index for index, path in enumerate(found) if fits(path.rpartition("/")[2])]

    def rest(self, value: bytes | None, stat: ZnodeStat) -> dict[str, Any] | None:
        """Whether all but the name fits; gives the facts of a hit. What is packed is not opened."""
        facts = self.stat(stat)
        if facts is None or self._data is None:
            return facts
        span = self._data(value) if value else None
        return None if value is None or span is None else facts | {"excerpt": excerpt(value, *span)}

    def may_be_inside(self, value: bytes | None, stat: ZnodeStat) -> bool:
        """Whether something may be packed in the value that has what is searched for: worth a look at `inside`."""
        return bool(self._data is not None and value and may_be_packed(value) and self.stat(stat) is not None)

    def inside(self, value: bytes, stat: ZnodeStat) -> tuple[dict[str, Any] | None, int]:
        """As `rest`, of what is packed in the value, so far as a page would show it; and how many bytes were opened.

        It may take some 10 ms.
        """
        facts = self.stat(stat)
        opened, content, _ = open_packings(value)
        size = sum(step.size for step in opened)
        span = self._data(content) if opened and self._data is not None else None
        if facts is None or span is None:
            return None, size
        return facts | {"excerpt": excerpt(content, *span), "packed": [step.name for step in opened]}, size

    def stat(self, stat: ZnodeStat) -> dict[str, Any] | None:
        """What the stat says about a hit; None if it says that it is none."""
        search = self._search
        if search.owner is not None and stat.ephemeralOwner & UNSIGNED_64 != search.owner:
            return None
        at = stat.ctime if search.age is Age.CREATED else stat.mtime
        if (self._since is not None and at < self._since) or (self._until is not None and at > self._until):
            return None
        size = stat.dataLength
        if (search.larger is not None and size <= search.larger) or (
            search.smaller is not None and size >= search.smaller
        ):
            return None
        return {
            "size": size,
            "created": stat.ctime,
            "modified": stat.mtime,
            "owner": hex_id(stat.ephemeralOwner) if stat.ephemeralOwner else None,
        }


def excerpt(value: bytes, start: int, end: int) -> dict[str, str]:
    """What was found, with a little before and behind it. What isn't UTF-8 is shown as \\xNN."""
    end = min(end, start + 4 * AROUND_BYTES)
    before, behind = max(0, start - AROUND_BYTES), end + AROUND_BYTES
    return {
        "before": ("…" if before else "") + _text(value[before:start]),
        "match": _text(value[start:end]),
        "behind": _text(value[end:behind]) + ("…" if behind < len(value) else ""),
    }


def _text(part: bytes) -> str:
    return part.decode(errors="backslashreplace")


def _session(text: str) -> int:
    number = int(text, 16 if text.lower().startswith("0x") else 10)
    if not 0 < abs(number) <= UNSIGNED_64:
        raise ValueError
    return number & UNSIGNED_64
