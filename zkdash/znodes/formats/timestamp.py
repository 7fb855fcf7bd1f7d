"""Times since the epoch: seconds or milliseconds, as digits or as 8 bytes."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from zkdash.znodes.formats.model import Body, Confidence, Content, Fact, Facts, Format, Guess, Limits

DIGITS = re.compile(r"\s*(\d{9,13})\s*", re.ASCII)
FIRST_S = 946_684_800
"""2000-01-01; plausible years end with 2099."""
END_S = 4_102_444_800


def look(content: Content, _limits: Limits) -> Guess | None:
    """A number within the years 2000 to 2099."""
    return Guess(Confidence.LIKELY) if _candidates(content) else None


def show(content: Content, _limits: Limits) -> Body:
    """The time in UTC, and what it was read from."""
    rows: list[Fact] = []
    for ms, unit, source in _candidates(content):
        at = datetime.fromtimestamp(ms // 1000, UTC).replace(microsecond=ms % 1000 * 1000)
        rows.append(
            Fact("UTC", at.isoformat(sep=" ", timespec="milliseconds" if ms % 1000 else "seconds")[:-6], source)
        )
        rows.append(Fact("ISO 8601", at.isoformat(timespec="milliseconds").replace("+00:00", "Z")))
        rows.append(Fact("Weekday", at.strftime("%A")))
        rows.append(Fact(f"Epoch {unit}", f"{ms if unit == 'milliseconds' else ms // 1000}"))
    return Facts(tuple(rows))


def _candidates(content: Content) -> list[tuple[int, str, str]]:
    """(UTC ms, unit, what it was read from) of each reading that gives a plausible year."""
    numbers: list[tuple[int, str]] = []
    match = DIGITS.fullmatch(content.plain) if content.plain and len(content.data) < 100 else None
    if match:
        numbers.append((int(match[1]), "from digits"))
    elif len(content.data) == 8 and content.confidence is not Confidence.CERTAIN:
        numbers.append((int.from_bytes(content.data, "big"), "from 8 bytes, big-endian"))
        numbers.append((int.from_bytes(content.data, "little"), "from 8 bytes, little-endian"))
    found = []
    for number, source in numbers:
        if FIRST_S <= number < END_S:
            found.append((number * 1000, "seconds", source))
        elif FIRST_S * 1000 <= number < END_S * 1000:
            found.append((number, "milliseconds", source))
    return found


TIMESTAMP = Format("time", "Time", "a time", look, show)
