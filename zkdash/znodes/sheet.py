"""Long text and bytes in pages of numbered lines, with what was searched for in them marked."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from itertools import pairwise

from zkdash.znodes.formats import Dump, Lines
from zkdash.znodes.formats.hexdump import ROW_BYTES, rows
from zkdash.znodes.marks import UNSEEN, pieces

PAGE_CHARS = 256 * 1024
PAGE_LINES = 2_000
PAGE_BYTES = PAGE_LINES * ROW_BYTES
FOUND_MAX = 10_000
STYLED_MAX = 5_000
"""Pieces of a page that are styled; what can't be seen is made visible in all of it."""
HEX_WANTED = re.compile(r"0x((?:[0-9a-f]{2}\s*)+)", re.IGNORECASE)
OFFSET_CHARS = 8

UNMARKED, MARKED, HIT, CURRENT = "", "unseen", "found", "found found--current"


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a line, and how it looks: one of the four constants above."""

    text: str
    look: str = UNMARKED


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its anchor, the label before it ("" where a line goes on from the page before), and its text."""

    anchor: str
    label: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """What was searched for: the hits, that there are `more` than were counted, and the current one's number from 1."""

    text: str
    total: int
    more: bool
    current: int
    anchor: str

    @property
    def previous(self) -> int:
        """The number of the hit before, coming round at the first."""
        return self.current - 1 or self.total

    @property
    def next(self) -> int:
        """The number of the hit after, coming round at the last."""
        return self.current % self.total + 1


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page of lines. Offsets of pages are in characters or bytes; lines and hits are counted from 1."""

    lines: tuple[Line, ...]
    unit: str
    first: int
    last: int
    total: int
    previous: int | None
    next: int | None
    found: Found | None = None

    @property
    def whole(self) -> bool:
        """Whether that is all."""
        return self.previous is None and self.next is None


@dataclass(frozen=True, slots=True)
class Place:
    """What of a text is wanted: the hit number `hit` of `find`, else the line, else the page at `offset`."""

    offset: int = 0
    line: int = 0
    find: str = ""
    hit: int = 0


def sheet(body: Lines | Dump, place: Place = Place()) -> Sheet:
    """The page of the body that has the place in it."""
    return _text_sheet(body.text, place) if isinstance(body, Lines) else _dump_sheet(body.data, place)


def _text_sheet(text: str, place: Place) -> Sheet:
    hits, more = _hits(fold(text), fold(place.find)) if place.find else ([], False)
    starts = _page_starts(text)
    number = min(max(place.hit, 1), len(hits))
    offset = place.offset
    if hits and not (place.offset or place.line):
        offset = hits[number - 1]
    elif place.line > 1:
        offset = len(text) - len(text.split("\n", place.line - 1)[-1])
    page = bisect_right(starts, offset) - 1
    start = starts[page]
    end = starts[page + 1] if page + 1 < len(starts) else len(text)
    first = text.count("\n", 0, start) + 1
    bounds = [(hit - start, hit - start + len(place.find), HIT) for hit in hits if start - len(place.find) < hit < end]
    if hits and start <= hits[number - 1] < end:
        at = hits[number - 1] - start
        bounds = [(low, high, CURRENT if low == at else look) for low, high, look in bounds]
    lines = _lines(text[start:end], first, start == 0 or text[start - 1] == "\n", bounds)
    anchor = f"L{text.count(chr(10), 0, hits[number - 1]) + 1}" if hits else ""
    return Sheet(
        lines=lines,
        unit="line",
        first=first,
        last=first + len(lines) - 1,
        total=text.count("\n") + (not text.endswith("\n")),
        previous=starts[page - 1] if page else None,
        next=end if end < len(text) else None,
        found=Found(place.find, len(hits), more, number, anchor) if place.find else None,
    )


def fold(text: str) -> str:
    """The text in lower case, every character at its place; as it is where that can't be had."""
    lower = text.replace("\u0130", "i").lower().replace("\u03c2", "\u03c3")
    return lower if len(lower) == len(text) else text


def _hits(text: str, wanted: str) -> tuple[list[int], bool]:
    """Where `wanted` begins, at most FOUND_MAX times and never overlapping, and whether there is more."""
    hits: list[int] = []
    at = text.find(wanted)
    while at >= 0 and len(hits) < FOUND_MAX:
        hits.append(at)
        at = text.find(wanted, at + len(wanted))
    return hits, at >= 0


