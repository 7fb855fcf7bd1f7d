"""Times that come again each week, in a time zone: "Mon-Fri 08:00-18:00 Europe/Prague; Sat 09:00-12:00 Europe/Prague".

What a clock on the wall shows counts. So a window that is set in the hour which a change to summer time leaves out
begins when the hour is over, and one in the hour that comes twice holds both times. Pure.
"""

from __future__ import annotations

import functools
import re
import zoneinfo
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
EXAMPLE = "Sat,Sun 02:00-04:00 Europe/Prague"
MOST_WINDOWS = 20
_DAY_MINUTES = 24 * 60
_QUARTER_MS = 15 * 60_000
_LAST_MS = 250_000_000_000_000  # so far a calendar goes, with some days to spare

_WINDOW = re.compile(
    r"(?:(?P<days>[A-Za-z]{3}[A-Za-z,\s-]*?)\s+)?(?P<from>\d\d:\d\d)\s*-\s*(?P<to>\d\d:\d\d)(?:\s+(?P<zone>\S+))?"
)


@dataclass(frozen=True, slots=True)
class Window:
    """One window: on `days` (0 is Monday) from `start` to `end`, minutes of the day; it may go on after midnight."""

    days: frozenset[int]
    start: int
    end: int
    zone: str

    def contains(self, at: int) -> bool:
        """Whether the window is open at a time, UTC ms."""
        local = _moment(at).astimezone(_zone(self.zone))
        minute, day = local.hour * 60 + local.minute, local.weekday()
        if self.start < self.end:
            return day in self.days and self.start <= minute < self.end
        # It goes on after midnight: what is left of yesterday's, or the beginning of today's.
        return (day in self.days and minute >= self.start) or ((day - 1) % 7 in self.days and minute < self.end)

    def edges(self, at: int) -> list[int]:
        """The times, UTC ms, about now at which it opens or closes: more than there are, but none too few."""
        zone = _zone(self.zone)
        midnight = _moment(at).astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
        found = []
        for day in range(-1, 9):
            for minute in (self.start, self.end):
                local = midnight + timedelta(days=day, minutes=minute)
                found += [round(local.replace(tzinfo=zone, fold=fold).timestamp() * 1000) for fold in (0, 1)]
        return found


@dataclass(frozen=True, slots=True)
class Windows:
    """Several windows, of which one has to be open."""

    text: str
    parts: tuple[Window, ...]

    def contains(self, at: int) -> bool:
        """Whether any is open at a time, UTC ms."""
        return any(part.contains(at) for part in self.parts)

    def next_edge(self, at: int) -> int:
        """When it next opens or closes, UTC ms; or before, where summer time comes or goes, which is worth a look."""
        now = self.contains(at)
        for edge in sorted({edge for part in self.parts for edge in part.edges(at) if edge > at}):
            if self.contains(edge) != now:
                quarter = self._turn(at, edge, now)
                return edge if quarter is None else quarter
        return at + _DAY_MINUTES * 60_000

    def _turn(self, at: int, edge: int, now: bool) -> int | None:
        """Where the clocks change between `at` and `edge`, it may turn there, which is at a quarter of an hour."""
        zones = {part.zone for part in self.parts}
        if all(_offset(zone, at) == _offset(zone, edge) for zone in zones):
            return None
        quarters = range(at - at % _QUARTER_MS + _QUARTER_MS, edge, _QUARTER_MS)
        return next((quarter for quarter in quarters if self.contains(quarter) != now), None)


@functools.lru_cache(maxsize=256)
def windows(text: str) -> Windows:
    """Raises ValueError that says what is allowed."""
    parts = [part.strip() for part in text.split(";") if part.strip()]
    if not parts:
        raise ValueError(f"write a window such as {EXAMPLE}")
    if len(parts) > MOST_WINDOWS:
        raise ValueError(f"write {MOST_WINDOWS} windows at most")
    return Windows("; ".join(parts), tuple(_window(part) for part in parts))


def _window(text: str) -> Window:
    found = _WINDOW.fullmatch(text)
    if not found:
        raise ValueError(f"write days, times and a time zone such as {EXAMPLE}, several separated by ;")
    start, end = _minute(found["from"]), _minute(found["to"])
    if start in (end, _DAY_MINUTES):
        raise ValueError("a window begins before 24:00 and ends at another time than it begins; all day is 00:00-24:00")
    zone = found["zone"] or "UTC"
    try:
        _zone(zone)
    except ValueError:
        raise ValueError(f"there is no time zone {zone[:40]}: write one such as UTC or Europe/Prague") from None
    return Window(_days(found["days"] or "mon-sun"), start, end, zone)


def _days(text: str) -> frozenset[int]:
    found: set[int] = set()
    for word in re.split(r"[,\s]+", re.sub(r"\s*-\s*", "-", text.strip().lower())):
        first, dash, last = word.partition("-")
        if first not in DAYS or (dash and last not in DAYS):
            raise ValueError("write days as Mon, Tue, Wed, Thu, Fri, Sat or Sun, such as Mon-Fri or Sat,Sun")
        number = DAYS.index(first)
        length = (DAYS.index(last) - number) % 7 if dash else 0
        found.update((number + step) % 7 for step in range(length + 1))
    return frozenset(found)


def _minute(text: str) -> int:
    hour, minute = int(text[:2]), int(text[3:])
    if minute > 59 or hour * 60 + minute > _DAY_MINUTES:
        raise ValueError("write times from 00:00 to 24:00")
    return hour * 60 + minute


@functools.lru_cache(maxsize=64)
def _zone(name: str) -> zoneinfo.ZoneInfo:
    """Raises ValueError."""
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, OSError, ValueError) as error:
        raise ValueError(f"no time zone {name}") from error


def _offset(zone: str, at: int) -> timedelta | None:
    return _moment(at).astimezone(_zone(zone)).utcoffset()


def _moment(at: int) -> datetime:
    return datetime.fromtimestamp(min(max(at, 0), _LAST_MS) / 1000, UTC)
