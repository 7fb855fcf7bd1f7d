"""How times, durations and ids are written; in markup always absolute and UTC, and the browser localises."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from functools import lru_cache
from unicodedata import east_asian_width

from markupsafe import Markup, escape

from zkdash.znodes.marks import is_plain, name_pieces, visible

MOMENT = re.compile(r"\b(\d{4}-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d:[0-5]\d(?:\.\d+)?Z)")
SHORT_KEEPS = 14
"""How many characters of what is shortened always stay at its end; static/css/short.css knows it, too."""
SHORT_KEEPS_OF_PATH = 24
DAY_MS = 86_400_000
EPOCH = date(1970, 1, 1)
UNITS_S = ((86400, "d"), (3600, "h"), (60, "min"), (1, "s"))


def iso(ms: int) -> str:
    """UTC milliseconds as ISO 8601 with milliseconds and Z; a time out of datetime's range as its plain number."""
    day, of_day = divmod(ms, DAY_MS)
    minutes, of_minute = divmod(of_day, 60_000)
    on = _date(day)
    if not on:
        return str(ms)
    return f"{on}T{minutes // 60:02}:{minutes % 60:02}:{of_minute // 1000:02}.{of_minute % 1000:03}Z"


@lru_cache(1000)
def _date(day: int) -> str:
    """The date so many days after 1970-01-01; "" out of datetime's range. A page has many times of few days."""
    try:
        return (EPOCH + timedelta(days=day)).isoformat()
    except OverflowError:
        return ""


def utc(ms: int) -> str:
    """UTC milliseconds for people, to the second: "2026-11-03 12:00:05 UTC"."""
    return _utc(iso(ms))


def _utc(text: str) -> str:
    return f"{text[:10]} {text[11:19]} UTC" if text.endswith("Z") else text


@lru_cache(4096)
def time(ms: int | None, style: str = "") -> Markup:
    """A `<time>` of UTC milliseconds, "–" for None.

    `style` says how the browser writes it: "" date and time, "clock" the time (with the date if that isn't
    today), "ago" how long ago, "for" how long since, "utc" as it stands.
    """
    if ms is None:
        return Markup("–")
    text = iso(ms)  # like a style, nothing that needs to be escaped
    shown_as = f' data-as="{style}"' if style else ""
    return Markup(f'<time datetime="{text}"{shown_as}>{_utc(text)}</time>')  # noqa: S704 - as said


def name(text: str) -> Markup:
    """A znode's name, with what can't be seen of it made visible and marked."""
    if is_plain(text):
        return escape(text)
    parts = (
        f'<span class="unseen">{escape(piece.text)}</span>' if piece.marked else escape(piece.text)
        for piece in name_pieces(text)
    )
    return Markup("".join(parts))  # noqa: S704 - each part is escaped


def short(text: str) -> Markup:
    """A host or a path that may be too long for its place: there it loses its middle; copied and named, it is whole.

    A path keeps more of its end than a host, for its last name says most.
    """
    if len(text) <= 2 * SHORT_KEEPS:
        return Markup('<span class="mono">{}</span>').format(name(text))
    whole, cut = visible(text), _cut(text, SHORT_KEEPS_OF_PATH if text.startswith("/") else SHORT_KEEPS)
    path = " short--path" if text.startswith("/") else ""
    # What stands in two pieces is one word to who listens.
    start = Markup('<span class="short{} mono" role="img" aria-label="{}" data-whole="{}">').format(path, whole, whole)
    return start + Markup('{}<span class="short__tail">{}</span></span>').format(name(text[:cut]), name(text[cut:]))


def _cut(text: str, columns: int) -> int:
    """Where the end begins that fits so many columns."""
    if text.isascii() and text.isprintable():
        return len(text) - columns
    at = len(text)
    while at and (columns := columns - _columns(visible(text[at - 1]))) >= 0:
        at -= 1
    return at


def _columns(text: str) -> int:
    return sum(2 if east_asian_width(each) in "WF" else 1 for each in text)


def timed(text: str) -> Markup:
    """A sentence with the moments in it (ISO 8601, UTC) as times that the browser localises."""
    pieces = MOMENT.split(text)
    return Markup("").join(_moment(each) if index % 2 else escape(each) for index, each in enumerate(pieces))


def _moment(text: str) -> Markup:
    try:
        return time(int(datetime.fromisoformat(text).timestamp() * 1000), "clock")
    except ValueError:
        return escape(text)


def duration(ms: float | None) -> str:
    """Milliseconds for people, in at most two units: "40 ms", "0.4 s", "3 min 12 s", "2 d 4 h"; "–" for None."""
    if ms is None:
        return "–"
    if 0 < ms < 100:
        return f"{ms:.0f} ms"
    if ms < 9_950 and ms % 1000:
        return f"{max(ms, 0) / 1000:.1f} s"
    seconds = round(ms / 1000)
    for index, (size, unit) in enumerate(UNITS_S):
        if seconds >= size:
            rest = seconds % size // UNITS_S[index + 1][0] if unit != "s" else 0
            tail = f" {rest} {UNITS_S[index + 1][1]}" if rest else ""
            return f"{seconds // size} {unit}{tail}"
    return "0 s"


def hex_id(number: int | None) -> str:
    """A 64-bit id (session, zxid, owner) as ZooKeeper's own tools write it, unsigned hex; "–" for None."""
    return "–" if number is None else f"0x{number & 0xFFFFFFFFFFFFFFFF:x}"


def count(number: int, one: str, many: str = "") -> str:
    """A number with its noun: count(1, "znode") -> "1 znode", count(2000, "znode") -> "2,000 znodes"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


BROWSERS = (("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
SYSTEMS = (("Android", "Android"), ("iPhone", "iOS"), ("iPad", "iOS"), ("Windows", "Windows"), ("Mac OS", "macOS"))


def browser(agent: str) -> str:
    """A User-Agent for people: "Firefox on Linux"; as it is for what is no browser that one knows, "–" for none."""
    name = next((word for mark, word in BROWSERS if mark in agent), None)
    if name is None:
        return agent or "–"
    system = next((word for mark, word in (*SYSTEMS, ("Linux", "Linux")) if mark in agent), None)
    return f"{name} on {system}" if system else name
