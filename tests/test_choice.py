"""Which children are wanted, in which order; and what is known of each."""

from __future__ import annotations

import pytest
from kazoo.protocol.states import ZnodeStat

from zkdash.znodes.choice import Choice, Match, Sort, matcher, page_at
from zkdash.znodes.kinds import look
from zkdash.znodes.patterns import BadPattern
from zkdash.znodes.quota import Limit, quota_of
from zkdash.znodes.stat import CONTAINER_OWNER

TTL_OWNER = (0xFF << 56 | 60_000) - (1 << 64)


def stat(owner: int = 0, children: int = 0) -> ZnodeStat:
    return ZnodeStat(1, 1, 1, 1, 0, 0, 0, owner, 0, children, 1)


@pytest.mark.parametrize(
    ("name", "known", "words"),
    [
        ("plain", stat(), "0 children"),
        ("plain", None, ""),
        ("e", stat(0x1000_0000_0000_0001), "ephemeral, 0 children"),
        ("c", stat(CONTAINER_OWNER, 1), "container, 1 child"),
        ("t", stat(TTL_OWNER), "TTL, 0 children"),
        ("lock-0000000012", stat(1), "ephemeral, sequential, 0 children"),
        ("lock--2147483648", None, "sequential"),
        ("lock-000000012", None, ""),
        ("n\u0661000000001", None, ""),
    ],
)
def test_a_row_says_what_its_znode_is(name: str, known: ZnodeStat | None, words: str) -> None:
    assert look(name, known).words == words


@pytest.mark.parametrize(
    ("match", "text", "found"),
    [
        (Match.TEXT, "B", ["abc", "b1"]),
        (Match.PREFIX, "b", ["b1"]),
        (Match.GLOB, "*1", ["b1", "c1"]),
        (Match.REGEX, "^[bc]1$", ["b1", "c1"]),
    ],
)
def test_a_filter_is_text_a_beginning_a_glob_or_an_expression(match: Match, text: str, found: list[str]) -> None:
    assert list(filter(matcher(Choice(text, match)), ["abc", "b1", "c1"])) == found


def test_an_expression_that_can_not_be_quick_is_refused() -> None:
    with pytest.raises(BadPattern, match="Back references"):
        matcher(Choice(r"(a)\1", Match.REGEX))


def test_a_sort_is_turned_round_and_back() -> None:
    for sort in Sort:
        assert sort.other_way() is not sort
        assert sort.other_way().other_way() is sort


def test_pages_in_any_order_are_counted_off() -> None:
    names = ["c", "a", "b"]
    first, second = page_at(names, 0, 9, limit=2), page_at(names, 2, 9, limit=2)
    assert (first.names, first.next, first.previous) == (("c", "a"), "a", None)
    assert (second.names, second.next, second.previous, second.end) == (("b",), None, "", 3)


@pytest.mark.parametrize(
    ("limits", "stats", "expected"),
    [
        (b"count=10,bytes=-1", b"count=9,bytes=100", (Limit("znodes", 9, 10, False),)),
        (
            b"count=-1,bytes=-1=;byteHardLimit=50;countHardLimit=4",
            b"count=5,bytes=25",
            (Limit("znodes", 5, 4, True), Limit("bytes", 25, 50, True)),
        ),
    ],
)
def test_a_quota_says_how_near_it_is(limits: bytes, stats: bytes, expected: tuple[Limit, ...]) -> None:
    found = quota_of("/a", limits, stats)
    assert found is not None
    assert found.limits == expected


def test_a_limit_beyond_is_more_than_100_percent() -> None:
    assert Limit("znodes", 5, 4, True).percent == 125


@pytest.mark.parametrize("limits", [b"", b"count=-1,bytes=-1", b"\xff", b"count=" + b"9" * 30])
def test_no_quota_is_none(limits: bytes) -> None:
    assert quota_of("/a", limits, b"count=1,bytes=1") is None
