"""Paths of znodes, and how they are spelt in a URL: each segment percent-encoded once, never twice."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote_to_bytes

MAX_PATH_BYTES = 16_000
"""A longer path is refused: percent-encoded it takes up to three times as many in an address."""

_BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")


class BadPath(ValueError):
    """A path that can't be one of a znode; the message says why, for the person who typed it."""


def from_url(raw: str) -> str:
    """The path that a URL means: `raw` is what follows `/znodes`, still percent-encoded.

    Empty segments are skipped ("//a/" is "/a"); nothing at all is "/". Raises BadPath.
    """
    if _BROKEN_ESCAPE.search(raw):
        raise BadPath("The address has a % that isn't followed by two hex digits (a % in a name is written %25).")
    names = []
    for segment in raw.split("/"):
        try:
            name = unquote_to_bytes(segment).decode()
        except UnicodeDecodeError:
            raise BadPath("The address isn't valid UTF-8.") from None
        if "/" in name:
            raise BadPath("The address has %2F inside a name, but a znode's name can't have a slash.")
        if name:
            names.append(name)
    return from_text("/" + "/".join(names))


def from_text(text: str) -> str:
    """The path that a person typed or an API client sent, with a slash in front and none at its end.

    Raises BadPath for what ZooKeeper never has: "." and ".." as names, the null character, broken unicode.
    """
    names = [name for name in text.split("/") if name]
    if any(name in (".", "..") for name in names):
        raise BadPath('"." and ".." can\'t be names of znodes, and paths here are never relative.')
    if "\0" in text:
        raise BadPath("A path can't have the null character.")
    path = "/" + "/".join(names)
    try:
        size = len(path.encode())
    except UnicodeEncodeError:
        raise BadPath("The path isn't valid unicode.") from None
    if size > MAX_PATH_BYTES:
        raise BadPath(f"The path has {size:,} bytes; at most {MAX_PATH_BYTES:,} are allowed.")
    return path


def to_url(path: str) -> str:
    """The path as it stands in a URL behind `/znodes`; `from_url` gives it back."""
    return quote(path, safe="/")


def join(parent: str, name: str) -> str:
    """The path of the child `name` of `parent`."""
    return f"{parent.rstrip('/')}/{name}"


def parent(path: str) -> str | None:
    """The path one level up; None for the root."""
    if path == "/":
        return None
    return path.rpartition("/")[0] or "/"


def last_name(path: str) -> str:
    """The last name of the path; "/" for the root."""
    return path.rpartition("/")[2] or "/"


def ancestors(path: str) -> tuple[str, ...]:
    """All paths above, from the root down; none for the root itself."""
    above = []
    up = parent(path)
    while up is not None:
        above.append(up)
        up = parent(up)
    return tuple(reversed(above))
