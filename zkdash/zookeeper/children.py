"""The names of very many children, taken out of a reply quickly, and so that other threads have their turn."""

from __future__ import annotations

import struct

from kazoo.protocol.serialization import GetChildren2, write_string
from kazoo.protocol.states import ZnodeStat

from zkdash.zookeeper.errors import NonsenseReply
from zkdash.zookeeper.multiread import INT, STAT, read_names, skip_names
from zkdash.zookeeper.raw_reads import RawRead

IN_A_THREAD_BYTES = 256 * 1024
"""Longer replies are taken apart off the event loop."""
PIECE_BYTES = 256 * 1024
"""So much is taken at once: no call may keep the interpreter for long."""
SHORT = b"\0\0\0"
"""Before each name shorter than 256 bytes: it begins no other way, because no name has a NUL."""


def request(path: str) -> RawRead:
    """ZooKeeper's GetChildren2 without a watch, whose reply comes as it is."""
    return RawRead(GetChildren2.type, bytes(write_string(path)) + b"\0")


def read_children(frame: bytes, at: int) -> tuple[list[str], ZnodeStat]:
    """The names, as they come, and the stat of their parent. Raises NonsenseReply."""
    try:
        (count,) = INT.unpack_from(frame, at)
        end = len(frame) - STAT.size
        names = _names(frame, at + 4, end, max(count, 0))
        return names, ZnodeStat._make(STAT.unpack_from(frame, end))
    except (struct.error, UnicodeDecodeError) as error:
        raise NonsenseReply(f"a list of children that can't be read: {error}") from None


def _names(frame: bytes, at: int, end: int, count: int) -> list[str]:
    names = _short_names(frame, at, end)
    if names is not None and len(names) == count:
        return names
    if skip_names(frame, at, count) != end:
        raise NonsenseReply("a list of children with something behind it")
    return [name.decode() for name in read_names(frame, at, count)[0]]


def _short_names(frame: bytes, at: int, end: int) -> list[str] | None:
    """Names of ASCII alone and none longer than 127 bytes, some ten times as quick; None where there are others."""
    names: list[str] = []
    while at < end:
        to = end if end - at <= PIECE_BYTES else frame.rfind(SHORT, at + 1, at + PIECE_BYTES)
        piece = frame[at:to] if to > at else b"\xff"
        if not piece.startswith(SHORT) or not piece.isascii():
            return None
        found = piece.decode("ascii").split("\0\0\0")
        del found[0]
        if any([ord(name[:1] or "\0") != len(name) - 1 for name in found]):
            return None
        names += [name[1:] for name in found]
        at = to
    return names
