"""LZ4 frames (the lz4 project's lz4_Frame_format.md)."""

from __future__ import annotations

import re

from lz4.frame import LZ4FrameDecompressor

from zkdash.znodes.formats.model import Limits, Packing, Unpacked
from zkdash.znodes.formats.opening import unpack

MAGIC = b"\x04\x22\x4d\x18"


def open_lz4(data: bytes, limits: Limits) -> Unpacked | None:
    """Every frame, up to the limits."""
    if not data.startswith(MAGIC):
        return None
    return unpack(data, (MAGIC,), LZ4FrameDecompressor, (RuntimeError,), limits)


LZ4 = Packing("lz4", re.escape(MAGIC), open_lz4)
