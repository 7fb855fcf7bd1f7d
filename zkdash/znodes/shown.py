"""A znode's data made ready for its page: what it is, how it can be read, and the part of one reading that is shown."""

from __future__ import annotations

import asyncio
import enum
from dataclasses import dataclass

from zkdash.znodes.formats import STORED, Body, Dump, Facts, Reading, Recognised, body, recognise
from zkdash.znodes.formats.hexdump import rows
from zkdash.znodes.formats.registry import FORMATS
from zkdash.znodes.sheet import Place, Sheet, sheet

IN_A_THREAD_BYTES = 16 * 1024
"""Data from this size on is made ready outside of the event loop, and any that isn't plain ASCII: it may be packed."""
COPIED_BYTES = 1024 * 1024

View = enum.StrEnum("View", {view.upper(): view for view in (*(format.view for format in FORMATS), STORED)})  # type: ignore[misc] # made from the registry
View.__doc__ = "How data is read, as the URL spells it."


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page shows of data; `kind` is in words, `facts` or `sheet` is the body, both None without data."""

    kind: str
    size: int
    recognised: Recognised | None = None
    view: str = ""
    note: str = ""
    facts: Facts | None = None
    sheet: Sheet | None = None

    @property
    def readings(self) -> tuple[Reading, ...]:
        """The tabs."""
        return self.recognised.readings if self.recognised else ()


async def show_async(data: bytes | None, view: str | None, place: Place) -> Shown:
    """As `show`, off the event loop where that may take its time."""
    if data is None or (len(data) < IN_A_THREAD_BYTES and data.isascii()):
        return show(data, view, place)
    return await asyncio.to_thread(show, data, view, place)


def show(data: bytes | None, view: str | None, place: Place) -> Shown:
    """The place in the data, read as `view` or, if it can't be read so, in the best way."""
    if data is None:
        return Shown("no value", 0)
    if not data:
        return Shown("empty value", 0)
    recognised = recognise(data)
    taken = _taken(recognised, view)
    content = body(recognised, taken)
    return Shown(
        kind=recognised.chain,
        size=len(data),
        recognised=recognised,
        view=taken,
        note=" ".join(filter(None, (recognised.note, content.note))),
        facts=content if isinstance(content, Facts) else None,
        sheet=None if isinstance(content, Facts) else sheet(content, place),
    )


def as_text(data: bytes, view: str | None) -> str:
    """All of the data in one reading, to be copied; a hex dump of at most the first MiB."""
    recognised = recognise(data)
    content: Body = body(recognised, _taken(recognised, view))
    if isinstance(content, Facts):
        return "".join(f"{row.label}: {row.value}\n" for row in content.rows)
    if isinstance(content, Dump):
        return "\n".join(rows(content.data, 0, COPIED_BYTES))
    return content.text


def opened(data: bytes) -> bytes:
    """What is packed in the data, within the limits; the data itself if nothing is."""
    return recognise(data).content.data


def _taken(recognised: Recognised, view: str | None) -> str:
    """The asked for view where there is such a reading; "text" also means one that shows the very text."""
    for reading in recognised.readings:
        if reading.view == view or (view == "text" and reading.guess.verbatim):
            return reading.view
    return recognised.best.view
