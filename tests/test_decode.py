"""Data on the page: what it is taken for, and that what is shown is what is stored."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zkdash.znodes.decode import HEX_WINDOW, TEXT_WINDOW, Kind, View, for_json, kind_of, show
from zkdash.znodes.marks import name_pieces, pieces, visible
from zkdash.znodes.pretty import MAX_INDENT, TOKEN, is_json, pretty


def text_of(data: bytes | None, view: View | None = None, offset: int = 0) -> str:
    return "".join(piece.text for piece in show(data, view, offset).pieces)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (None, Kind.NOTHING),
        (b"", Kind.EMPTY),
        (b"hello", Kind.TEXT),
        ("ключ: 鍵 🔑\n\tx\r\n".encode(), Kind.TEXT),
        (b"plain \x1b[31mred\x1b[0m and so on", Kind.TEXT),
        (b"42", Kind.TEXT),
        (b'"a string"', Kind.TEXT),
        (b'{"a": 1}', Kind.JSON),
        (b" [1, 2]\n", Kind.JSON),
        (b'{"a": NaN}', Kind.TEXT),
        (b'{"a": 1} x', Kind.TEXT),
        (b"[" * 100_000, Kind.TEXT),
        (b"[" * 100_000 + b"]" * 100_000, Kind.TEXT),
        (b"\xff\xfe", Kind.BINARY),
        (b"a\x00b", Kind.BINARY),
        (b"\x01\x02\x03", Kind.BINARY),
        (b"\xac\xed\x00\x05sr\x00", Kind.BINARY),
    ],
)
def test_data_is_taken_for_what_it_looks_like(data: bytes | None, kind: Kind) -> None:
    assert kind_of(data) is kind


def test_the_fitting_view_is_taken_unless_another_possible_one_is_asked_for() -> None:
    assert show(b'{"a":1}').view is View.PRETTY
    assert show(b'{"a":1}', View.RAW).view is View.RAW
    assert show(b"text").view is View.RAW
    assert show(b"text", View.PRETTY).view is View.RAW
    assert show(b"\xff").view is View.HEX
    assert show(b"\xff", View.RAW).view is View.RAW
    assert show(b"text", View.HEX).view is View.HEX


def test_pretty_printing_alters_no_token() -> None:
    text = '{"big":12345678901234567890.50,"a":1e2,"a":-0.0,"s":"\\u00e9\\ud83d \\/ , {","e":{},"l":[],"n":[1,[2]]}'
    assert pretty(text) == (
        "{\n"
        '  "big": 12345678901234567890.50,\n'
        '  "a": 1e2,\n'
        '  "a": -0.0,\n'
        '  "s": "\\u00e9\\ud83d \\/ , {",\n'
        '  "e": {},\n'
        '  "l": [],\n'
        '  "n": [\n'
        "    1,\n"
        "    [\n"
        "      2\n"
        "    ]\n"
        "  ]\n"
        "}"
    )


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(st.lists(json_values) | st.dictionaries(st.text(), json_values), st.sampled_from([None, 1, 7]), st.booleans())
def test_pretty_printed_json_has_the_same_tokens_and_the_same_value(
    value: object, indent: int | None, escape: bool
) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=escape)
    assert is_json(text)
    shown = pretty(text)
    assert shown is not None
    assert TOKEN.findall(shown) == TOKEN.findall(text)
    assert json.loads(shown) == value


def test_deep_json_is_not_indented_without_end() -> None:
    shown = pretty("[" * 200 + "1" + "]" * 200)
    assert shown is not None
    assert max(len(line) for line in shown.split("\n")) == 2 * MAX_INDENT + 1


def test_json_that_grows_too_long_is_shown_as_it_is_stored() -> None:
    data = b"[" * 50 + b",".join([b"1"] * 200_000) + b"]" * 50
    shown = show(data)
    assert (shown.kind, shown.view) == (Kind.JSON, View.RAW)
    assert "Too long" in shown.note


@given(st.binary(max_size=200))
def test_a_hex_dump_gives_every_byte(data: bytes) -> None:
    rows = text_of(data, View.HEX).splitlines()
    assert bytes.fromhex("".join(row[10:58] for row in rows)) == data


def test_a_hex_dump_looks_like_one() -> None:
    assert text_of(b"Hello, \x00\xffworld!\r\n12", View.HEX) == (
        "00000000  48 65 6c 6c 6f 2c 20 00  ff 77 6f 72 6c 64 21 0d  |Hello, ..world!.|\n"
        "00000010  0a 31 32                                          |.12|"
    )


def test_a_hex_dump_is_shown_in_windows_that_join() -> None:
    data = bytes(range(256)) * 1024
    first = show(data, View.HEX)
    assert (first.window.end, first.window.next, first.window.previous) == (HEX_WINDOW, HEX_WINDOW, None)
    second = show(data, View.HEX, HEX_WINDOW)
    assert second.pieces[0].text.startswith("00010000  00 01")
    assert second.window.previous == 0
    last = show(data, View.HEX, 10**12)
    assert (last.window.start, last.window.end, last.window.next) == (3 * HEX_WINDOW, 4 * HEX_WINDOW, None)


def test_text_is_shown_in_windows_that_join_and_split_no_character() -> None:
    text = "aé鍵🔑" * 60_000
    data = text.encode()
    seen, offset = "", 0
    while True:
        shown = show(data, View.RAW, offset)
        assert shown.window.end - shown.window.start <= TEXT_WINDOW
        assert not any(piece.marked for piece in shown.pieces)
        seen += text_of(data, View.RAW, offset)
        if shown.window.next is None:
            break
        offset = shown.window.next
    assert seen == text


@given(st.binary(max_size=64))
def test_every_byte_that_is_not_utf8_is_marked_in_text(data: bytes) -> None:
    text = "".join(piece.text for piece in show(data, View.RAW).pieces if not piece.marked)
    assert not re.search("[\ud800-\udfff]", text)
    text_of(data, View.RAW).encode()


def test_a_window_full_of_marks_is_cut_so_that_the_page_stays_small() -> None:
    data = b"a\x01" * 100_000
    shown = show(data, View.RAW)
    assert len(shown.pieces) == 40_000
    assert shown.window.next == 40_000


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\u202eb", "a\\u202eb"),
        ("\x1b[0m", "\\x1b[0m"),
        ("a\r\nb", "a\\r\nb"),
        ("\x7f", "\\x7f"),
        ("zero\u200bwidth", "zero\\u200bwidth"),
        ("\ufeff{}", "\\ufeff{}"),
        ("\x85", "\\u0085"),
        ("\U000e0041", "\\U000e0041"),
        ("plain 鍵 🔑", "plain 鍵 🔑"),
    ],
)
def test_what_cannot_be_seen_is_marked(text: str, shown: str) -> None:
    found, covered = pieces(text)
    assert "".join(piece.text for piece in found) == shown
    assert covered == len(text)


def test_in_a_name_tabs_and_newlines_are_marked_too() -> None:
    assert visible("a\tb\n\u202ec") == "a\\tb\\n\\u202ec"
    assert [piece.marked for piece in name_pieces("a\tb")] == [False, True, False]


@pytest.mark.parametrize(
    ("data", "given"),
    [(None, (None, None)), (b"", ("", "utf-8")), ("é".encode(), ("é", "utf-8")), (b"\xff\x00", ("/wA=", "base64"))],
)
def test_the_api_tells_text_from_bytes_and_no_value_from_an_empty_one(
    data: bytes | None, given: tuple[str | None, str | None]
) -> None:
    assert for_json(data) == given
