"""Long data in pages of numbered lines, and what is searched for in it."""

from __future__ import annotations

import os
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zkdash.znodes.formats import Dump, Lines
from zkdash.znodes.sheet import PAGE_BYTES, PAGE_LINES, Place, Sheet, fold, sheet

MIB = 1024 * 1024


def text_of(page: Sheet) -> str:
    return "\n".join("".join(span.text for span in line.spans) for line in page.lines)


def found_in(page: Sheet) -> list[tuple[str, str, str]]:
    return [(line.anchor, span.text, span.look) for line in page.lines for span in line.spans if span.look]


def pages(text: str) -> list[Sheet]:
    """Every page, as one comes to them by the links."""
    found = [sheet(Lines(text))]
    while (offset := found[-1].next) is not None:
        found.append(sheet(Lines(text), Place(offset=offset)))
    return found


def test_lines_are_numbered_as_an_editor_does() -> None:
    page = sheet(Lines("a\n\nb\n"))
    assert [(line.anchor, line.label) for line in page.lines] == [("L1", "1"), ("L2", "2"), ("L3", "3")]
    assert (text_of(page), page.first, page.last, page.total, page.whole) == ("a\n\nb", 1, 3, 3, True)


def test_long_text_is_cut_between_lines_and_the_pages_lead_to_each_other() -> None:
    text = "".join(f"line {number}\n" for number in range(1, 5001))
    first, second, third = pages(text)
    assert [(page.first, page.last) for page in (first, second, third)] == [(1, 2000), (2001, 4000), (4001, 5000)]
    assert (first.previous, second.previous, third.next) == (None, 0, None)
    assert third.previous == first.next
    assert text_of(third).startswith("line 4001\n")


def test_a_line_leads_to_its_page() -> None:
    text = "".join(f"line {number}\n" for number in range(1, 5001))
    for line, first in ((1, 1), (2000, 1), (2001, 2001), (5000, 4001), (9999, 4001)):
        assert sheet(Lines(text), Place(line=line)).first == first


def test_a_very_long_line_goes_on_without_a_number() -> None:
    page = sheet(Lines("x" * MIB), Place(offset=600_000))
    assert [(line.anchor, line.label) for line in page.lines] == [("L1", "")]
    assert page.total == 1


def test_what_is_searched_for_is_marked_whatever_its_case() -> None:
    page = sheet(Lines("Leader, LEADER\nfollower\nleader"), Place(find="leader", hit=2))
    assert found_in(page) == [
        ("L1", "Leader", "found"),
        ("L1", "LEADER", "found found--current"),
        ("L3", "leader", "found"),
    ]
    assert page.found is not None
    assert (page.found.total, page.found.current, page.found.previous, page.found.next) == (3, 2, 1, 3)
    assert page.found.anchor == "L1"


def test_the_hits_come_round_at_both_ends() -> None:
    for hit, around in ((1, (3, 2)), (3, (2, 1)), (99, (2, 1))):
        found = sheet(Lines("a a a"), Place(find="a", hit=hit)).found
        assert found is not None
        assert (found.previous, found.next) == around


def test_a_hit_leads_to_the_page_that_it_is_on() -> None:
    text = "x\n" * 4500 + "needle\n" + "x\n" * 10
    page = sheet(Lines(text), Place(find="needle"))
    assert (page.first, found_in(page)) == (4001, [("L4501", "needle", "found found--current")])
    assert page.found is not None
    assert page.found.anchor == "L4501"


def test_nothing_found_is_said() -> None:
    page = sheet(Lines("abc"), Place(find="x"))
    assert page.found is not None
    assert (page.found.total, page.found.current, found_in(page)) == (0, 0, [])


def test_more_hits_than_are_counted_are_said_to_be_more() -> None:
    found = sheet(Lines("a" * 20_000), Place(find="a")).found
    assert found is not None
    assert (found.total, found.more) == (10_000, True)


def test_what_cannot_be_seen_is_marked_also_within_a_hit() -> None:
    assert [span.text for span in sheet(Lines("a\x1bb c"), Place(find="\x1bb")).lines[0].spans] == ["a", "\\x1bb", " c"]


def test_case_is_folded_without_moving_a_character() -> None:
    assert fold("İSTANBUL ΣΑΣ ẞ") == "istanbul σασ ß"


def test_bytes_are_shown_in_rows_with_their_offset() -> None:
    page = sheet(Dump(bytes(range(20))))
    assert [(line.anchor, line.label) for line in page.lines] == [("L1", "00000000"), ("L2", "00000010")]
    assert text_of(page) == (
        "00 01 02 03 04 05 06 07  08 09 0a 0b 0c 0d 0e 0f  |................|\n"
        "10 11 12 13                                       |....|"
    )


def test_bytes_are_found_by_text_and_by_hex() -> None:
    data = bytes(PAGE_BYTES) + b"needle" + bytes(100) + b"\xde\xad"
    for find, row in (
        ("NEEDLE", PAGE_BYTES // 16 + 1),
        ("0xdead", PAGE_BYTES // 16 + 7),
        ("0xDE AD", PAGE_BYTES // 16 + 7),
    ):
        page = sheet(Dump(data), Place(find=find))
        assert [anchor for anchor, _, _ in found_in(page)] == [f"L{row}"]
        assert page.first == PAGE_BYTES + 1
    assert sheet(Dump(data), Place(line=PAGE_BYTES // 16 + 7)).first == PAGE_BYTES + 1


@pytest.mark.parametrize(
    "text",
    ["\n" * MIB, "x" * MIB, "a\x01" * (MIB // 2), "ab\n" * (MIB // 3), "\x01" * MIB, "{}".format("é" * MIB)],
    ids=["newlines", "one line", "controls between", "short lines", "controls", "letters"],
)
@pytest.mark.parametrize(
    "place", [Place(), Place(find="a"), Place(find="a" * 200 + "b"), Place(offset=MIB), Place(line=MIB)]
)
def test_a_page_of_a_mebibyte_of_anything_is_made_at_once(text: str, place: Place) -> None:
    before = time.process_time()
    page = sheet(Lines(text), place)
    assert time.process_time() - before < 5  # linear: what is not takes minutes
    assert len(page.lines) <= PAGE_LINES


def test_a_page_of_bytes_is_made_at_once() -> None:
    before = time.process_time()
    sheet(Dump(os.urandom(4 * MIB)), Place(find="0x00"))
    assert time.process_time() - before < 5  # linear: what is not takes minutes


@given(
    st.text(alphabet="ab\n\x00\r", max_size=200),
    st.text(alphabet="abAB\x00", max_size=3),
    st.integers(0, 300),
    st.integers(0, 50),
)
@settings(deadline=None)
def test_every_place_shows_all_of_a_short_text(text: str, find: str, offset: int, line: int) -> None:
    page = sheet(Lines(text), Place(offset, line, find))
    shown = text.replace("\x00", "\\x00").replace("\r", "\\r")
    assert text_of(page) == shown.removesuffix("\n")
    assert page.whole
    if page.found:
        assert page.found.total == text.lower().count(find.lower())


@given(st.integers(0, 900_000), st.sampled_from(["x" * 5000 + "\n", "\n", "word\n", "x" * 300_000]))
@settings(max_examples=10, deadline=None)
def test_the_pages_together_are_the_text(size: int, line: str) -> None:
    text = (line * (size // len(line) + 1))[:size]
    all_pages = pages(text)
    assert "".join(text_of(page) for page in all_pages).replace("\n", "") == text.replace("\n", "")
    assert sum(bool(line.label) for page in all_pages for line in page.lines) == max(1, len(text.splitlines()))
