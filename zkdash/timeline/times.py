"""Time as the log has it: UTC, milliseconds since the epoch."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST_MS = 253_402_300_799_999  # the end of the year 9999


def now_ms() -> int:
    """The present, UTC milliseconds."""
    return time.time_ns() // 1_000_000


def iso(at: int) -> str:
    """ISO 8601 in UTC with milliseconds and "Z". Never raises: a time outside the calendar is moved to its edge."""
    moment = _EPOCH + timedelta(milliseconds=min(max(at, 0), _LAST_MS))
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
