"""Opening what is packed, in slices and up to the limits: one loop for all libraries with a streaming interface."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from zkdash.znodes.formats.model import End, Limits, Unpacked

SLICE_BYTES = 64 * 1024
FLOOR_BYTES = 64 * 1024
"""So much is always opened, whatever the ratio."""


class Stream(Protocol):
    """What decompressors of the standard library look like since lzma."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes | None: ...
    def decompress(self, data: bytes, /, max_length: int = ...) -> bytes: ...


def allowed_bytes(size: int, limits: Limits) -> int:
    """The size up to which `size` bytes are opened."""
    return min(limits.opened_bytes, max(FLOOR_BYTES, size * limits.opened_ratio))


def unpack(
    data: bytes,
    magic: tuple[bytes, ...],
    new: Callable[[], Stream],
    errors: tuple[type[Exception], ...],
    limits: Limits,
) -> Unpacked:
    """One stream after another, each beginning with one of `magic`, each read by a `new` decompressor."""
    out = bytearray()
    allowed = allowed_bytes(len(data), limits)
    at = 0
    for _ in range(limits.members):
        end, at = _member(data, at, out, new(), errors, allowed)
        if end is not End.WHOLE:
            return Unpacked(bytes(out[:allowed]), end)
        if at == len(data):
            return Unpacked(bytes(out), End.WHOLE)
        if not data.startswith(magic, at):
            return Unpacked(bytes(out), End.MORE)
    return Unpacked(bytes(out), End.LIMIT)


def _member(
    data: bytes, at: int, out: bytearray, stream: Stream, errors: tuple[type[Exception], ...], allowed: int
) -> tuple[End, int]:
    """Appends to `out`; gives how it ended and where the rest of the data begins."""
    stuck = False
    while not stream.eof:
        chunk = b""
        if stream.needs_input or stuck:
            if at == len(data):
                return End.CUT, at
            chunk = data[at : at + SLICE_BYTES]
            at += len(chunk)
        try:
            opened = stream.decompress(chunk, max_length=min(SLICE_BYTES, allowed - len(out) + 1))
        except errors:
            return End.DAMAGED, at
        stuck = not chunk and not opened
        out += opened
        if len(out) > allowed:
            return End.LIMIT, at
    return End.WHOLE, at - len(stream.unused_data or b"")
