"""What a healthy zkdash never logs."""

from __future__ import annotations

import re

SLOW_S = 0.1
_SLOW = re.compile(r"Executing .* took (\d+\.\d+) seconds")
_BROKEN = re.compile(
    r"Traceback \(most recent call last\)|Task exception was never retrieved|was never awaited"
    r"|Task was destroyed but it is pending|ResourceWarning|Unclosed "
)


def troubles(log: str, *, slow_s: float = SLOW_S) -> list[str]:
    """The lines that tell of a bug: tracebacks, forgotten tasks, callbacks that held the event loop up."""
    return [line for line in log.splitlines() if _BROKEN.search(line) or _seconds(line) > slow_s]


def _seconds(line: str) -> float:
    match = _SLOW.search(line)
    return float(match[1]) if match else 0.0
