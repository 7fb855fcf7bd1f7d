"""From the bytes of a znode to what they are: packings are opened, then every format says how sure it is."""

from __future__ import annotations

import asyncio

from zkdash.znodes.formats.charset import decode
from zkdash.znodes.formats.hexdump import HEX
from zkdash.znodes.formats.model import (
    LIMITS,
    Body,
    Confidence,
    Content,
    Format,
    Guess,
    Limits,
    Reading,
    Recognised,
)
from zkdash.znodes.formats.packed import open_packings
from zkdash.znodes.formats.registry import FORMATS

IN_A_THREAD_BYTES = 64 * 1024
STORED = "stored"
"""The view of the bytes as they are stored, where a packing was opened."""
_BY_VIEW = {format.view: format for format in FORMATS}


def recognise(data: bytes, *, limits: Limits = LIMITS) -> Recognised:
    """What the data is. Never raises; its time and memory are linear in the size of the data and in the limits."""
    opened, inner, note = open_packings(data, limits)
    content = decode(inner, limits)
    looks = ((format, format.look(content, limits)) for format in FORMATS)
    found = sorted(((format, guess) for format, guess in looks if guess), key=_rank)
    verbatim = any(
        guess.verbatim and guess.confidence >= Confidence.LIKELY for format, guess in found if not format.fallback
    )
    readings = [
        Reading(format.view, format.title, format.noun, guess)
        for format, guess in found
        if not (verbatim and format.fallback and guess.verbatim)
    ]
    if opened:
        readings.append(Reading(STORED, "Stored", "bytes as stored", Guess(Confidence.CERTAIN)))
    return Recognised(data, opened, content, tuple(readings), note)


async def recognise_async(data: bytes, *, limits: Limits = LIMITS) -> Recognised:
    """As `recognise`, off the event loop where the data is large, or may become so by being opened."""
    if len(data) < IN_A_THREAD_BYTES and data.isascii():
        return recognise(data, limits=limits)
    return await asyncio.to_thread(recognise, data, limits=limits)


def body(recognised: Recognised, view: str, *, limits: Limits = LIMITS) -> Body:
    """The data in one of its readings. Raises KeyError for a view that is none of them."""
    if view not in {reading.view for reading in recognised.readings}:
        raise KeyError(view)
    if view == STORED:
        return HEX.show(Content(recognised.stored), limits)
    return _BY_VIEW[view].show(recognised.content, limits)


def _rank(found: tuple[Format, Guess]) -> tuple[bool, bool]:
    """Likely formats in the registry's order; then text and bytes; then what is only possible."""
    format, guess = found
    return guess.confidence < Confidence.LIKELY, format.fallback
