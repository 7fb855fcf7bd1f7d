"""What a silence is asked for by: the fields of the form, and of the JSON API. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from zkdash.alerts.silence import LONGEST_TEXT, MOST_PATTERNS, Matchers, SilenceDraft, Source
from zkdash.web.bodies import text_in

LISTS = ("clusters", "rules", "severities", "subjects", "labels")
FIELDS = (*LISTS, "starts_at", "lasts", "ends_at", "window", "reason", "by", "everything")
LASTS = {"30m": "30 min", "1h": "1 h", "2h": "2 h", "4h": "4 h", "8h": "8 h", "1d": "1 d", "3d": "3 d", "7d": "7 d"}
LASTS_MS = {"30m": 30, "1h": 60, "2h": 120, "4h": 240, "8h": 480, "1d": 1440, "3d": 4320, "7d": 10_080}
LASTS_DEFAULT = "2h"
LONGEST_LIST = 2000
LONGEST_WINDOW = 200
MINUTE_MS = 60_000


class SilenceForm:
    """The form's fields as typed, and by field what is wrong with them ("form": with the whole)."""

    def __init__(self, typed: Mapping[str, str]) -> None:
        self.typed = {name: typed.get(name, "") for name in FIELDS}
        self.problems: dict[str, str] = {}
        self.is_everything = False

    def draft(self, by: str, now: int) -> SilenceDraft | None:
        """What it asks for; None if there are problems. `now` is UTC ms."""
        matchers = Matchers(**{name: self._patterns(name) for name in LISTS})
        if matchers.is_any and not any(name in self.problems for name in LISTS):
            self.problems["clusters"] = "Say what to silence; * is every cluster."
        self.is_everything = all(pattern == "*" for name in LISTS for pattern in getattr(matchers, name))
        if self.is_everything and not matchers.is_any and self.typed["everything"] != "yes":
            self.problems["everything"] = "Nobody would be told of anything: tick that this is meant."
        reason = text_in(self.typed, "reason", LONGEST_TEXT, self.problems)
        if not reason:
            self.problems.setdefault("reason", "Say why: others will ask.")
        window = text_in(self.typed, "window", LONGEST_WINDOW, self.problems)
        starts_at, ends_at = self._moment("starts_at"), self._moment("ends_at")
        if ends_at is None and not window:
            lasts_ms = LASTS_MS.get(self.typed["lasts"] or LASTS_DEFAULT, 0) * MINUTE_MS
            if not lasts_ms:
                self.problems["lasts"] = f"Allowed are {', '.join(LASTS_MS)}."
            ends_at = (starts_at or now) + lasts_ms
        if ends_at is not None and ends_at <= max(starts_at or now, now):
            self.problems.setdefault("ends_at", "It must end after it begins, and not before now.")
        if self.problems:
            return None
        return SilenceDraft(matchers, reason, by, starts_at, ends_at, window, Source.PAGE)

    def _patterns(self, name: str) -> tuple[str, ...]:
        text = text_in(self.typed, name, LONGEST_LIST, self.problems)
        patterns = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
        if len(patterns) > MOST_PATTERNS:
            self.problems[name] = f"There are {len(patterns)}: allowed are {MOST_PATTERNS}."
        return patterns

    def _moment(self, name: str) -> int | None:
        try:
            return moment(self.typed[name])
        except ValueError as error:
            self.problems[name] = f"{error}"
            return None


def moment(text: str) -> int | None:
    """ISO 8601 as UTC ms, None for nothing; without a zone it is UTC. Raises ValueError in plain words."""
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
        return round((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1000)
    except (ValueError, OverflowError):
        shown = text if len(text) <= 40 else text[:40] + "…"
        raise ValueError(f"“{shown}” is not a time like 2026-11-03T12:00 (UTC).") from None
