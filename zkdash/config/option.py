"""What is said of an option."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Option:
    """One option: `section` and `key` as written, `default` as it would be written ("": nothing)."""

    section: str
    key: str
    default: str
    words: str
    secret: bool = False
