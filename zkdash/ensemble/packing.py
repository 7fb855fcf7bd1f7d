"""What a server said beside the charted metrics, as a few hundred bytes.

A version byte and zstd of JSON, with a dictionary of the names that ZooKeeper 3.8 and 3.9 use. The dictionary belongs
to the version: another list of names is another version, for old rows are read with the old one.
"""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import orjson

from zkdash.store.sample_tables import FRACTIONS, WHOLE

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

VERSION = b"\x01"
MAX_NAMES = 400
MAX_BYTES = 1 << 16
_NAMES = Path(__file__).with_name("names.txt")
_LONGEST_NAME = 80
_LONGEST_WORD = 200
# What follows from sum and count, or is one metric for each znode below the root.
_LEFT_OUT = re.compile(r"(?:avg|min|max|p\d+)_(?!client_response_size|file_descriptor)|.*_per_namespace$")
_COLUMNS = frozenset((*WHOLE, *FRACTIONS))

Said = dict[str, float | int | str]


def pack(metrics: Mapping[str, float], words: Mapping[str, str]) -> bytes | None:
    """The metrics that have no column of their own, and `words`; None if there are none. Blocks for some 50 µs."""
    rest: Said = {name: word[:_LONGEST_WORD] for name, word in words.items() if word}
    for name in sorted(metrics):
        if len(rest) >= MAX_NAMES:
            break
        value = metrics[name]
        if name not in _COLUMNS and len(name) <= _LONGEST_NAME and math.isfinite(value) and not _LEFT_OUT.match(name):
            rest[name] = int(value) if value == int(value) and abs(value) < 2**53 else value
    if not rest:
        return None
    text = orjson.dumps({_storable(name): _storable(value) for name, value in rest.items()})
    return VERSION + zstd.compress(text, level=3, zstd_dict=_dictionary())


def unpack(packed: bytes | None) -> Said:
    """What was packed; nothing if it can't be read."""
    if packed is None or packed[:1] != VERSION:
        return {}
    try:
        opened = zstd.ZstdDecompressor(zstd_dict=_dictionary()).decompress(packed[1:], max_length=MAX_BYTES)
        found = orjson.loads(opened)
    except (zstd.ZstdError, orjson.JSONDecodeError):
        return {}
    return found if isinstance(found, dict) else {}


def _storable(value: float | str) -> float | str:
    """Text without lone surrogates, which JSON has no bytes for."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


@cache
def _dictionary() -> zstd.ZstdDict:
    names = _NAMES.read_text(encoding="utf-8").split()
    return zstd.ZstdDict(b"{" + b",".join(b'"%s":0' % name.encode() for name in names), is_raw=True)
