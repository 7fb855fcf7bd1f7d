"""What takes the room: sums by child that add up, limits that hold, and a treemap that fills its frame."""

from __future__ import annotations

import pytest

from zkdash.znodes import usage
from zkdash.znodes.treemap import squarify
from zkdash.znodes.usage import Top, Usage


def seen(root: str = "/") -> Usage:
    found = Usage(root)
    for path, size, children, ephemeral in [
        ("", 1, 3, False),
        ("/a", 10, 1, False),
        ("/a/x", 100, 0, True),
        ("/b", 50, 0, False),
        ("/c<>", 0, 2, False),
        ("/c<>/1", 5, 0, True),
        ("/c<>/2", 5, 0, True),
    ]:
        found.see(root.rstrip("/") + path or "/", size, children, ephemeral)
    return found


@pytest.mark.parametrize("root", ["/", "/r", "/r/s"])
def test_children_add_up_to_the_whole(root: str) -> None:
    found = seen(root)
    shown = found.largest()
    assert [(one.name, one.znodes, one.bytes, one.ephemerals) for one in shown] == [
        ("a", 2, 110, 1),
        ("b", 1, 50, 0),
        ("c<>", 3, 10, 2),
    ]
    assert (found.total.znodes, found.total.bytes, found.total.ephemerals) == (7, 171, 3)
    rest = found.rest(shown)
    assert (rest.znodes, rest.bytes, rest.ephemerals) == (0, 0, 0)
    assert [one.name for one in found.largest("znodes")] == ["c<>", "a", "b"]
    assert found.most_ephemerals()[0] == (2, root.rstrip("/") + "/c<>")
    assert [one.has_children for one in shown] == [True, False, True]


def test_a_znode_with_very_many_children_keeps_the_large_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(usage, "KEPT", 10)
    found = Usage("/")
    found.see("/", 0, 1000, False)
    for number in range(1000):
        found.see(f"/n{number}", 5000 if number == 3 else number % 7, 0, True)
    assert found.largest()[0].name == "n3"
    assert len(found.largest()) <= 10
    assert found.number == 1000
    rest = found.rest(found.largest())
    assert rest.znodes + sum(one.znodes for one in found.largest()) == 1000
    assert rest.bytes + sum(one.bytes for one in found.largest()) == found.total.bytes


def test_the_largest_few_are_kept_in_order() -> None:
    top = Top(3)
    for number, path in [(1, "/a"), (9, "/b"), (5, "/c"), (5, "/d"), (2, "/e")]:
        top.see(number, path)
    assert top.sorted() == [(9, "/b"), (5, "/c"), (5, "/d")]


@pytest.mark.parametrize("numbers", [[1], [5, 3, 2, 1, 1], [1000, 1], [1] * 60, [10, 0, 0], [7, 5, 3, 3, 2, 1, 0]])
def test_a_treemap_fills_its_frame_in_proportion(numbers: list[float]) -> None:
    boxes = squarify(numbers, 100, 30)
    total = sum(numbers)
    assert len(boxes) == sum(number > 0 for number in numbers)
    for box in boxes:
        assert box.width * box.height == pytest.approx(3000 * numbers[box.index] / total)
        assert -1e-6 <= box.x <= box.x + box.width <= 100 + 1e-6
        assert -1e-6 <= box.y <= box.y + box.height <= 30 + 1e-6


def test_no_numbers_make_no_boxes() -> None:
    assert squarify([], 10, 10) == []
    assert squarify([0], 10, 10) == []
