"""Four-letter words: a word on the client port, and the answer until the server hangs up."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable

from zkdash.zookeeper.refusals import NotAnswered, Trouble, too_large, unreachable

MAX_BYTES = 32 * 1024 * 1024
CHUNK_BYTES = 256 * 1024
NOT_ALLOWED = b"is not executed because it is not in the whitelist"
NOT_SERVING = b"This ZooKeeper instance is not currently serving requests"

MARKS = {
    "conf": b"clientPort",
    "cons": b"queued=",
    "dump": b"Sessions with Ephemerals",
    "mntr": b"zk_",
    "srvr": b"Zookeeper version",
}
"""What a real answer has in it."""


async def ask(
    ip: str, port: int, word: str, *, tls: Callable[[], ssl.SSLContext] | None, host: str, limit: int = MAX_BYTES
) -> bytes:
    """The answer as it is. Raises NotAnswered. It has no deadline of its own."""
    try:
        context = await asyncio.to_thread(tls) if tls is not None else None
        reader, writer = await asyncio.open_connection(ip, port, ssl=context, server_hostname=host if context else None)
        try:
            writer.write(word.encode())
            body = await _until_end(reader, limit)
        finally:
            writer.transport.abort()
    except ssl.SSLError as error:
        raise NotAnswered(Trouble.UNREACHABLE, f"TLS failed: {error.reason or error}") from None
    except OSError as error:
        raise unreachable(error) from None
    return checked(word, body)


async def _until_end(reader: asyncio.StreamReader, limit: int) -> bytes:
    chunks: list[bytes] = []
    size = 0
    while chunk := await reader.read(CHUNK_BYTES):
        size += len(chunk)
        if size > limit:
            raise too_large(limit)
        chunks.append(chunk)
    return b"".join(chunks)


def checked(word: str, body: bytes) -> bytes:
    """What a word was answered, if it is an answer. Raises NotAnswered."""
    head = body[:200]
    if NOT_ALLOWED in head:
        raise NotAnswered(Trouble.NOT_ALLOWED, "not allowed as a four-letter word")
    if NOT_SERVING in head:
        raise NotAnswered(Trouble.NOT_SERVING, "it is not serving now")
    if not body:
        raise NotAnswered(Trouble.NONSENSE, f"it hung up without an answer to {word}")
    mark = MARKS.get(word)
    fine = mark in body if mark else word != "wchp" or not body.strip() or body.startswith(b"/")
    if not fine:
        raise NotAnswered(Trouble.NONSENSE, f"what it answered is no answer to {word}")
    return body
