"""What a server sends, cut into frames: each is a length of four bytes and that many bytes."""

from __future__ import annotations

import asyncio
import struct
from collections import deque
from collections.abc import Callable

MAX_FRAME_BYTES = 64 * 1024 * 1024
"""A longer reply is passed over. jute.maxbuffer is 1 MiB by default; a list of a million children has some 30 MiB."""

LONG_BYTES = 1024 * 1024
STALLED_S = 0.5
"""A long frame of which nothing more has come for so long isn't arriving."""

FRAMES_A_TURN = 64
HEAD_BYTES = 16
"""As much of a reply says whose it is."""

_INT = struct.Struct("!i")


class Frames(asyncio.Protocol):
    """The receiving end of one connection.

    At first frames are fetched one by one with `read()`; after `serve()` each goes to `on_frame` as it arrives. A
    frame longer than MAX_FRAME_BYTES is not kept: its first HEAD_BYTES and its length go to `on_too_long`, which
    raises if it can't be any reply that is waited for. Whatever these two raise ends the connection.
    """

    def __init__(self, heard: Callable[[], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._heard = heard
        self._transport: asyncio.Transport | None = None
        self._frames: deque[bytes] = deque()
        self._reader: asyncio.Future[None] | None = None
        self._on_frame: Callable[[bytes], None] | None = None
        self._on_too_long: Callable[[bytes, int], None] | None = None
        self._chunks: list[bytes] = []
        self._have = 0
        self._need = 4
        self._skip = 0
        self._came_at = 0.0
        self._busy = False
        self._error: BaseException | None = None
        self.ended = self._loop.create_future()

    async def read(self) -> bytes:
        """The next frame. Raises IncompleteReadError at the connection's end, OSError, ValueError for a mad length."""
        while not self._frames:
            if self.ended.done():
                self.ended.result()
                raise asyncio.IncompleteReadError(b"", None)
            self._reader = self._loop.create_future()
            await self._reader
        return self._frames.popleft()

    async def serve(self, on_frame: Callable[[bytes], None], on_too_long: Callable[[bytes, int], None]) -> None:
        """Hand out frames until the connection ends.

        Raises why it did: IncompleteReadError when the server hung up, OSError, or what a callee raised.
        """
        self._on_frame, self._on_too_long = on_frame, on_too_long
        try:
            while self._frames:
                on_frame(self._frames.popleft())
        except Exception as error:
            self._fail(error)
        await self.ended
        raise asyncio.IncompleteReadError(b"", None)

    def put(self, payload: bytes | bytearray) -> None:
        """Send one frame. It goes nowhere once the connection has ended, which `serve` is about to tell."""
        if self._transport is not None:
            self._transport.write(_INT.pack(len(payload)) + payload)

    def abort(self) -> None:
        """Hang up at once."""
        if self._transport is not None:
            self._transport.abort()

    def arriving(self) -> bool:
        """Whether a long frame is on its way, and more of it came just now."""
        return max(self._need, self._skip) > LONG_BYTES and self._loop.time() - self._came_at < STALLED_S

    def peer(self) -> tuple[str, int]:
        """The address that the connection really leads to."""
        if self._transport is None:
            raise ConnectionError("no connection")
        ip, port = self._transport.get_extra_info("peername")[:2]
        return ip, port

    # asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]  # a stream's is an asyncio.Transport

    def connection_lost(self, exc: Exception | None) -> None:
        error = self._error or exc
        if not self.ended.done():
            if error is None:
                self.ended.set_result(None)
            else:
                self.ended.set_exception(error)
                self.ended.exception()  # nobody may be waiting any more
        self._transport = None
        self._wake()

    def data_received(self, data: bytes) -> None:
        self._heard()
        self._came_at = self._loop.time()
        if self._skip:
            skipped = min(self._skip, len(data))
            self._skip -= skipped
            data = data[skipped:]
        self._chunks.append(data)
        self._have += len(data)
        if not self._busy:
            self._cut()

    def _cut(self) -> None:
        """Hand out the whole frames that there are, FRAMES_A_TURN at a time, so that others have their turn."""
        self._busy = False
        if self._have < self._need or self._error is not None:
            return
        data = b"".join(self._chunks) if len(self._chunks) > 1 else self._chunks[0]
        offset = 0
        try:
            for _ in range(FRAMES_A_TURN):
                rest = len(data) - offset
                self._need = 4
                if rest < 4:
                    break
                (length,) = _INT.unpack_from(data, offset)
                if not 0 <= length <= MAX_FRAME_BYTES:
                    self._need = 4 + HEAD_BYTES
                    if rest < self._need:
                        self._check_length(length)
                        break
                    self._pass_over(data[offset + 4 : offset + 4 + HEAD_BYTES], length)
                    end = min(offset + 4 + length, len(data))
                    self._skip = 4 + length - (end - offset)
                    offset, self._need = end, 4
                    continue
                self._need = 4 + length
                if rest < self._need:
                    break
                end = offset + self._need
                self._hand_out(data[offset + 4 : end])
                offset = end
            else:
                self._go_on_later()
        except Exception as error:
            self._fail(error)
        left = data[offset:]
        self._chunks = [left] if left else []
        self._have = len(left)

    def _hand_out(self, frame: bytes) -> None:
        if self._on_frame is not None:
            self._on_frame(frame)
        else:
            self._frames.append(frame)
            self._wake()

    def _check_length(self, length: int) -> None:
        if length < 0 or self._on_too_long is None:
            raise ValueError(f"a frame of {length} bytes")

    def _pass_over(self, head: bytes, length: int) -> None:
        self._check_length(length)
        if self._on_too_long is not None:
            self._on_too_long(head, length)

    def _go_on_later(self) -> None:
        self._busy = True
        if self._transport is not None:
            self._transport.pause_reading()
        self._loop.call_soon(self._go_on)

    def _go_on(self) -> None:
        self._cut()
        if not self._busy and self._transport is not None:
            self._transport.resume_reading()

    def _fail(self, error: Exception) -> None:
        self._error = error
        self.abort()

    def _wake(self) -> None:
        if self._reader is not None and not self._reader.done():
            self._reader.set_result(None)
