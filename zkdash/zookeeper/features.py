"""What the server that we are connected to can do.

A server before 3.6 answers Unimplemented to what it doesn't know and hangs up, so nothing unknown may be tried on the
session that everybody uses. Asked in this order, on connections of their own: `srvr` (allowed by default), `mntr`, and,
when neither says a version of Apache ZooKeeper, a session of a moment that tries the requests themselves.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import struct
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kazoo.protocol.serialization import CloseInstance, Connect, ReplyHeader, int_struct

from zkdash.log import get_logger
from zkdash.zookeeper.multiread import GetAllChildrenNumber, MultiRead
from zkdash.zookeeper.watch_records import AddWatch, RemoveWatches, WatchesOf, WatchMode

if TYPE_CHECKING:
    from zkdash.zookeeper.connection import LoopConnection

L = get_logger(__name__)

ASK_S = 2.0
ANSWER_BYTES = 64 * 1024
TRIED_FOR_S = 3600.0
"""What a try has found is believed for so long: a session of a moment is two transactions for the ensemble."""

UNKNOWN_FOR_S = 60.0
"""A server that could be asked nothing is asked again after so long."""

TRY_SESSION_MS = 4000
WORDS = (b"srvr", b"mntr")
VERSION = re.compile(r"^(?:Zookeeper version: |zk_version\t)(\d+)\.(\d+)(?:\.(\d+))?", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Features:
    """What one server can do. `version` is None where it doesn't say, or isn't Apache's."""

    version: tuple[int, int, int] | None
    multi_read: bool
    all_children_number: bool
    persistent_watches: bool
    remove_watches: bool

    @classmethod
    def of(cls, version: tuple[int, int, int]) -> Features:
        """What a version of Apache ZooKeeper can do."""
        modern = version >= (3, 6, 0)
        return cls(version, modern, modern, modern, version >= (3, 5, 0))


NONE = Features(None, False, False, False, False)


def version_in(answer: str) -> tuple[int, int, int] | None:
    """The version in an answer to srvr or mntr, None where there is none (not served, not allowed, not Apache's)."""
    found = VERSION.search(answer)
    return (int(found[1]), int(found[2]), int(found[3] or 0)) if found else None


class FeatureFinder:
    """Finds out, once per connection, and remembers what a try has shown of a server."""

    def __init__(self, connection: LoopConnection) -> None:
        self._connection = connection
        self._lock = asyncio.Lock()
        self._found: Features = NONE
        self._found_for = 0
        self._tried: dict[str, tuple[float, Features]] = {}

    async def get(self) -> Features:
        """What the connected server can do; NONE while there is none."""
        async with self._lock:
            serial, server = self._connection.serial, self._connection.server
            if not self._connection.serving:
                return NONE
            if serial != self._found_for:
                found = await self._find(server)
                if found is NONE:
                    return NONE  # it could not be found out, or was refused: _tried says for how long
                self._found, self._found_for = found, serial
            return self._found

    def refused(self) -> None:
        """The connected server has answered Unimplemented after all, and is believed for TRIED_FOR_S."""
        self._remember(self._connection.server, NONE)
        self._found_for = 0

    def _remember(self, server: str, features: Features, for_s: float = TRIED_FOR_S) -> Features:
        self._tried[server] = (time.monotonic() + for_s, features)
        return features

    async def _find(self, server: str) -> Features:
        until, tried = self._tried.get(server, (0.0, NONE))
        if time.monotonic() < until:
            return tried
        for word in WORDS:
            with contextlib.suppress(OSError, TimeoutError):
                async with asyncio.timeout(ASK_S):
                    if version := version_in(await self._four_letter(word)):
                        return Features.of(version)
        try:
            async with asyncio.timeout(ASK_S):
                found = self._remember(server, await self._try())
        except (OSError, EOFError, TimeoutError, struct.error, ValueError) as error:
            L.info("A server's version is unknown.", struct_data={"server": server, "error": repr(error)})
            return self._remember(server, NONE, UNKNOWN_FOR_S)
        return found

    async def _four_letter(self, word: bytes) -> str:
        reader, writer = await self._connection.open_another()
        try:
            writer.write(word)
            answer = bytearray()
            while len(answer) < ANSWER_BYTES and (chunk := await reader.read(ANSWER_BYTES)):
                answer += chunk
        finally:
            writer.transport.abort()
        return answer.decode(errors="replace")

    async def _try(self) -> Features:
        """Open a session and make each request in turn, until one is refused."""
        reader, writer = await self._connection.open_another()
        try:
            _put(writer, Connect(0, 0, TRY_SESSION_MS, 0, bytes(16), False).serialize())
            await _frame(reader)
            answers = [await _accepts(reader, writer, xid, request) for xid, request in enumerate(_tries(), 1)]
        finally:
            writer.transport.abort()
        multi_read, count, add_watch, remove_watches = answers
        return Features(None, multi_read, count, add_watch, remove_watches)


def _tries() -> tuple[Any, ...]:
    return (
        MultiRead(()),
        GetAllChildrenNumber("/"),
        AddWatch("/", WatchMode.PERSISTENT),
        RemoveWatches("/", WatchesOf.ANY),
    )


async def _accepts(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, xid: int, request: Any) -> bool:
    """Whether the server knows the request. False too when it has hung up on an earlier one."""
    _put(writer, int_struct.pack(xid) + int_struct.pack(request.type) + request.serialize())
    try:
        header, _ = ReplyHeader.deserialize(await _frame(reader), 0)
    except (OSError, EOFError):
        return False
    if header.err == -6:
        return False
    if isinstance(request, RemoveWatches):
        _put(writer, int_struct.pack(xid + 1) + int_struct.pack(CloseInstance.type))
        with contextlib.suppress(OSError, EOFError):
            await _frame(reader)
    return True


def _put(writer: asyncio.StreamWriter, payload: bytes | bytearray) -> None:
    writer.write(int_struct.pack(len(payload)) + payload)


async def _frame(reader: asyncio.StreamReader) -> bytes:
    (length,) = int_struct.unpack(await reader.readexactly(4))
    if not 0 <= length <= ANSWER_BYTES:
        raise ValueError(f"a frame of {length} bytes")
    return await reader.readexactly(length)
