"""Bytes with their offsets, sixteen a row: any data can be shown so."""

from __future__ import annotations

from collections.abc import Iterator

from zkdash.znodes.formats.model import Body, Confidence, Content, Dump, Format, Guess, Limits

ROW_BYTES = 16
_PRINTABLE = bytes(byte if 0x20 <= byte < 0x7F else 0x2E for byte in range(256))


def look(_content: Content, _limits: Limits) -> Guess | None:
    """Anything."""
    return Guess(Confidence.CERTAIN)


def show(content: Content, _limits: Limits) -> Body:
    """Offset, bytes, and the printable ASCII among them."""
    return Dump(content.data)


def rows(data: bytes, start: int, end: int) -> Iterator[str]:
    """The rows of a dump from the row that byte `start` is in up to byte `end`."""
    for offset in range(start // ROW_BYTES * ROW_BYTES, min(end, len(data)), ROW_BYTES):
        row = data[offset : offset + ROW_BYTES]
        left, right = row[: ROW_BYTES // 2].hex(" "), row[ROW_BYTES // 2 :].hex(" ")
        yield f"{offset:08x}  {left:<23}  {right:<23}  |{row.translate(_PRINTABLE).decode('ascii')}|"


HEX = Format("hex", "Hex", "bytes", look, show, fallback=True)
