"""What is different between two values, what doesn't count, and how a difference reads."""

from __future__ import annotations

import gzip
import json

import pytest

from zkdash.znodes.diff import diff


def lines(left: bytes, right: bytes, *ignore: str) -> list[str]:
    found = diff(left, right, ignore)
    assert found is not None
    return list(found.lines)


def test_text_is_compared_line_by_line() -> None:
    assert lines(b"a\nb\nc\n", b"a\nB\nc\n") == ["@@ -1,3 +1,3 @@", " a", "-b", "+B", " c"]
    assert lines(b"--- x\n", b"+++ x\n") == ["@@ -1 +1 @@", "---- x", "++++ x"]


def test_json_is_compared_field_by_field() -> None:
    left, right = b'{"a": 1, "b": {"c": 2, "at": 5}}', b'{"a":1,"b":{"c":3,"at":6}}'
    assert [line for line in lines(left, right) if line[0] in "+-"] == [
        '-    "c": 2,',
        '-    "at": 5',
        '+    "c": 3,',
        '+    "at": 6',
    ]
    assert [line for line in lines(left, right, "at") if line[0] in "+-"] == ['-    "c": 2', '+    "c": 3']
    assert diff(left, right, ("b",)) is None
    assert diff(left, right, ("b.c", "b.at")) is None
    assert diff(left, right, ("c.at", "b.c")) is not None


def test_white_space_alone_is_said() -> None:
    found = diff(b'{"a": 1}', b'{"a":1}')
    assert found is not None
    assert (found.lines, "white space" in found.note) == ((), True)


def test_packed_values_are_opened() -> None:
    found = diff(gzip.compress(b'{"a": 1}', mtime=0), gzip.compress(b'{"a": 2}', mtime=0))
    assert found is not None
    assert "JSON" in found.kind
    assert '-  "a": 1' in found.lines


def test_bytes_are_compared_as_hex_from_where_they_differ() -> None:
    found = diff(b"\xff" * 100, b"\xff" * 50 + b"\xfe" + b"\xff" * 49)
    assert found is not None
    assert found.note == "They differ from byte 50 on; 100 and 100 bytes."
    assert any(line.startswith("-00000030") for line in found.lines)


@pytest.mark.parametrize(("left", "right"), [(None, b""), (b"x", None)])
def test_no_value_is_not_an_empty_one(left: bytes | None, right: bytes | None) -> None:
    found = diff(left, right)
    assert found is not None
    assert "No value" in found.note
    assert diff(left, left) is None


def test_huge_values_are_not_compared_line_by_line() -> None:
    found = diff(b"a\n" * 300_000, b"a\n" * 300_000 + b"b")
    assert found is not None
    assert (found.lines, "600,000 and 600,001 bytes" in found.note) == ((), True)
    many = diff("\n".join(map(str, range(9000))).encode(), b"x\ny\n")
    assert many is not None
    assert "Too many lines" in many.note


def test_a_long_difference_is_cut_and_says_so() -> None:
    old = json.dumps(list(range(1000))).encode()
    found = diff(old, json.dumps([-1 - number for number in range(1000)]).encode())
    assert found is not None
    assert (len(found.lines), "more" in found.note) == (200, True)
