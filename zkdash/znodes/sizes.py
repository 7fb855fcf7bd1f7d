"""Durations and sizes as people type them."""

from __future__ import annotations

import re

AMOUNT = re.compile(r"\s*(\d{1,12}(?:\.\d{1,3})?)\s*([a-zA-Z]*)\s*")
UNITS_MS = {
    "ms": 1, "s": 1000, "sec": 1000, "m": 60_000, "min": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000,
}  # fmt: skip
UNITS_BYTES = {"": 1, "b": 1, "k": 1024, "kb": 1024, "kib": 1024, "m": 1024**2, "mb": 1024**2, "mib": 1024**2}


def duration_ms(text: str) -> int:
    """Milliseconds of "90 s", "15min", "2h", "7 d", "1.5h". Raises ValueError with what is allowed."""
    return _amount(text, UNITS_MS, "a number with ms, s, min, h, d or w behind it, as in 2h")


def size_bytes(text: str) -> int:
    """Bytes of "1000", "10k", "1.5 MiB". Raises ValueError with what is allowed."""
    return _amount(text, UNITS_BYTES, "a number of bytes, or one with k or M behind it, as in 10k")


def _amount(text: str, units: dict[str, int], allowed: str) -> int:
    match = AMOUNT.fullmatch(text)
    unit = units.get(match[2].lower()) if match else None
    if match is None or unit is None:
        raise ValueError(allowed)
    return round(float(match[1]) * unit)
