"""Lists of very many children: taken apart and put in order rightly, whatever the names are."""

from __future__ import annotations

import random
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kazoo.protocol.serialization import GetChildren2

from zkdash.znodes import ordering
from zkdash.znodes.ordering import in_order
from zkdash.zookeeper import children
from zkdash.zookeeper.children import read_children
from zkdash.zookeeper.errors import NonsenseReply

STAT = struct.pack("!qqqqiiiqiiq", *range(11))
NAMES = st.text(st.characters(exclude_characters="\0/", exclude_categories=["Cs"]), min_size=1, max_size=300)


def reply(names: list[str]) -> bytes:
    """As a server sends it."""
    encoded = [name.encode() for name in names]
    return b"".join([struct.pack("!i", len(names)), *(struct.pack("!i", len(n)) + n for n in encoded), STAT])


@given(st.lists(NAMES, max_size=20) | st.lists(st.text("ab-0", min_size=1, max_size=130), max_size=50))
def test_names_are_read_as_kazoo_reads_them(names: list[str]) -> None:
    frame = b"head" + reply(names)
    assert read_children(frame, 4) == GetChildren2.deserialize(frame, 4)


@pytest.mark.parametrize("size", [20, 50, 1000])
def test_names_are_read_in_pieces_of_any_size(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(children, "PIECE_BYTES", size)
    names = [f"{'x' * (number % 13)}{number}" for number in range(500)]
    assert read_children(reply(names), 0)[0] == names


@given(st.binary(max_size=60), st.integers(-2, 40))
def test_nonsense_is_refused_or_names(data: bytes, count: int) -> None:
    try:
        names, _ = read_children(struct.pack("!i", count) + data + STAT, 0)
    except NonsenseReply:
        return
    assert len(names) == max(count, 0)
    assert all(names)


@pytest.mark.parametrize("kind", ["shuffled", "in order", "equal keys", "few keys"])
def test_things_in_order_are_as_sorted_has_them(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ordering, "PART", 200)
    monkeypatch.setattr(ordering, "SAMPLES", 10)
    names = [f"n{number:05}" for number in range(5_017)]
    if kind != "in order":
        random.Random(7).shuffle(names)
    keys = {name: 0 if kind == "equal keys" else int(name[1:]) % 7 for name in names}
    assert in_order(names) == sorted(names)
    assert in_order(names, keys.__getitem__) == sorted(names, key=keys.__getitem__)
    assert in_order(names, lambda name: -keys[name]) == sorted(names, key=keys.__getitem__, reverse=True)
