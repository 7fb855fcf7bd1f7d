"""gzip (RFC 1952) and zlib (RFC 1950)."""

from __future__ import annotations

import re
import zlib
from functools import partial

from zkdash.znodes.formats.model import End, Limits, Packing, Unpacked
from zkdash.znodes.formats.opening import unpack

GZIP_MAGIC = b"\x1f\x8b\x08"
GZIP_WINDOW = 16 + zlib.MAX_WBITS
ZLIB_PROOF_BYTES = 256
"""zlib's two bytes of header say little: without its checksum, so much has to come out."""


class Inflate:
    """zlib's decompressor with the interface of the others."""

    def __init__(self, window: int) -> None:
        self._inner = zlib.decompressobj(window)

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def needs_input(self) -> bool:
        return not self._inner.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    def decompress(self, data: bytes, /, max_length: int = 0) -> bytes:
        return self._inner.decompress(self._inner.unconsumed_tail + data, max_length)


def open_gzip(data: bytes, limits: Limits) -> Unpacked | None:
    """Every member of a gzip file, up to the limits."""
    if not data.startswith(GZIP_MAGIC):
        return None
    return unpack(data, (GZIP_MAGIC,), partial(Inflate, GZIP_WINDOW), (zlib.error,), limits)


def open_zlib(data: bytes, limits: Limits) -> Unpacked | None:
    """One zlib stream, if it keeps what its two bytes of header promise."""
    if len(data) < 8 or not _is_zlib_header(data[0], data[1]):
        return None
    opened = unpack(data, (), partial(Inflate, zlib.MAX_WBITS), (zlib.error,), limits)
    proven = opened.end in (End.WHOLE, End.LIMIT) or len(opened.data) >= ZLIB_PROOF_BYTES
    return opened if proven else None


def _is_zlib_header(method: int, flags: int) -> bool:
    return method & 0x0F == 8 and method >> 4 <= 7 and not (method << 8 | flags) % 31 and not flags & 32


ZLIB_HEADERS = [bytes([one, two]) for one in range(256) for two in range(256) if _is_zlib_header(one, two)]

GZIP = Packing("gzip", re.escape(GZIP_MAGIC), open_gzip)
ZLIB = Packing("zlib", b"|".join(map(re.escape, ZLIB_HEADERS)), open_zlib)
