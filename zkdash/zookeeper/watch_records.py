"""The watch requests that kazoo lacks, as kazoo's own request records are (multiread.py says more)."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

from kazoo.protocol.serialization import int_struct, long_struct, write_string


class WatchMode(IntEnum):
    """What a persistent watch tells of: a znode and the names of its children, or a whole subtree."""

    PERSISTENT = 0
    PERSISTENT_RECURSIVE = 1


class WatchesOf(IntEnum):
    """Which watches of a path RemoveWatches means."""

    CHILDREN = 1
    DATA = 2
    ANY = 3


class AddWatch(NamedTuple("AddWatch", [("path", str), ("mode", WatchMode)])):
    """A watch that stays until it is removed: ZooKeeper's opcode 106, since 3.6."""

    type = 106

    def serialize(self) -> bytes:
        return bytes(write_string(self.path) + int_struct.pack(self.mode))

    @classmethod
    def deserialize(cls, buffer: bytes, offset: int) -> bool:
        return True


class RemoveWatches(NamedTuple("RemoveWatches", [("path", str), ("kind", WatchesOf)])):
    """No more watches of a path: ZooKeeper's opcode 18, since 3.5. NoWatcherError (-121) when there was none."""

    type = 18

    def serialize(self) -> bytes:
        return bytes(write_string(self.path) + int_struct.pack(self.kind))

    @classmethod
    def deserialize(cls, buffer: bytes, offset: int) -> bool:
        return True


class SetWatches2(
    NamedTuple("SetWatches2", [("zxid", int), ("persistent", tuple[str, ...]), ("recursive", tuple[str, ...])])
):
    """Many persistent watches at once, after a reconnect: ZooKeeper's opcode 105, since 3.6.

    The server tells nothing of what these watches would have said meanwhile.
    """

    type = 105

    def serialize(self) -> bytes:
        nothing = int_struct.pack(0)
        return b"".join([long_struct.pack(self.zxid), nothing * 3, _strings(self.persistent), _strings(self.recursive)])

    @classmethod
    def deserialize(cls, buffer: bytes, offset: int) -> bool:
        return True


def _strings(values: tuple[str, ...]) -> bytes:
    return b"".join([int_struct.pack(len(values)), *map(write_string, values)])
