"""Protocol buffers without their schema: field numbers and wire types (protobuf.dev, Encoding).

HBase's znodes have a header before the message (RecoverableZooKeeper, ProtobufMagic); it is named and skipped.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from zkdash.znodes.formats.model import Body, Confidence, Content, Format, Guess, Limits, Lines

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
NUMBER_MAX = (1 << 29) - 1
LIKELY_NUMBER_MAX = 200
LIKELY_BYTES_MIN = 6
HBASE, HBASE_MAGIC = 0xFF, b"PBUF"
HBASE_ID_MAX = 512


class NotAMessage(Exception):
    """The bytes are no message, at least not a whole one."""


def look(content: Content, limits: Limits) -> Guess | None:
    """Binary data that is used up exactly by fields with plausible numbers."""
    if content.confidence is Confidence.CERTAIN and content.text is not None:
        return None
    start, header = _message_at(content.data)
    try:
        fields = list(_fields(memoryview(content.data)[start:], limits.items))
    except NotAMessage:
        return None
    if not fields:
        return None
    told = any(wire == BYTES and _text(value) for _, wire, value in fields)
    plausible = max(number for number, _, _ in fields) <= LIKELY_NUMBER_MAX
    likely = header or (plausible and len(content.data) >= LIKELY_BYTES_MIN and (told or len(fields) > 2))
    return Guess(Confidence.LIKELY if likely else Confidence.POSSIBLE, "with HBase's header" if header else "")


def show(content: Content, limits: Limits) -> Body:
    """One line per field, nested messages indented."""
    start, header = _message_at(content.data)
    budget = [limits.items]
    lines = list(_lines(memoryview(content.data)[start:], 0, budget, limits))
    notes = ["Without its schema: numbers in place of names, and what is nested is a guess."]
    if header:
        notes.append(f"HBase's header says {header}.")
    if budget[0] < 0:
        notes.append(f"Only the first {limits.items:,} fields are shown.")
    return Lines("\n".join(lines), " ".join(notes))


def _lines(data: memoryview, depth: int, budget: list[int], limits: Limits) -> Iterator[str]:
    indent = "  " * depth
    for number, wire, value in _fields(data, limits.items):
        budget[0] -= 1
        if budget[0] < 0:
            return
        if wire != BYTES:
            yield f"{indent}{number}: {_scalar(wire, value)}"
            continue
        text = _text(value)
        inner = None if text else _whole(value, depth, budget, limits)
        if text is not None:
            cut = "…" if len(text) > limits.shown_chars else ""
            yield f'{indent}{number}: "{text[: limits.shown_chars]}{cut}"'.replace("\n", "⏎")
        elif inner:
            yield f"{indent}{number}: {{"
            yield from _lines(value, depth + 1, budget, limits)
            yield f"{indent}}}"
        else:
            shown = value[: limits.shown_chars // 4]
            yield f"{indent}{number}: {len(value):,} bytes {shown.hex(' ')}{' …' if len(shown) < len(value) else ''}"


def _whole(data: memoryview, depth: int, budget: list[int], limits: Limits) -> bool:
    """Whether the bytes can be a nested message, as far as that is followed; looking costs as much as showing."""
    if depth >= limits.depth or not data:
        return False
    try:
        for _ in _fields(data, max(budget[0], 0)):
            budget[0] -= 1
    except NotAMessage:
        return False
    return budget[0] > 0


def _fields(data: memoryview, most: int) -> Iterator[tuple[int, int, memoryview]]:
    """(number, wire type, value) of each field, up to `most`. Raises NotAMessage."""
    at = 0
    for _ in range(most):
        if at == len(data):
            return
        tag, at = _varint(data, at)
        number, wire = tag >> 3, tag & 7
        if not 0 < number <= NUMBER_MAX:
            raise NotAMessage
        if wire == BYTES:
            size, start = _varint(data, at)
        elif wire == VARINT:
            start, size = at, _varint(data, at)[1] - at
        elif wire in (FIXED64, FIXED32):
            start, size = at, 8 if wire == FIXED64 else 4
        else:
            raise NotAMessage
        at = start + size
        if at > len(data):
            raise NotAMessage
        yield number, wire, data[start:at]


def _varint(data: memoryview, at: int) -> tuple[int, int]:
    value = 0
    for shift, byte in enumerate(data[at : at + 10]):
        value |= (byte & 0x7F) << (7 * shift)
        if byte < 0x80:
            return value, at + shift + 1
    raise NotAMessage


def _scalar(wire: int, value: memoryview) -> str:
    if wire == VARINT:
        number = _varint(value, 0)[0]
        return f"{number} or {number - (1 << 64)}" if number >> 63 else str(number)
    whole = int.from_bytes(value, "little", signed=True)
    real = struct.unpack("<d" if wire == FIXED64 else "<f", value)[0]
    return f"{whole} or {real:.9g}, {len(value)} bytes fixed"


def _text(value: memoryview) -> str | None:
    try:
        text = bytes(value).decode()
    except UnicodeDecodeError:
        return None
    return text if all(character.isprintable() or character in "\n\t\r" for character in text) else None


def _message_at(data: bytes) -> tuple[int, str]:
    """Where the message begins, and who wrote HBase's header, if there is one."""
    start, writer = 0, ""
    if len(data) > 5 and data[0] == HBASE:
        size = int.from_bytes(data[1:5], "big")
        if 8 <= size <= HBASE_ID_MAX and len(data) >= 5 + size:
            start, writer = 5 + size, data[5 : 5 + size - 8].decode(errors="replace")
    if data.startswith(HBASE_MAGIC, start):
        return start + len(HBASE_MAGIC), writer or "PBUF"
    return 0, ""


PROTOBUF = Format("protobuf", "Protobuf", "protobuf", look, show)
