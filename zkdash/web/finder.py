"""What fits what was typed into the box "Go to": pure, over whatever it is given."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

PATH = re.compile(r"(?:(?P<cluster>[^\s:/]+):? *)?(?P<path>/.*)", re.DOTALL)
ADDRESS = re.compile(r"(?=.*[.:\d])[0-9a-fA-F.:]{3,}")
MISSES = 4


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing to go to. `also` is what else finds it; `standing` is drawn before it, `keys` behind it."""

    text: str
    href: str
    note: str = ""
    also: str = ""
    standing: str = ""
    keys: str = ""
    mono: bool = False
    rank: int = 0
    """How well it fits: 0 is best. What is worse off by itself starts with more."""


@dataclass(frozen=True, slots=True)
class Group:
    """Hits of one kind."""

    title: str
    hits: tuple[Hit, ...]


def fitting(typed: str, hits: Iterable[Hit], limit: int) -> tuple[Hit, ...]:
    """The hits that have every word of what was typed, the best first; all of them where nothing was."""
    words = typed.casefold().split()
    found = []
    for hit in hits:
        rank = max((_rank(word, hit) for word in words), default=0)
        if rank < MISSES:
            found.append(replace(hit, rank=rank * 10 + hit.rank))
    return tuple(sorted(found, key=lambda hit: hit.rank)[:limit])


def _rank(word: str, hit: Hit) -> int:
    text = hit.text.casefold()
    if text == word:
        return 0
    if text.startswith(word):
        return 1
    if any(part.startswith(word) for part in re.split(r"[\s/.:,_-]+", f"{text} {hit.also.casefold()}")):
        return 2
    return 3 if word in text or word in hit.also.casefold() else MISSES


def path_in(typed: str) -> tuple[str, str] | None:
    """The cluster, "" if none is named, and the path that were typed: "prod /a", "prod:/a" or "/a"; else None."""
    match = PATH.fullmatch(typed.strip())
    return (match["cluster"] or "", match["path"]) if match else None


def address_in(typed: str) -> str:
    """What was typed if it may be part of a client's address, else ""."""
    return typed.strip() if ADDRESS.fullmatch(typed.strip()) else ""
