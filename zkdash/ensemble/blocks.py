"""Rolled-up history as bytes: many buckets of many metrics, laid out by columns and compressed. Pure.

A block is a version byte and zstd of: the number of names (u16), each name (u8 length, UTF-8), the number of buckets
(u16), and for each name three columns (minimum, average, maximum) of float32, NaN for nothing, whose bytes stand
by their place in the number: first the lowest of all numbers, last the highest, which repeat most.
"""

from __future__ import annotations

import math
import struct
import sys
from array import array
from collections.abc import Iterable, Mapping

from zkdash.ensemble.buckets import Buckets
from zkdash.ensemble.charted import COUNTERS

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

VERSION = b"\x01"
LEVEL = 6
MAX_BYTES = 1 << 20
_NAN = math.nan
_LARGEST = 3.4e38
# An average and a rate are kept to 1/1024: what is finer is noise, and would be most of a block.
_COARSE = b"\xff\xff\xe0\x00"[::-1]


class BrokenBlock(ValueError):
    """The bytes are no block."""


def pack(columns: Mapping[str, Buckets]) -> bytes:
    """The block of `columns`, which are equally long. A metric of which nothing is known is left out."""
    known = {name: buckets for name, buckets in columns.items() if any(buckets)}
    count = len(next(iter(known.values()), ()))
    parts = [struct.pack(">H", len(known))]
    parts += [struct.pack("B", len(raw)) + raw for raw in (name.encode() for name in known)]
    parts.append(struct.pack(">H", count))
    for name, buckets in known.items():
        for place in range(3):
            parts.append(_column((_NAN if bucket is None else bucket[place] for bucket in buckets),
                                 coarse=place == 1 or name in COUNTERS))  # fmt: skip
    return VERSION + zstd.compress(b"".join(parts), level=LEVEL)


def unpack(block: bytes, wanted: Iterable[str] | None = None) -> dict[str, Buckets]:
    """The columns of a block, or those `wanted` that it has. Raises BrokenBlock."""
    if block[:1] != VERSION:
        raise BrokenBlock(f"a block of version {block[:1]!r}")
    try:
        raw = zstd.ZstdDecompressor().decompress(block[1:], max_length=MAX_BYTES)
        (names_count,) = struct.unpack_from(">H", raw)
        at, names = 2, []
        for _ in range(names_count):
            length = raw[at]
            names.append(raw[at + 1 : at + 1 + length].decode())
            at += 1 + length
        (count,) = struct.unpack_from(">H", raw, at)
        at += 2
        if len(raw) != at + names_count * 3 * 4 * count:
            raise BrokenBlock("a block of another length than it says")
    except (zstd.ZstdError, struct.error, IndexError, UnicodeDecodeError) as error:
        raise BrokenBlock(str(error)) from error
    asked = None if wanted is None else set(wanted)
    size = 4 * count
    found: dict[str, Buckets] = {}
    for number, name in enumerate(names):
        if asked is None or name in asked:
            low, average, high = (_numbers(raw, at + (3 * number + place) * size, count) for place in range(3))
            found[name] = [
                None if a != a else (a, min(max(b, a), c), c) for a, b, c in zip(low, average, high, strict=True)
            ]
    return found


def _column(values: Iterable[float], *, coarse: bool) -> bytes:
    numbers = array("f", [max(-_LARGEST, min(value, _LARGEST)) if value == value else _NAN for value in values])
    if sys.byteorder == "big":
        numbers.byteswap()
    raw = numbers.tobytes()
    if coarse:
        mask = int.from_bytes(_COARSE * len(numbers), "little")
        raw = (int.from_bytes(raw, "little") & mask).to_bytes(len(raw), "little")
    return b"".join(raw[place::4] for place in range(4))


def _numbers(raw: bytes, at: int, count: int) -> array[float]:
    whole = bytearray(4 * count)
    for place in range(4):
        whole[place::4] = raw[at + place * count : at + (place + 1) * count]
    numbers = array("f", bytes(whole))
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers
