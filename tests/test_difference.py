"""What has changed in data, line by line."""

from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from zkdash.znodes.difference import Line, difference

LINES = st.lists(st.sampled_from("abc"), max_size=12).map("\n".join)


def test_a_changed_line_is_told_with_those_around_it() -> None:
    found = difference("1\n2\n3\n4\n5\n6\n7", "1\n2\n3\nvier\n5\n6\n7")
    assert found.lines == (
        Line(" ", "2"),
        Line(" ", "3"),
        Line("-", "4"),
        Line("+", "vier"),
        Line(" ", "5"),
        Line(" ", "6"),
    )
    assert not found.more


def test_the_same_is_no_difference() -> None:
    assert [line for line in difference("a\nb", "a\nb").lines if line.sign != " "] == []


@given(LINES, LINES)
def test_lines_that_are_taken_away_and_added_make_one_from_the_other(before: str, after: str) -> None:
    lines = difference(before, after).lines
    taken = sorted(line.text for line in lines if line.sign == "-")
    added = sorted(line.text for line in lines if line.sign == "+")
    old, new = before.splitlines(), after.splitlines()
    for text in taken:
        old.remove(text)
    for text in added:
        new.remove(text)
    assert sorted(old) == sorted(new)


def test_a_mebibyte_that_is_all_different_is_bounded() -> None:
    before = "\n".join(f"{number % 7}" for number in range(300_000))
    after = "\n".join(f"{number % 5}x" for number in range(300_000))
    began = time.process_time()
    found = difference(before, after)
    assert time.process_time() - began < 2
    assert found.more
    assert len(found.lines) < 700
