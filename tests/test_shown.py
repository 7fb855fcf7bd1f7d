"""What the page of a znode shows of its data."""

from __future__ import annotations

import gzip

import pytest

from zkdash.znodes.shown import Place, View, as_text, opened, show, show_async


def test_no_value_and_an_empty_value_are_told_apart() -> None:
    assert (show(None, None, Place()).kind, show(b"", None, Place()).kind) == ("no value", "empty value")


def test_the_best_reading_is_shown_unless_another_possible_one_is_asked_for() -> None:
    data = b'{"a":1}'
    assert [show(data, view, Place()).view for view in (None, "text", "hex", "xml")] == ["json", "text", "hex", "json"]
    assert show(b"a: 1\nb: 2\n", "text", Place()).view == "yaml"


def test_what_was_opened_is_said() -> None:
    data = gzip.compress(b'{"a":1}')
    shown = show(data, None, Place())
    assert (shown.kind, shown.size, shown.note) == ("gzip → JSON", len(data), "")
    assert show(gzip.compress(bytes(64 << 20)), None, Place()).note == (
        "The gzip is opened up to 4,194,304 bytes, and there is more."
    )


def test_rows_are_shown_where_lines_would_say_nothing() -> None:
    shown = show(b"1700000000", None, Place())
    assert (shown.sheet, shown.facts and shown.facts.rows[0].value) == (None, "2023-11-14 22:13:20")


@pytest.mark.parametrize(
    ("data", "view", "text"),
    [
        (b'{"a":1}', None, '{\n  "a": 1\n}'),
        (b'{"a":1}', "text", '{"a":1}'),
        (gzip.compress(b"[]", mtime=0), "text", "[]"),  # part of the test's name, which must not change
        (b"10.0.0.1:2181", None, "IP: 10.0.0.1\nPort: 2181\n"),
        (b"\xff", None, "00000000  ff                                                |.|"),
    ],
)
def test_all_of_a_reading_can_be_copied(data: bytes, view: str | None, text: str) -> None:
    assert as_text(data, view) == text


def test_what_is_packed_can_be_had_unpacked() -> None:
    assert (opened(gzip.compress(b"text")), opened(b"text")) == (b"text", b"text")


def test_the_names_of_views_in_addresses_stay() -> None:
    names = "json xml java time number address properties yaml protobuf text hex stored"
    assert [view.value for view in View] == names.split()


async def test_long_data_is_made_ready_off_the_event_loop() -> None:
    for data in (None, b"", b"text", b"x" * 100_000, b"\xff"):
        assert await show_async(data, None, Place()) == show(data, None, Place())