def _page_starts(text: str) -> list[int]:
    starts = [0]
    at = 0
    while at < len(text):
        piece = text[at : at + PAGE_CHARS]
        parts = piece.split("\n", PAGE_LINES)
        if len(parts) > PAGE_LINES:
            at += len(piece) - len(parts[-1])
        elif at + PAGE_CHARS >= len(text):
            break
        else:
            cut = piece.rfind("\n") + 1
            at += cut if cut > PAGE_CHARS // 2 else PAGE_CHARS
        if at < len(text):
            starts.append(at)
    return starts


def _lines(text: str, first: int, begins: bool, bounds: list[tuple[int, int, str]]) -> tuple[Line, ...]:
    texts = text.split("\n")
    if len(texts) > 1 and not texts[-1]:
        texts.pop()
    plain = not UNSEEN.search(text)
    left = STYLED_MAX
    lines = []
    at = hit = 0
    for number, line in enumerate(texts, first):
        end = at + len(line)
        inside = []
        while hit < len(bounds) and bounds[hit][0] < end:
            inside.append((max(bounds[hit][0], at) - at, min(bounds[hit][1], end) - at, bounds[hit][2]))
            hit += 1
        if plain and not inside:
            spans: tuple[Span, ...] = (Span(line),)
        else:
            spans = _spans(line, inside, left)
            left = max(0, left - len(spans))
        lines.append(Line(f"L{number}", str(number) if begins or number > first else "", spans))
        at = end + 1
    return tuple(lines)


def _spans(line: str, bounds: list[tuple[int, int, str]], left: int) -> tuple[Span, ...]:
    """The line cut at the hits, what can't be seen in it made visible; styled only as long as pieces are `left`."""
    cuts = [(0, 0, UNMARKED), *bounds, (len(line), len(line), UNMARKED)]
    spans: list[Span] = []
    for (_, low, _), (high, end, look) in pairwise(cuts):
        shown, covered = pieces(line[low:high], max(left - len(spans), 0))
        spans += [Span(piece.text, MARKED if piece.marked else UNMARKED) for piece in shown]
        for text, its_look in ((line[low + covered : high], UNMARKED), (line[high:end], look)):
            if text:
                spans.append(Span(text.translate(_Visible()) if UNSEEN.search(text) else text, its_look))
    return tuple(spans)


class _Visible(dict[int, str]):
    """For `str.translate`: each character as it is shown, found out once."""

    def __missing__(self, code: int) -> str:
        shown = self[code] = pieces(chr(code))[0][0].text
        return shown


def _dump_sheet(data: bytes, place: Place) -> Sheet:
    match = HEX_WANTED.fullmatch(place.find.strip())
    wanted = bytes.fromhex(match[1]) if match else place.find.encode(errors="replace").lower()
    latin = (data if match else data.lower()).decode("latin-1") if place.find else ""
    hits, more = _hits(latin, wanted.decode("latin-1")) if place.find else ([], False)
    number = min(max(place.hit, 1), len(hits))
    offset = (max(place.line, 1) - 1) * ROW_BYTES or place.offset or (hits[number - 1] if hits else 0)
    start = min(offset, max(len(data) - 1, 0)) // PAGE_BYTES * PAGE_BYTES
    end = min(start + PAGE_BYTES, len(data))
    looks: dict[int, str] = {}
    for count, hit in enumerate(hits, 1):
        for row in range(hit // ROW_BYTES, (hit + len(wanted) - 1) // ROW_BYTES + 1):
            looks[row] = CURRENT if count == number else looks.get(row, HIT)
    lines = []
    for row, text in enumerate(rows(data, start, end), start // ROW_BYTES):
        spans = (Span(text[OFFSET_CHARS + 2 :], looks.get(row, UNMARKED)),)
        lines.append(Line(f"L{row + 1}", text[:OFFSET_CHARS], spans))
    return Sheet(
        lines=tuple(lines),
        unit="byte",
        first=start + 1,
        last=end,
        total=len(data),
        previous=start - PAGE_BYTES if start else None,
        next=end if end < len(data) else None,
        found=Found(place.find, len(hits), more, number, f"L{hits[number - 1] // ROW_BYTES + 1}" if hits else "")
        if place.find
        else None,
    )
