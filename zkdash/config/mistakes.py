"""What is wrong with a configuration, in words for the person who wrote it. Secrets never get in here."""

from __future__ import annotations

import re
from dataclasses import dataclass

LONGEST_SHOWN = 80
HIDDEN = "(hidden)"


@dataclass(frozen=True, slots=True)
class Place:
    """Where something was written: a file and its line (0: unknown), or such as "--listen" or "the environment"."""

    file: str
    line: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake. `value` is what may be shown of it (None: nothing to show), `allowed` says what is right instead."""

    section: str
    key: str
    value: str | None
    allowed: str
    place: Place

    def __str__(self) -> str:
        option = " ".join(filter(None, (f"[{self.section}]" if self.section else "", self.key)))
        if self.value is not None:
            option += f" = {self.value}"
        return printable(": ".join(filter(None, (str(self.place), option, self.allowed))))


class ConfigError(Exception):
    """The configuration cannot be used; `mistakes` are all that were found, its text is one line for each."""

    def __init__(self, mistakes: tuple[Mistake, ...]) -> None:
        self.mistakes = mistakes
        super().__init__("\n".join(map(str, mistakes)))


def shown(value: str) -> str:
    """What a message may show of a value: one line, printable, not long, and nothing that stands before an "@"."""
    if "-----BEGIN" in value:
        return HIDDEN  # somebody pasted a key where the name of its file belongs
    value = re.sub(r"^([\w+.-]+://)?.*@", r"\1***@", value, flags=re.DOTALL)
    value = printable(value)
    return value if len(value) <= LONGEST_SHOWN else value[: LONGEST_SHOWN - 1] + "…"


def printable(text: str) -> str:
    """The text with what a terminal would not show, or obey, written as an escape."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)
