"""No data whatever makes recognising or showing it fail, slow or big."""

from __future__ import annotations

import json
import os
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.znode_data import HBASE, JAVA, text_of, views
from zkdash.znodes.formats import LIMITS, Dump, Facts, Lines, body, recognise, recognise_async

MIB = 1024 * 1024


def pathological() -> dict[str, bytes]:
    """1 MiB each of what makes naive readers slow, deep or big."""
    lists = [b"a: &a [x,x]\n", *(b"b%d: &b%d [*a,*a]\n" % (n, n) for n in range(40_000))]
    nested = b"\x08\x01"
    while len(nested) < MIB:
        size, length = len(nested), b""
        while size > 127:
            length += bytes([size & 127 | 128])
            size >>= 7
        nested = b"\x08\x01" * 2000 + b"\x12" + length + bytes([size]) + nested
    return {
        "newlines": b"\n" * MIB,
        "random": os.urandom(MIB),
        "open brackets": b"[" * MIB,
        "empty lists": b"[" + b"[]," * (MIB // 3) + b"[]]",
        "xml, deep": b"<a>" * (MIB // 3),
        "xml, flat": b"<a>" + b"<b/>" * (MIB // 4) + b"</a>",
        "xml, open attributes": b"<a " + b'b="' * (MIB // 3),
        "xml, declarations": b"<!DOCTYPE a [" + b"<!ELEMENT a ANY>" * 60_000 + b"]><a/>",
        "yaml, brackets": b"a: 1\nb: 2\nc: " + b"[" * MIB,
        "yaml, keys": b"a: 1\nb: 2\n" + b"? " * (MIB // 2),
        "yaml, aliases": b"".join(lists),
        "yaml, spaces": b"a: 1\nb: 2\n" + b" " * MIB,
        "properties, backslashes": b"a=" + b"\\" * MIB,
        "properties, continued": b"k=\\u00e9\\\n" * (MIB // 10),
        "properties, one key": b"a" * MIB + b"=",
        "control characters": b"hello world \x1b" * (MIB // 13),
        "digits": b"1" * MIB,
        "java, nulls": b"\xac\xed\x00\x05" + b"p" * MIB,
        "java, classes": b"\xac\xed\x00\x05" + b"r\x00\x01a12345678\x02\x00\x00x" * 60_000,
        "java, array": b"\xac\xed\x00\x05ur\x00\x02[L12345678\x02\x00\x00xp\x7f\xff\xff\xff" + b"p" * MIB,
        "protobuf, flat": b"\x08\x01" * (MIB // 2),
        "protobuf, deep": nested,
    }


PATHOLOGICAL = pathological()


@pytest.mark.parametrize("name", PATHOLOGICAL)
def test_a_mebibyte_of_anything_is_recognised_at_once(name: str) -> None:
    data = PATHOLOGICAL[name]
    before = time.process_time()
    recognised = recognise(data)
    took_s = time.process_time() - before
    assert took_s < 5, "measured 1 to 90 ms; what is not linear takes minutes"
    for reading in recognised.readings:
        before = time.process_time()
        shown = body(recognised, reading.view)
        assert time.process_time() - before < 10
        assert not isinstance(shown, Lines) or len(shown.text) <= LIMITS.text_chars


def any_data() -> st.SearchStrategy[bytes]:
    """Bytes, text, and the beginnings of formats with anything behind them."""
    beginnings = [b"\xac\xed\x00\x05", b"<a>", b"{", b"a: 1\n", b"a=1\n", b"\xff\x00\x00\x00\x09", b"PBUF", b"\xff\xfe"]
    pieces = st.sampled_from([*map(bytes.fromhex, JAVA.values()), HBASE, *beginnings])
    cut = st.tuples(pieces, st.integers(0, 800)).map(lambda pair: pair[0][: pair[1]])
    return st.binary() | st.text().map(str.encode) | st.tuples(cut, st.binary()).map(b"".join)


@given(any_data())
@settings(max_examples=400, deadline=None)
def test_no_data_makes_recognising_or_showing_fail(data: bytes) -> None:
    recognised = recognise(data)
    assert recognised.best.words
    assert "hex" in views(recognised)
    for reading in recognised.readings:
        shown = body(recognised, reading.view)
        assert isinstance(shown, Lines | Facts | Dump)
        if reading.view in ("text", "yaml"):
            assert isinstance(shown, Lines)
            assert shown.text == recognised.content.text


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)
    )
)
@settings(deadline=None, max_examples=40)
def test_json_shown_is_the_json_stored(value: object) -> None:
    data = json.dumps([value]).encode()
    assert json.loads(text_of(data)) == [value]


@given(
    st.lists(
        st.binary(max_size=20) | st.sampled_from([b"sq", b"ur", b"~r", b"}", b"x", b"w", b"\x00\x01"]), max_size=30
    )
)
@settings(deadline=None)
def test_any_java_stream_is_read_without_harm(parts: list[bytes]) -> None:
    text_of(b"\xac\xed\x00\x05" + b"".join(parts), "java")


async def test_large_and_binary_data_is_recognised_off_the_event_loop() -> None:
    for data in (b"text", b"x" * MIB, os.urandom(100)):
        assert views(await recognise_async(data)) == views(recognise(data))
