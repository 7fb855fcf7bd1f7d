"""Silences: what nobody is to be told for a while, and why."""

from __future__ import annotations

import enum
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from fnmatch import fnmatchcase
from typing import Any

from zkdash.alerts.incident import Incident
from zkdash.config.windows import Windows, windows
from zkdash.store.rows import Row

LONGEST_TEXT = 500
MOST_PATTERNS = 100


class Source(enum.StrEnum):
    """Where a silence was made."""

    PAGE = "page"
    API = "api"
    CONFIG = "config"


@dataclass(frozen=True, slots=True)
class Matchers:
    """Which incidents: shell patterns, case-sensitive. Each that is given must match; none given is any."""

    clusters: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    severities: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()

    def match(self, incident: Incident, label: str) -> bool:
        """Whether the incident is meant; `label` is that of its cluster."""
        pairs = (
            (self.clusters, incident.cluster),
            (self.rules, incident.rule),
            (self.severities, incident.severity.value),
            (self.labels, label),
            (self.subjects, incident.subject),
        )
        return all(not patterns or any(fnmatchcase(text, one) for one in patterns) for patterns, text in pairs)

    @property
    def is_any(self) -> bool:
        """Whether every incident is meant."""
        return not any(getattr(self, field.name) for field in fields(self))


@dataclass(frozen=True, slots=True)
class SilenceDraft:
    """A silence that somebody asks for; `add_silence` checks it.

    `ends_at` None is without an end, which only a recurring one may be. `window` is such as
    "Sat,Sun 02:00-04:00 Europe/Prague", or empty. Times: UTC ms; `starts_at` None is now.
    """

    matchers: Matchers
    reason: str
    author: str
    starts_at: int | None = None
    ends_at: int | None = None
    window: str = ""
    source: Source = Source.PAGE


@dataclass(frozen=True, slots=True)
class Silence:
    """A silence, from `starts_at` to `ends_at` or until it is ended, and within its window if it recurs."""

    id: int
    matchers: Matchers
    starts_at: int
    ends_at: int | None
    window: str
    reason: str
    author: str
    source: Source
    created_at: int
    name: str = ""
    ended_at: int | None = None
    ended_by: str = ""

    @property
    def windows(self) -> Windows | None:
        return windows(self.window) if self.window else None

    def is_over(self, now: int) -> bool:
        """Whether it will never mute anything again."""
        return self.ended_at is not None or (self.ends_at is not None and self.ends_at <= now)

    def is_active(self, now: int) -> bool:
        """Whether it mutes now."""
        if self.is_over(now) or now < self.starts_at:
            return False
        recurs = self.windows
        return recurs is None or recurs.contains(now)

    def until(self, now: int) -> int | None:
        """When it stops to mute, if it is active now; None if nobody knows. It may be worth a look even earlier."""
        recurs = self.windows
        ends = [at for at in (self.ends_at, recurs.next_edge(now) if recurs else None) if at is not None]
        return min(ends, default=None)


def silence_of(row: Row) -> Silence:
    """The silence of a row."""
    fields = {name: row[name] for name in Silence.__slots__}
    return Silence(**{**fields, "matchers": matchers_of(json.loads(row["matchers"])), "source": Source(row["source"])})


def matchers_of(found: Mapping[str, Any]) -> Matchers:
    return Matchers(**{field.name: tuple(found.get(field.name, ())) for field in fields(Matchers)})


def matchers_json(matchers: Matchers) -> str:
    return json.dumps({field.name: list(getattr(matchers, field.name)) for field in fields(matchers)})
