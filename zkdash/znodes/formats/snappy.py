"""Snappy: the framing format, snappy-java's own streams, and single blocks where their content gives them away.

Sources: google/snappy framing_format.txt and format_description.txt; snappy-java's SnappyOutputStream. The CRC-32C
of frames is not checked.
"""

from __future__ import annotations

import re

from cramjam import DecompressionError
from cramjam import snappy as library

from zkdash.znodes.formats.charset import is_plain
from zkdash.znodes.formats.model import End, Limits, Packing, Unpacked
from zkdash.znodes.formats.opening import allowed_bytes

FRAMED = b"\xff\x06\x00\x00sNaPpY"
JAVA = b"\x82SNAPPY\x00"
JAVA_HEADER_BYTES = 16
COMPRESSED, PLAIN, LAST_RESERVED = 0x00, 0x01, 0x7F
CRC_BYTES = 4
CHUNK_BYTES = 65_536
BLOCK_BYTES_MIN = 12
"""Shorter blocks could be anything."""


def open_snappy(data: bytes, limits: Limits) -> Unpacked | None:
    """What is in a stream of frames, in a stream of snappy-java, or in a single block of text."""
    if data.startswith(FRAMED):
        return _framed(data, limits)
    if data.startswith(JAVA):
        return _java(data, limits)
    return _block_of_text(data, limits)


def _framed(data: bytes, limits: Limits) -> Unpacked:
    out = bytearray()
    allowed = allowed_bytes(len(data), limits)
    at = 0
    for _ in range(limits.chunks):
        if at == len(data):
            return Unpacked(bytes(out), End.WHOLE)
        kind = data[at]
        size = int.from_bytes(data[at + 1 : at + 4], "little")
        chunk = data[at + 4 : at + 4 + size]
        at += 4 + size
        if at > len(data):
            return Unpacked(bytes(out), End.CUT)
        if kind == PLAIN:
            out += chunk[CRC_BYTES:]
        elif kind == COMPRESSED:
            block = _block(chunk[CRC_BYTES:], CHUNK_BYTES)
            if block is None:
                return Unpacked(bytes(out), End.DAMAGED)
            out += block
        elif kind <= LAST_RESERVED:
            return Unpacked(bytes(out), End.DAMAGED)
        if len(out) > allowed:
            break
    return Unpacked(bytes(out[:allowed]), End.LIMIT)


def _java(data: bytes, limits: Limits) -> Unpacked:
    out = bytearray()
    allowed = allowed_bytes(len(data), limits)
    at = 0
    for _ in range(limits.chunks):
        if at == len(data):
            return Unpacked(bytes(out), End.WHOLE)
        if data.startswith(JAVA, at):
            at += JAVA_HEADER_BYTES
            continue
        size = int.from_bytes(data[at : at + 4], "big")
        if at + 4 + size > len(data):
            return Unpacked(bytes(out), End.CUT)
        block = _block(data[at + 4 : at + 4 + size], allowed - len(out))
        if block is None:
            whole = _declared(data[at + 4 : at + 9]) <= allowed - len(out)
            return Unpacked(bytes(out), End.DAMAGED if whole else End.LIMIT)
        out += block
        at += 4 + size
    return Unpacked(bytes(out), End.LIMIT)


def _block_of_text(data: bytes, limits: Limits) -> Unpacked | None:
    """A block has no magic: it counts where all of it opens to text, and it is no text itself."""
    if len(data) < BLOCK_BYTES_MIN or is_plain(data):
        return None
    opened = _block(data, allowed_bytes(len(data), limits))
    if not opened or not is_plain(opened):
        return None
    return Unpacked(opened, End.WHOLE)


def _block(data: bytes, allowed: int) -> bytes | None:
    """A block's content; None if it is damaged or says itself that it is too long."""
    if _declared(data) > allowed:
        return None
    try:
        return bytes(library.decompress_raw(data))
    except DecompressionError:
        return None


def _declared(data: bytes) -> int:
    """The length that a block says (a varint); endless when there is none."""
    size = 0
    for position, byte in enumerate(data[:5]):
        size |= (byte & 0x7F) << (7 * position)
        if byte < 0x80:
            return size
    return 1 << 32


BLOCK = rb"[\x80-\xff]{0,4}[\x01-\x7f][" + b"".join(map(re.escape, map(bytes, zip(range(0, 256, 4))))) + b"]"
"""A length, then a literal: there is nothing yet that could be copied."""

SNAPPY = Packing("snappy", b"|".join([re.escape(FRAMED), re.escape(JAVA), BLOCK]), open_snappy)
