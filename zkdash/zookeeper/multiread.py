"""The reads that ZooKeeper has since 3.6 and kazoo lacks, as kazoo's own request records are.

Each has `type` (the opcode), `serialize()` and `deserialize(buffer, offset)`, so that kazoo's records can take their
place when it has them. Replies come from a machine that may say anything: what can't be read is a NonsenseReply.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

from kazoo.exceptions import EXCEPTIONS, ZookeeperError
from kazoo.protocol.serialization import GetChildren, GetData, write_string
from kazoo.protocol.states import ZnodeStat

from zkdash.zookeeper.errors import NonsenseReply

INT = struct.Struct("!i")
HEADER = struct.Struct("!iBi")
"""Before each operation and each result of a multi request: opcode, done, error."""
STAT = struct.Struct("!qqqqiiiqiiq")

END = HEADER.pack(-1, True, -1)
ERROR_TYPE = -1

Operation: TypeAlias = GetData | GetChildren
Result: TypeAlias = tuple[bytes | None, ZnodeStat] | list[str] | ZookeeperError
"""What GetData gives, what GetChildren gives, or the error of this operation alone."""


class MultiRead(NamedTuple("MultiRead", [("operations", Sequence[Operation])])):
    """Many GetData and GetChildren (without watchers) in one request: ZooKeeper's opcode 22.

    The reply is a list with one Result per operation, in their order. An error is that operation's alone. ZooKeeper
    gives no stat with the children here.
    """

    type = 22

    def serialize(self) -> bytes:
        parts: list[bytes | bytearray] = []
        for operation in self.operations:
            parts += HEADER.pack(operation.type, False, -1), operation.serialize()
        return b"".join([*parts, END])

    @classmethod
    def deserialize(cls, buffer: bytes, offset: int) -> list[Result]:
        """The results. Raises NonsenseReply."""
        results: list[Result] = []
        try:
            while True:
                opcode, done, _ = HEADER.unpack_from(buffer, offset)
                offset += HEADER.size
                if done:
                    break
                result, offset = _result(opcode, buffer, offset)
                results.append(result)
        except (struct.error, UnicodeDecodeError) as error:
            raise NonsenseReply(f"a MultiRead reply that can't be read: {error}") from None
        if offset != len(buffer):
            raise NonsenseReply("a MultiRead reply with more after its end")
        return results


class GetAllChildrenNumber(NamedTuple("GetAllChildrenNumber", [("path", str)])):
    """How many znodes there are below a path, at any depth: ZooKeeper's opcode 104. The reply is an int."""

    type = 104

    def serialize(self) -> bytes:
        serialized: bytes = write_string(self.path)
        return serialized

    @classmethod
    def deserialize(cls, buffer: bytes, offset: int) -> int:
        """The number. Raises NonsenseReply."""
        try:
            number: int = INT.unpack_from(buffer, offset)[0]
        except struct.error as error:
            raise NonsenseReply(f"a count of znodes that can't be read: {error}") from None
        if number < 0:
            raise NonsenseReply(f"a count of {number} znodes")
        return number


def error_of(code: int) -> ZookeeperError:
    """kazoo's exception for ZooKeeper's error code; a plain ZookeeperError for one that kazoo doesn't know."""
    if code in EXCEPTIONS:
        known: ZookeeperError = EXCEPTIONS[code]()
        return known
    unknown = ZookeeperError(f"ZooKeeper's error {code}")
    unknown.code = code
    return unknown


def read_bytes(buffer: bytes, offset: int) -> tuple[bytes | None, int]:
    """A jute buffer (None: there is none) and where it ends. Raises NonsenseReply and struct.error."""
    (length,) = INT.unpack_from(buffer, offset)
    offset += 4
    if length < 0:
        return None, offset
    end = offset + length
    if end > len(buffer):
        raise NonsenseReply("a value that is longer than its reply")
    return buffer[offset:end], end


def skip_names(buffer: bytes, offset: int, count: int) -> int:
    """Where a list of `count` names ends. Raises NonsenseReply and struct.error."""
    total, unpack = len(buffer), INT.unpack_from
    if count < 0 or count * 4 > total - offset:
        raise NonsenseReply(f"a list of {count} names in a reply of {total} bytes")
    for _ in range(count):
        (length,) = unpack(buffer, offset)
        if length <= 0:
            raise NonsenseReply("a znode without a name")
        offset += 4 + length
    if offset > total:
        raise NonsenseReply("a name that is longer than its reply")
    return offset


def read_names(buffer: bytes, offset: int, count: int) -> tuple[list[bytes], int]:
    """`count` names, still as UTF-8, and where they end; `skip_names` has found them sound. Raises struct.error."""
    names, unpack = [], INT.unpack_from
    for _ in range(count):
        (length,) = unpack(buffer, offset)
        offset += 4
        names.append(buffer[offset : offset + length])
        offset += length
    return names, offset


def _result(opcode: int, buffer: bytes, offset: int) -> tuple[Result, int]:
    if opcode == GetChildren.type:
        (count,) = INT.unpack_from(buffer, offset)
        offset += 4
        if count == -1:  # jute's way to say that there is no list
            return [], offset
        skip_names(buffer, offset, count)
        names, offset = read_names(buffer, offset, count)
        return [name.decode() for name in names], offset
    if opcode == GetData.type:
        value, offset = read_bytes(buffer, offset)
        return (value, ZnodeStat._make(STAT.unpack_from(buffer, offset))), offset + STAT.size
    if opcode == ERROR_TYPE:
        return error_of(INT.unpack_from(buffer, offset)[0]), offset + 4
    raise NonsenseReply(f"a result of the unknown operation {opcode}")


def check(operations: Sequence[Any]) -> Sequence[Operation]:
    """The operations, if MultiRead takes them. Raises ValueError."""
    for one in operations:
        if not isinstance(one, GetData | GetChildren) or one.watcher:
            raise ValueError(f"MultiRead takes GetData and GetChildren without a watcher, not {one!r}")
    return operations
