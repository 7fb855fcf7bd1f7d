"""What flows between the formats, the registry and the page: limits, contents, guesses, readings and bodies."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """What recognising may cost, whatever the data is. All work is linear in these and in the size of the data."""

    opened_bytes: int = 4 * MIB
    """Of the output of each packing that is opened."""
    opened_ratio: int = 1100
    """Output bytes per input byte; deflate can't do more than 1,032, only bombs of other packings can."""
    opened_depth: int = 3
    """Packings inside each other."""
    window_bytes: int = 8 * MIB
    """Memory that a zstd frame may ask for (RFC 8878 recommends that every reader allows 8 MiB)."""
    members: int = 64
    """Streams one after another in a packing."""
    chunks: int = 20_000
    """Pieces that a snappy stream is cut into."""
    text_chars: int = 4 * MIB
    """Longer text is not looked into, and no pretty-printed text gets longer."""
    sample_bytes: int = 16 * 1024
    """What a guess of the charset is made from."""
    sample_chars: int = 64 * 1024
    """What YAML and properties are recognised by."""
    yaml_events: int = 4_000
    """As above, for YAML."""
    items: int = 20_000
    """Fields, records and values that are walked in binary data."""
    depth: int = 40
    """Levels of nesting that are walked, and that are indented."""
    shown_chars: int = 200
    """Of one value inside binary data."""


LIMITS = Limits()


class Confidence(enum.IntEnum):
    """How sure a guess is."""

    POSSIBLE = 1
    LIKELY = 2
    CERTAIN = 3


CONFIDENCE_WORDS = {
    Confidence.POSSIBLE: "could be",
    Confidence.LIKELY: "looks like",
    Confidence.CERTAIN: "is",
}


class End(enum.StrEnum):
    """How far opening got."""

    WHOLE = "whole"
    LIMIT = "limit"
    CUT = "cut off"
    DAMAGED = "damaged"
    MORE = "something behind it"


@dataclass(frozen=True, slots=True)
class Unpacked:
    """What came out of a packing, and how that ended."""

    data: bytes
    end: End


@dataclass(frozen=True, slots=True)
class Packing:
    """A way to pack data. `open` gives None for what isn't packed so, raises nothing, and keeps to the limits.

    What does not begin as the expression `begins` says is not even tried: most data isn't packed.
    """

    name: str
    begins: bytes
    open: Callable[[bytes, Limits], Unpacked | None]


@dataclass(frozen=True, slots=True)
class Opened:
    """One packing that was opened: sizes in bytes."""

    name: str
    size: int
    end: End


@dataclass(frozen=True, slots=True)
class Content:
    """The innermost data; with `text`, its charset and how sure that is, where it can be read as text at all."""

    data: bytes
    text: str | None = None
    charset: str = ""
    confidence: Confidence = Confidence.POSSIBLE

    @property
    def plain(self) -> str | None:
        """The text if the data may well be text."""
        return self.text if self.confidence >= Confidence.LIKELY else None


@dataclass(frozen=True, slots=True)
class Guess:
    """That data may be of a format. With `verbatim` the format shows the very text, so no text reading is needed."""

    confidence: Confidence
    detail: str = ""
    verbatim: bool = False


@dataclass(frozen=True, slots=True)
class Lines:
    """A body of text, with a note about what was done to it."""

    text: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """One row: what it is, its value, and what to know about it."""

    label: str
    value: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """A body of rows."""

    rows: tuple[Fact, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Dump:
    """A body of bytes: rows are made for the part that is shown."""

    data: bytes
    note: str = ""


Body = Lines | Facts | Dump


@dataclass(frozen=True, slots=True)
class Format:
    """A format: `view` is its stable name in addresses, `title` its name for people, `noun` that within a sentence.

    `look` gives None where the content can't be of this format; `show` gets only what `look` accepted.
    Both raise nothing and keep to the limits. A `fallback` comes after everything that is likely.
    """

    view: str
    title: str
    noun: str
    look: Callable[[Content, Limits], Guess | None]
    show: Callable[[Content, Limits], Body]
    fallback: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read the data."""

    view: str
    title: str
    noun: str
    guess: Guess

    @property
    def words(self) -> str:
        """For people: "looks like YAML"; "JSON" when that is certain."""
        name = f"{self.noun}, {self.guess.detail}" if self.guess.detail else self.noun
        if self.guess.confidence is Confidence.CERTAIN:
            return name
        return f"{CONFIDENCE_WORDS[self.guess.confidence]} {name}"


@dataclass(frozen=True, slots=True)
class Recognised:
    """Data (`stored`), the packings opened from the outside in, what was inside, and its readings, the best first."""

    stored: bytes
    opened: tuple[Opened, ...]
    content: Content
    readings: tuple[Reading, ...]
    note: str = ""

    @property
    def best(self) -> Reading:
        """The reading to show if none is asked for."""
        return self.readings[0]

    @property
    def chain(self) -> str:
        """For people: "gzip → zlib → JSON"."""
        return " → ".join([*(step.name for step in self.opened), self.best.words])
