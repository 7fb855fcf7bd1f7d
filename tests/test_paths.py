"""Paths of znodes in addresses: whatever the name, the link leads to exactly that node."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zkdash.znodes import paths
from zkdash.znodes.paths import BadPath

HOSTILE = (
    "<script>alert(1)</script>",
    "a%2Fb",
    "%",
    "%%2525",
    "a b",
    " ",
    "?x=1&y",
    "#top",
    "'\"",
    "a;b+c&d=e,f:g@h",
    "ключ-鍵-🔑",
    "\u202etxt",
    "tab\tnew\nline\x1b",
    "...",
    "\\",
    "~",
    "x" * 3000,
)

names = st.text(st.characters(exclude_characters="/\0", exclude_categories=("Cs",)), min_size=1).filter(
    lambda name: name not in (".", "..")
)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_survives_the_way_into_an_address_and_back(name: str) -> None:
    path = f"/a/{name}/b"
    url = paths.to_url(path)
    assert paths.from_url(url) == path
    assert not set(url) & set("?#<>\"' \\;&+\n")


@given(st.lists(names))
def test_every_path_survives_the_way_into_an_address_and_back(parts: list[str]) -> None:
    path = "/" + "/".join(parts)
    if len(path.encode()) <= paths.MAX_PATH_BYTES:
        assert paths.from_url(paths.to_url(path)) == path


def test_a_percent_sign_is_decoded_once() -> None:
    assert paths.from_url("/a%252Fb") == "/a%2Fb"


@pytest.mark.parametrize(("raw", "path"), [("", "/"), ("/", "/"), ("//", "/"), ("/a/", "/a"), ("//a///b", "/a/b")])
def test_empty_names_are_skipped(raw: str, path: str) -> None:
    assert paths.from_url(raw) == path


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        ("/a%2Fb", "slash"),
        ("/a%2fb", "slash"),
        ("/%", "two hex digits"),
        ("/%zz", "two hex digits"),
        ("/%ff", "UTF-8"),
        ("/%ed%a0%80", "UTF-8"),
        ("/a/../b", "never relative"),
        ("/%2e", "never relative"),
        ("/%00", "null"),
        ("/" + "x" * 20_000, "at most 16,000"),
    ],
)
def test_what_no_znode_can_be_called_is_refused_with_the_reason(raw: str, why: str) -> None:
    with pytest.raises(BadPath, match=why):
        paths.from_url(raw)


def test_the_way_up() -> None:
    assert paths.parent("/") is None
    assert paths.parent("/a") == "/"
    assert paths.parent("/a/b") == "/a"
    assert paths.ancestors("/a/b/c") == ("/", "/a", "/a/b")
    assert paths.ancestors("/") == ()
    assert paths.join("/", "a") == "/a"
    assert paths.join("/a", "b") == "/a/b"
    assert paths.last_name("/a/b") == "b"
    assert paths.last_name("/") == "/"
