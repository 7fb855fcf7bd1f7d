"""What a status page shows: read once for all who look at it within a few seconds."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Generic, TypeVar

from zkdash.access import Reach
from zkdash.alerts import pages, public_notes
from zkdash.clock import now_ms
from zkdash.config import StatusConfig
from zkdash.ensemble.availability import HOUR_MS, WINDOWS_MS
from zkdash.web.availability_windows import percent, windows
from zkdash.web.keys import Dashboard
from zkdash.web.status_words import incident_words, is_public, state_word
from zkdash.web.words import Standing, standing, worst

KEEP_S = 5.0
INCIDENTS_MS = 90 * 24 * HOUR_MS
MOST_INCIDENTS = 100
MOST_DRAWN = 100
ENOUGH = 0.99
"""How much of a window must be known to be told without saying so."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Line:
    """One cluster: how it is in a word; by window, how much of the time it was available and how much is known."""

    name: str
    label: str
    standing: Standing
    word: str
    available: dict[str, tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Told:
    """An incident in public words, with what was written about it: (UTC ms, text)."""

    id: int
    label: str
    words: str
    server: str
    opened_at: int
    resolved_at: int | None
    notes: tuple[tuple[int, str], ...]

    @property
    def updated_at(self) -> int:
        """When something was last said of it."""
        return max(self.opened_at, self.resolved_at or 0, *(at for at, _ in self.notes))


@dataclass(frozen=True, slots=True)
class Status:
    """One status page as it is at a time (UTC ms)."""

    page: StatusConfig
    at: int
    lines: tuple[Line, ...]
    incidents: tuple[Told, ...]
    drawn: dict[str, str] = field(default_factory=dict, compare=False, repr=False)

    def once(self, what: str, draw: Callable[[], str]) -> str:
        """What is drawn of it, drawn by the first who asks."""
        found = self.drawn.get(what)
        if found is None:
            found = draw()
            if len(self.drawn) < MOST_DRAWN:
                self.drawn[what] = found
        return found

    @property
    def standing(self) -> str:
        """The worst of all."""
        return worst([line.standing for line in self.lines]) or "none"


class Kept(Generic[T]):
    """Values that are made again after a few seconds, by whoever asks first."""

    def __init__(self) -> None:
        self._values: dict[object, tuple[float, T]] = {}
        self._turn = asyncio.Lock()

    async def get(self, key: object, make: Callable[[], Awaitable[T]]) -> T:
        async with self._turn:
            until, value = self._values.get(key, (0.0, None))
            if value is None or time.monotonic() >= until:
                value = await make()
                self._values = {each: one for each, one in self._values.items() if one[0] > time.monotonic()}
                self._values[key] = (time.monotonic() + KEEP_S, value)
            return value


async def status_of(dashboard: Dashboard, page: StatusConfig, level: Reach | None) -> Status:
    """The page as it is now; without a level all that it is about. Raises StoreUnavailable."""
    now, lines = now_ms(), []
    for container in dashboard.clusters:
        name = container.name
        if not any(fnmatchcase(name, each) for each in page.clusters) or (level and not level.sees_cluster(name)):
            continue
        stands = standing(container.status.state, container.status.cause)
        found = await windows(dashboard, container, now)
        available = {window: (percent(found[window].ratio), watched(found[window].known)) for window in WINDOWS_MS}
        lines.append(Line(name, container.label, stands, state_word(stands), available))
    return Status(page, now, tuple(lines), await _incidents(dashboard, page, lines, now))


def watched(known: float) -> str:
    """How much of a window is known at all, in words; empty if nearly all is."""
    return "" if known >= ENOUGH else f"of the {percent(known)} that is known"


async def _incidents(dashboard: Dashboard, page: StatusConfig, lines: list[Line], now: int) -> tuple[Told, ...]:
    labels = {line.name: line.label for line in lines}
    if not labels:
        return ()
    wanted = pages.Filter(clusters=tuple(labels), since=now - INCIDENTS_MS)
    found = [each for each in await pages.incidents(dashboard.store, wanted, MOST_INCIDENTS) if is_public(each)]
    notes = await public_notes.notes_on(dashboard.store, [each.id for each in found])
    return tuple(
        Told(
            id=each.id,
            label=labels[each.cluster],
            words=incident_words(each),
            server=each.subject.rpartition(":")[0] if page.hostnames else "",
            opened_at=each.opened_at,
            resolved_at=each.resolved_at,
            notes=tuple((note.at, note.text) for note in notes if note.incident_id == each.id),
        )
        for each in found
    )
