"""Znodes that a crawl has yet to read, as the server named them, and the operations that ask for some of them. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from zkdash.zookeeper.errors import NonsenseReply
from zkdash.zookeeper.multiread import HEADER, INT, read_names

REQUEST_BYTES = 128 * 1024
"""A request stays below it: a server hangs up on one that is longer than its jute.maxbuffer (1 MiB by default)."""

OPERATION_BYTES = 14
"""What an operation takes in a request beside its path."""


class Shelf:
    """Children of one znode that are yet to be read. `parent` and `shown` end with "/" (or are the whole path)."""

    __slots__ = ("at", "buffer", "left", "operations", "parent", "shown", "size")

    def __init__(self, parent: bytes, shown: str, buffer: bytes, at: int, left: int) -> None:
        self.parent, self.shown = parent, shown
        self.buffer, self.at, self.left = buffer, at, left
        self.operations = self.size = 0

    def take(self, most: int) -> list[bytes]:
        """Up to `most` names, and no more than a request holds."""
        names, at = read_names(self.buffer, self.at, min(most, self.left))
        room = REQUEST_BYTES - sum(map(len, names)) - len(names) * (OPERATION_BYTES + len(self.parent))
        while room < 0 and len(names) > 1:
            last = names.pop()
            at -= 4 + len(last)
            room += len(last) + OPERATION_BYTES + len(self.parent)
        self.at, self.left = at, self.left - len(names)
        return names


@dataclass(slots=True)
class Segment:
    """Operations of one kind below one znode, in the order of a request."""

    opcode: int
    shelf: Shelf
    names: list[bytes]

    def request(self) -> bytes:
        """As they stand in a MultiRead."""
        head = HEADER.pack(self.opcode, False, -1)
        return head + (b"\0" + head).join(self.paths()) + b"\0"

    def paths(self) -> list[bytes]:
        """Each path as jute has it: its length and itself."""
        parent, pack = self.shelf.parent, INT.pack
        length = len(parent)
        return [pack(length + len(name)) + parent + name for name in self.names]

    def shown(self) -> list[str]:
        """The paths as people see them. Raises NonsenseReply for names that no znode can have."""
        joined = b"\0".join(self.names)
        try:
            names = joined.decode().split("\0")
        except UnicodeDecodeError as error:
            raise NonsenseReply(f"a znode's name that is not UTF-8: {error}") from None
        if len(names) != len(self.names) or b"/" in joined:
            raise NonsenseReply("a znode's name with a NUL or a /")
        prefix = self.shelf.shown
        return [prefix + name for name in names]
