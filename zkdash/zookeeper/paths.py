"""Znode paths: what ZooKeeper takes for one, and how a path inside a cluster's bounds becomes the server's."""

from __future__ import annotations

import re

from zkdash.zookeeper.errors import InvalidPath

REFUSED = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\uf8ff\ufff0-\uffff]")
"""The characters that ZooKeeper allows in no path."""


def check(path: str) -> str:
    """The path if a znode can have it. Raises InvalidPath with the reason, as ZooKeeper's PathUtils has it."""
    if not path.startswith("/"):
        raise InvalidPath("a path starts with /")
    if path == "/":
        return path
    components = path[1:].split("/")
    if "" in components:
        raise InvalidPath("a path has no empty component: neither // nor a / at its end")
    if "." in components or ".." in components:
        raise InvalidPath("a path has no component . or ..")
    if refused := REFUSED.search(path):
        raise InvalidPath(f"ZooKeeper allows no character U+{ord(refused[0]):04X} in a path")
    return path


def join(base: str, path: str) -> str:
    """`path` below `base`; both start with /, and / is the neutral element."""
    if base == "/":
        return path
    return base if path == "/" else base + path
