"""Zstandard frames (RFC 8878)."""

from __future__ import annotations

import re
import sys
from functools import partial

from zkdash.znodes.formats.model import Limits, Packing, Unpacked
from zkdash.znodes.formats.opening import unpack

if sys.version_info >= (3, 14):
    from compression.zstd import DecompressionParameter, ZstdDecompressor, ZstdError
else:
    from backports.zstd import DecompressionParameter, ZstdDecompressor, ZstdError

MAGIC = b"\x28\xb5\x2f\xfd"
SKIPPABLE = tuple(bytes([0x50 + number]) + b"\x2a\x4d\x18" for number in range(16))


def open_zstd(data: bytes, limits: Limits) -> Unpacked | None:
    """Every frame, up to the limits; a frame that asks for too much memory counts as damaged."""
    if not data.startswith(MAGIC):
        return None
    options: dict[int, int] = {DecompressionParameter.window_log_max: limits.window_bytes.bit_length() - 1}
    return unpack(data, (MAGIC, *SKIPPABLE), partial(ZstdDecompressor, options=options), (ZstdError,), limits)


ZSTD = Packing("zstd", re.escape(MAGIC), open_zstd)
