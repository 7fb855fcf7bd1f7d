"""Text, globs and expressions: what they find, what is refused, and that none runs for ever."""

from __future__ import annotations

import time

import pytest

from zkdash.znodes.patterns import As, BadPattern, of_data, of_names


@pytest.mark.parametrize(
    ("text", "how", "case", "name", "fits"),
    [
        ("rok", As.TEXT, False, "BROKER", True),
        ("rok", As.TEXT, True, "BROKER", False),
        ("straße", As.TEXT, False, "STRASSE", True),
        ("a.c", As.TEXT, False, "abc", False),
        ("doc-*", As.GLOB, False, "doc-1", True),
        ("doc-*", As.GLOB, False, "my-doc-1", False),
        ("d?c", As.GLOB, False, "dc", False),
        ("[!a-c]x", As.GLOB, False, "dx", True),
        ("[!a-c]x", As.GLOB, False, "bx", False),
        ("[]]", As.GLOB, False, "]", True),
        ("a[", As.GLOB, False, "a[", True),
        ("*.json", As.GLOB, False, "a\nb.json", True),
        ("^n-[0-9]+$", As.REGEX, False, "N-42", True),
        ("^n-[0-9]+$", As.REGEX, True, "N-42", False),
        ("é", As.REGEX, False, "CAFÉ", True),
    ],
)
def test_a_name_fits_as_meant(text: str, how: As, case: bool, name: str, fits: bool) -> None:
    assert of_names(text, how, case=case)(name) is fits


@pytest.mark.parametrize(
    ("text", "how", "value", "found"),
    [
        ("ü", As.TEXT, "grüße".encode(), (2, 4)),
        ("Ü", As.TEXT, "grüße".encode(), (2, 4)),
        ("r.ß", As.REGEX, "grüße".encode(), (1, 6)),
        (r"\xff", As.REGEX, b"a\xff\x00", (1, 2)),
        ("a.b", As.TEXT, b"axb", None),
        ("", As.REGEX, b"x", (0, 0)),
    ],
)
def test_data_is_found_at_its_bytes(text: str, how: As, value: bytes, found: tuple[int, int] | None) -> None:
    assert of_data(text, how)(value) == found


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("(?=a)", "Looking ahead or behind"),
        ("(?<!a)b", "Looking ahead or behind"),
        (r"(a)\1", "Back references"),
        ("a{2000}", "1,000 times"),
        ("(", "missing )"),
        ("((a{30}){30}){30}", "1,000 times"),
        ("a" * 1001, "1,001 characters"),
        ("\udc80", "unicode"),
    ],
)
def test_what_cant_be_searched_for_is_refused_in_words(text: str, says: str) -> None:
    with pytest.raises(BadPattern, match=says.replace(")", r"\)")):
        of_names(text, As.REGEX)


def test_an_expression_that_would_run_for_ever_elsewhere_is_quick() -> None:
    evil = of_data("(a+)+(b|a*)*c$", As.REGEX)
    began = time.process_time()
    assert evil(b"a" * 1_000_000) is None
    assert time.process_time() - began < 10


def test_a_name_that_is_not_unicode_is_no_reason_to_stop() -> None:
    assert not of_names("a", As.REGEX)("a\udc80")
