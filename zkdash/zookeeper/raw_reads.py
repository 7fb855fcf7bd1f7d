"""A crawl's requests: replies are handed on as they came, because the crawl reads them as no other does."""

from __future__ import annotations

from collections.abc import Awaitable, Generator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from kazoo.exceptions import BadArgumentsError, NoAuthError, NoNodeError

from zkdash.zookeeper.multiread import END, ERROR_TYPE, HEADER, INT, MultiRead
from zkdash.zookeeper.shelves import Segment

if TYPE_CHECKING:
    from zkdash.zookeeper.client import ReadOnlyClient

PIPELINED = 64
"""Requests that are on their way at once, where the server has no MultiRead."""

OF_ONE_ZNODE = (NoNodeError, NoAuthError, BadArgumentsError)
"""Errors that say something of the znode asked for; others say it of the connection."""


class RawRead(NamedTuple("RawRead", [("type", int), ("payload", bytes)])):
    """A read of any kind; the reply is the whole frame, and where what belongs to the request begins."""

    def serialize(self) -> bytes:
        return self.payload

    @classmethod
    def deserialize(cls, buffer: bytes, offset: int) -> tuple[bytes, int]:
        return buffer, offset


def raw_multi_read(client: ReadOnlyClient, segments: Sequence[Segment]) -> Awaitable[tuple[bytes, int]]:
    """The reply to one MultiRead, and where it begins in its frame."""
    payload = b"".join([*(segment.request() for segment in segments), END])
    return client.ask(RawRead(MultiRead.type, payload))


def pipelined(client: ReadOnlyClient, segments: Sequence[Segment]) -> Awaitable[tuple[bytes, int]]:
    """The same without MultiRead: a request for each, sent at once, and their replies made one."""
    results = [
        (segment.opcode, client.ask(RawRead(segment.opcode, path + b"\0")))
        for segment in segments
        for path in segment.paths()
    ]
    return _Together(results)


class _Together:
    def __init__(self, results: list[tuple[int, Any]]) -> None:
        self._results = results

    def __await__(self) -> Generator[Any, None, tuple[bytes, int]]:
        parts: list[bytes] = []
        for opcode, result in self._results:
            try:
                frame, at = yield from result.__await__()
            except OF_ONE_ZNODE as error:
                parts += HEADER.pack(ERROR_TYPE, False, error.code), INT.pack(error.code)
            else:
                parts += HEADER.pack(opcode, False, 0), frame[at:]
        return b"".join([*parts, END]), 0
