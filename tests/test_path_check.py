"""What ZooKeeper takes for a path: the bounds of each range that it refuses."""

from __future__ import annotations

import pytest

from zkdash.zookeeper.errors import InvalidPath
from zkdash.zookeeper.paths import check

REFUSED = ((0x00, 0x1F), (0x7F, 0x9F), (0xD800, 0xF8FF), (0xFFF0, 0xFFFF))


@pytest.mark.parametrize("code", [code for bounds in REFUSED for code in bounds])
def test_a_character_that_zookeeper_refuses_is_named(code: int) -> None:
    with pytest.raises(InvalidPath, match=rf"no character U\+{code:04X} in a path"):
        check(f"/a{chr(code)}b")


@pytest.mark.parametrize("code", [0x20, 0x7E, 0xA0, 0xD7FF, 0xF900, 0xFFEF, 0x10000, 0x10FFFF])
def test_what_stands_beside_them_is_taken(code: int) -> None:
    assert check(f"/a{chr(code)}b") == f"/a{chr(code)}b"


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("a", "starts with /"),
        ("", "starts with /"),
        ("//a", "no empty component"),
        ("/a/", "no empty component"),
        ("/a//b", "no empty component"),
        ("/a/./b", r"no component \. or \.\."),
        ("/..", r"no component \. or \.\."),
    ],
)
def test_a_path_that_is_none_is_refused_with_the_reason(path: str, why: str) -> None:
    with pytest.raises(InvalidPath, match=why):
        check(path)


@pytest.mark.parametrize("path", ["/", "/a", "/a/b.c", "/...", "/.a"])
def test_a_path_is_given_back(path: str) -> None:
    assert check(path) == path
