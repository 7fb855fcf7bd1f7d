"""A four-letter word at the least cost, for probes that come every other second to hundreds of servers.

asyncio's streams cost three times the time of the system calls that they make. Here a socket and two callbacks do it.
"""

from __future__ import annotations

import asyncio
import errno
import os
import socket

from zkdash.zookeeper.refusals import NotAnswered, Trouble, too_large, unreachable

MAX_BYTES = 1024 * 1024
_CHUNK_BYTES = 64 * 1024


def ask_quickly(ip: str, port: int, word: bytes) -> asyncio.Future[bytes]:
    """The answer as it is, or NotAnswered. It has no deadline: who loses interest cancels it, and its socket closes."""
    return _Asking(asyncio.get_running_loop(), ip, port, word).future


class _Asking:
    __slots__ = ("_chunks", "_fd", "_loop", "_size", "_socket", "_word", "future")

    def __init__(self, loop: asyncio.AbstractEventLoop, ip: str, port: int, word: bytes) -> None:
        self.future: asyncio.Future[bytes] = loop.create_future()
        self._loop = loop
        self._word = word
        self._chunks: list[bytes] = []
        self._size = 0
        try:
            self._socket = socket.socket(socket.AF_INET6 if ":" in ip else socket.AF_INET, socket.SOCK_STREAM)
        except OSError as error:
            # Too many open files is zkdash's own trouble, but it knows nothing of the server either.
            self.future.set_exception(
                NotAnswered(Trouble.SILENT, f"not asked: {os.strerror(error.errno or 0).lower()}")
            )
            return
        self._fd = self._socket.fileno()
        self.future.add_done_callback(self._close)
        try:
            self._socket.setblocking(False)
            code = self._socket.connect_ex((ip, port))
        except (OSError, ValueError, OverflowError) as error:
            self._fail(unreachable(error if isinstance(error, OSError) else OSError(str(error))))
            return
        if code == 0:
            self._send()
        elif code == errno.EINPROGRESS:
            loop.add_writer(self._fd, self._connected)
        else:
            self._fail(unreachable(OSError(code, os.strerror(code))))

    def _connected(self) -> None:
        self._loop.remove_writer(self._fd)
        code = self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            self._fail(unreachable(OSError(code, os.strerror(code))))
        else:
            self._send()

    def _send(self) -> None:
        try:
            self._socket.send(self._word)  # four bytes always fit
        except OSError as error:
            self._fail(unreachable(error))
            return
        self._loop.add_reader(self._fd, self._read)

    def _read(self) -> None:
        try:
            while chunk := self._socket.recv(_CHUNK_BYTES):
                self._chunks.append(chunk)
                self._size += len(chunk)
                if self._size > MAX_BYTES:
                    self._fail(too_large(MAX_BYTES))
                    return
                if len(chunk) == _CHUNK_BYTES:
                    return  # a flood waits for its next turn
        except BlockingIOError:
            return
        except OSError as error:
            self._fail(unreachable(error))
            return
        if not self.future.done():
            self.future.set_result(b"".join(self._chunks))

    def _fail(self, why: NotAnswered) -> None:
        if not self.future.done():
            self.future.set_exception(why)

    def _close(self, _: asyncio.Future[bytes]) -> None:
        if self._fd >= 0:
            self._loop.remove_writer(self._fd)
            self._loop.remove_reader(self._fd)
            self._fd = -1
            self._socket.close()
