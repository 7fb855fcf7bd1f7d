"""Numbers: decimal text, and 4 or 8 bytes of either order as candidates."""

from __future__ import annotations

import re
import struct

from zkdash.znodes.formats.model import Body, Confidence, Content, Fact, Facts, Format, Guess, Limits

DECIMAL = re.compile(r"\s*([+-]?\d{1,40})(\.\d{1,40})?\s*", re.ASCII)
SMALL = 1 << 40
"""Eight bytes below this are likely a counter or a time in milliseconds."""


def look(content: Content, _limits: Limits) -> Guess | None:
    """Text of digits; or 4 or 8 bytes that are no text, likely where they begin with zeros or ones as counters do."""
    if content.confidence is Confidence.CERTAIN and content.text is not None:
        return Guess(Confidence.CERTAIN) if len(content.data) < 100 and DECIMAL.fullmatch(content.text) else None
    data = content.data
    if len(data) not in (4, 8):
        return None
    value = int.from_bytes(data, "big", signed=True)
    small = abs(value) < (SMALL if len(data) == 8 else 1 << 16)
    return Guess(Confidence.LIKELY if small else Confidence.POSSIBLE, f"{len(data)} bytes")


def show(content: Content, _limits: Limits) -> Body:
    """The number in the ways that people need it."""
    if content.confidence is Confidence.CERTAIN:
        match = DECIMAL.fullmatch(content.text or "")
        return Facts(_of_text(match) if match else ())
    data = content.data
    rows = []
    for words, order, mark in (("Big-endian", "big", ">"), ("Little-endian", "little", "<")):
        signed = int.from_bytes(data, "big" if order == "big" else "little", signed=True)
        rows.append(Fact(words, f"{signed:,}", "as Java writes it" if order == "big" else ""))
        if signed < 0:
            rows.append(Fact(f"{words}, unsigned", f"{signed + (1 << 8 * len(data)):,}"))
        real = struct.unpack(mark + ("f" if len(data) == 4 else "d"), data)[0]
        if real == real and 1e-6 < abs(real) < 1e15:
            rows.append(Fact(f"{words}, floating-point", f"{real:.9g}"))
    rows.append(Fact("Hexadecimal", f"0x{data.hex()}"))
    return Facts(tuple(rows))


def _of_text(match: re.Match[str]) -> tuple[Fact, ...]:
    whole, fraction = int(match[1]), match[2] or ""
    rows = [Fact("Number", match[0].strip())]
    if abs(whole) >= 1000:
        rows.append(Fact("In groups", f"{whole:,}{fraction}"))
    if fraction:
        return tuple(rows)
    rows.append(Fact("Hexadecimal", f"{whole:#x}"))
    if whole >= 1024:
        rows.append(Fact("If it is bytes", _size(whole)))
    return tuple(rows)


def _size(size: int) -> str:
    unit = 0
    units = ("bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB")
    while size >= 1024 ** (unit + 1) and unit < len(units) - 1:
        unit += 1
    return f"{size * 100 // 1024**unit / 100:,.2f} {units[unit]}" if size < 1024**8 else "too many"


NUMBER = Format("number", "Number", "a number", look, show)
