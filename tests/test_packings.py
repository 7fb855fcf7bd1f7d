"""Packed data is opened, within limits, however it was packed and whatever was done to it."""

from __future__ import annotations

import gzip
import struct
import sys
import time
import zlib
from collections.abc import Callable

import cramjam
import lz4.frame
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zkdash.znodes.formats import LIMITS, STORED, Dump, body, may_be_packed, recognise, registry
from zkdash.znodes.formats.model import End

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

JSON = b'{"path": "/a", "path": "/b", "values": [1, 2, 3]}'
MIB = 1024 * 1024


def snappy_block(data: bytes) -> bytes:
    return bytes(cramjam.snappy.compress_raw(data))


def snappy_java(data: bytes) -> bytes:
    blocks = (snappy_block(data[at : at + 32_768]) for at in range(0, len(data), 32_768))
    return b"\x82SNAPPY\x00" + struct.pack(">ii", 1, 1) + b"".join(struct.pack(">i", len(b)) + b for b in blocks)


PACKINGS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "gzip": ("gzip", gzip.compress),
    "zlib": ("zlib", zlib.compress),
    "zlib, small window": (
        "zlib",
        lambda data: (c := zlib.compressobj(9, zlib.DEFLATED, 9)).compress(data) + c.flush(),
    ),
    "zstd": ("zstd", zstd.compress),
    "lz4": ("lz4", lz4.frame.compress),
    "lz4, linked blocks": ("lz4", lambda data: lz4.frame.compress(data, block_linked=True, content_checksum=True)),
    "snappy frames": ("snappy", lambda data: bytes(cramjam.snappy.compress(data))),
    "snappy block": ("snappy", snappy_block),
    "snappy-java": ("snappy", snappy_java),
}


@pytest.mark.parametrize("packing", PACKINGS)
def test_what_is_packed_is_opened_and_recognised(packing: str) -> None:
    name, pack = PACKINGS[packing]
    stored = pack(JSON)
    recognised = recognise(stored)
    assert recognised.chain == f"{name} → JSON"
    assert (recognised.content.data, recognised.note) == (JSON, "")
    assert [reading.view for reading in recognised.readings] == ["json", "text", "hex", STORED]
    assert body(recognised, STORED) == Dump(stored)


@pytest.mark.parametrize("packing", PACKINGS)
@given(data=st.binary() | st.text(min_size=20).map(str.encode))
@settings(max_examples=30, deadline=None)
def test_what_comes_out_is_what_went_in(packing: str, data: bytes) -> None:
    _name, pack = PACKINGS[packing]
    recognised = recognise(pack(data))
    if recognised.opened:  # a block of snappy shows only where it holds text, and what was packed may be packed itself
        assert data.startswith(recognised.content.data) or len(recognised.opened) > 1
    else:
        assert packing == "snappy block" or not data


def test_three_packings_in_one_another_are_opened() -> None:
    inner = zlib.compress(zstd.compress(JSON))
    assert recognise(gzip.compress(inner)).chain == "gzip → zlib → zstd → JSON"
    four = recognise(lz4.frame.compress(gzip.compress(inner)))
    assert four.chain == "lz4 → gzip → zlib → bytes"
    assert four.note == "What is inside is packed again: zkdash opens 3 packings, one in another."


BOMBS = {
    "gzip": lambda: gzip.compress(bytes(64 * MIB)),
    "zlib": lambda: zlib.compress(bytes(64 * MIB)),
    "zstd": lambda: zstd.compress(bytes(512 * MIB)),
    "lz4": lambda: lz4.frame.compress(bytes(64 * MIB)),
    "snappy": lambda: bytes(cramjam.snappy.compress(bytes(64 * MIB))),
    "snappy-java": lambda: snappy_java(bytes(64 * MIB)),
    "gzip in gzip": lambda: gzip.compress(gzip.compress(gzip.compress(bytes(256 * MIB)))),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_opened_up_to_the_limit_and_says_so(name: str) -> None:
    bomb = BOMBS[name]()
    before = time.process_time()
    recognised = recognise(bomb)
    assert time.process_time() - before < 5  # linear: what is not takes minutes
    size = len(recognised.content.data)
    assert 64 * 1024 <= size <= LIMITS.opened_bytes
    assert recognised.opened[-1].end is End.LIMIT
    assert f"opened up to {size:,} bytes, and there is more." in recognised.note


@pytest.mark.parametrize("packing", ["gzip", "zlib", "zstd", "lz4", "snappy frames", "snappy-java"])
def test_what_is_cut_off_or_damaged_is_opened_as_far_as_it_goes(packing: str) -> None:
    _name, pack = PACKINGS[packing]
    text = b"".join(b"line %d of a long text\n" % (number * number) for number in range(30_000))
    stored = pack(text)
    half = recognise(stored[: len(stored) // 2])
    assert half.opened[0].end in (End.CUT, End.DAMAGED)
    assert text.startswith(half.content.data)
    assert len(half.content.data) > 10_000
    assert "as far as it goes" in half.note


def test_a_header_with_nothing_behind_it_is_no_reason_to_hide_the_bytes() -> None:
    for header in (b"\x1f\x8b\x08\x00", b"\x28\xb5\x2f\xfd", b"\x04\x22\x4d\x18", b"\xff\x06\x00\x00sNaPpY\x01"):
        recognised = recognise(header)
        assert recognised.best.view == "hex"
        assert "nothing of it can be opened" in recognised.note


def test_text_that_begins_like_a_packing_stays_text() -> None:
    for text in (b"x^2 + y^2 = z^2, said somebody", b"h\x81 not at all", b"x\x9c"):
        assert recognise(text).opened == ()


def test_a_frame_that_asks_for_too_much_memory_is_not_opened() -> None:
    parameter = zstd.CompressionParameter
    options = {parameter.window_log: 27, parameter.enable_long_distance_matching: 1, parameter.compression_level: 1}
    frame = zstd.ZstdCompressor(options=options)
    recognised = recognise(frame.compress(bytes(300 * 1024)) + frame.flush())
    assert recognised.opened == ()


@pytest.mark.parametrize(
    "many",
    [
        gzip.compress(b"") * 50_000,
        zstd.compress(b"") * 100_000,
        lz4.frame.compress(b"") * 60_000,
        b"\xff\x06\x00\x00sNaPpY" + b"\xfe\x00\x00\x00" * 250_000,
        b"\x82SNAPPY\x00" * 120_000,
        b"\x1f\x8b\x08" + bytes(7) + b"\x00\x00\x00\xff\xff" * 200_000,
    ],
    ids=["gzip", "zstd", "lz4", "snappy", "snappy-java", "deflate blocks"],
)
def test_a_million_bytes_of_nothing_take_no_time(many: bytes) -> None:
    before = time.process_time()
    recognise(many)
    assert time.process_time() - before < 5  # linear: what is not takes minutes


@given(st.sampled_from(sorted(PACKINGS)), st.binary(min_size=1), st.integers(0, 400), st.binary(max_size=8))
@settings(max_examples=300, deadline=None)
def test_no_damage_makes_opening_fail(packing: str, data: bytes, at: int, damage: bytes) -> None:
    stored = PACKINGS[packing][1](data * 20)
    recognised = recognise(stored[:at] + damage + stored[at + len(damage) :])
    assert recognised.readings


@given(st.binary(max_size=60))
def test_what_does_not_begin_as_packed_is_not_opened_by_anything(data: bytes) -> None:
    if not may_be_packed(data):
        assert all(packing.open(data, LIMITS) is None for packing in registry.PACKINGS)
