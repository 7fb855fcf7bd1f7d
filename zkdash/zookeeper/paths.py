"""Znode paths: what ZooKeeper takes for one, and how a path inside a cluster's bounds becomes the server's."""

from __future__ import annotations

from zkdash.zookeeper.errors import InvalidPath


def check(path: str) -> str:
    """The path if a znode can have it. Raises InvalidPath with the reason, as ZooKeeper's PathUtils has it."""
    if not path.startswith("/"):
        raise InvalidPath("a path starts with /")
    if path == "/":
        return path
    for component in path[1:].split("/"):
        if component == "":
            raise InvalidPath("a path has no empty component: neither // nor a / at its end")
        if component in (".", ".."):
            raise InvalidPath("a path has no component . or ..")
    for character in path:
        code = ord(character)
        if code <= 0x1F or 0x7F <= code <= 0x9F or 0xD800 <= code <= 0xF8FF or 0xFFF0 <= code <= 0xFFFF:
            raise InvalidPath(f"ZooKeeper allows no character U+{code:04X} in a path")
    return path


def join(base: str, path: str) -> str:
    """`path` below `base`; both start with /, and / is the neutral element."""
    if base == "/":
        return path
    return base if path == "/" else base + path
