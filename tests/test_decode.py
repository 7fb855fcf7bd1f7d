"""What data is given by the API, JSON made pretty, and characters that can't be seen."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zkdash.znodes.decode import Kind, for_json, kind_of
from zkdash.znodes.marks import name_pieces, pieces, visible
from zkdash.znodes.pretty import MAX_INDENT, TOKEN, is_json, pretty


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
    ("data", "kind"),
    [
        (None, Kind.NOTHING),
        (b"", Kind.EMPTY),
        ("grüße \x1b[31m and so on".encode(), Kind.TEXT),
        (b'{"a": 1}', Kind.JSON),
        (b"[" * 100_000, Kind.TEXT),
        (b"\xff\xfea\x00", Kind.BINARY),
        (b"a\x00b\x00c\x00d\x00", Kind.BINARY),
        (b"\x01\x02\x03", Kind.BINARY),
    ],
)
def test_data_is_told_apart(data: bytes | None, kind: Kind) -> None:
    assert kind_of(data) is kind


@pytest.mark.parametrize(
    ("data", "given"),
    [(None, (None, None)), (b"", ("", "utf-8")), ("é".encode(), ("é", "utf-8")), (b"\xff\x00", ("/wA=", "base64"))],
)
def test_the_api_tells_text_from_bytes_and_no_value_from_an_empty_one(
    data: bytes | None, given: tuple[str | None, str | None]
) -> None:
    assert for_json(data) == given
