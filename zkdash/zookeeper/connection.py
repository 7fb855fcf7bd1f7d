"""kazoo's connection to an ensemble, spoken on the event loop: no thread, no blocking call, one timer.

It takes the place of kazoo.protocol.connection.ConnectionHandler behind KazooClient and keeps kazoo's parts that
need no thread: the records of the protocol, the matching of replies to requests, the client's states. How and when
to connect is decided here: every server is tried in turn, names are resolved anew in each round, and the pause
between rounds stays short, so that a recovery is seen quickly.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import ssl
import struct
import time
from collections.abc import Callable
from typing import Any

from kazoo.exceptions import AuthFailedError, ConnectionLoss, SessionExpiredError
from kazoo.protocol.connection import PING_XID, WATCH_XID, ConnectionHandler
from kazoo.protocol.serialization import CloseInstance, PingInstance, ReplyHeader, Watch
from kazoo.protocol.states import KeeperState

from zkdash.config import SaslConfig
from zkdash.log import get_logger
from zkdash.turns import Turns
from zkdash.zookeeper.addresses import Address, resolve, server_name
from zkdash.zookeeper.errors import NonsenseReply, ReplyTooLarge
from zkdash.zookeeper.frames import MAX_FRAME_BYTES, Frames
from zkdash.zookeeper.handler import Wake
from zkdash.zookeeper.heartbeat import Heartbeat
from zkdash.zookeeper.opening import Credentials, open_session
from zkdash.zookeeper.rounds import ConnectFailed, pause_s, plain
from zkdash.zookeeper.rounds import summary as _summary
from zkdash.zookeeper.states import AuthFailed, Connected, Dropped, Expired, Signal, Unreachable

L = get_logger(__name__)

AUTH_RETRY_S = 30.0
"""Refused credentials are tried again this often: somebody may mend them at the server."""

SETTLED_S = 5.0
"""A connection that lasted this long was a good one: the next pause starts small again."""

MAX_ATTEMPT_S = 5.0
MIN_ATTEMPT_S = 1.0

_INT = struct.Struct("!i")


class LoopConnection(ConnectionHandler):  # type: ignore[misc]  # kazoo has no types
    """Keeps one session of a `ReadOnlyClient` with whichever server of the ensemble takes it."""

    def __init__(
        self,
        client: Any,
        *,
        listener: Callable[[Signal], None],
        sasl: SaslConfig | None,
        tls: Callable[[], ssl.SSLContext] | None,
        turns: Turns,
    ) -> None:
        super().__init__(client, retry_sleeper=None, logger=logging.getLogger(__name__))
        self._loop = asyncio.get_running_loop()
        self._listener = listener
        self._turns = turns
        self._credentials = Credentials(sasl, tls)
        self._task: asyncio.Task[None] | None = None
        self._write_sock: Wake | None = None
        self._frames: Frames | None = None
        self.serving = False
        self.server = ""
        self.serial = 0
        self._address: Address | None = None
        self._drop_reason = ""
        self._last = ("", 0)
        self._heartbeat = Heartbeat(self._ping, self._silent)
        self.negotiated_timeout_s = 0.0
        self.session_overdue = False
        self._anew = False

    # The life of the connection

    def start(self) -> None:
        self._write_sock = Wake(self._flush)
        self.connection_closed.clear()
        self.connection_stopped.clear()
        self._task = self._loop.create_task(self._run())

    def stop(self, timeout: float | None = None) -> bool:
        return self._task is None

    def close(self) -> None:
        self.connection_closed.set()

    async def aclose(self, deadline_s: float) -> None:
        """Say goodbye to the server and wait for its answer up to `deadline_s`; then hang up."""
        task, self._task = self._task, None
        if task is None:
            return
        if self.serving:
            self._send(self._next_xid(), CloseInstance, None)
            await asyncio.wait({task}, timeout=deadline_s)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    async def _run(self) -> None:
        failed_rounds = 0
        failing_since = time.monotonic()
        try:
            while not self.client._stopped.is_set():
                began = time.monotonic()
                served = await self._round()
                if served and time.monotonic() - began > SETTLED_S:
                    failed_rounds = 0
                if served:
                    failing_since = time.monotonic()
                await asyncio.sleep(pause_s(failed_rounds, time.monotonic() - failing_since))
                failed_rounds += 1
        finally:
            self._write_sock = None
            self.connection_stopped.set()
            self.client._session_callback(KeeperState.CLOSED)

    async def _round(self) -> bool:
        """Try every address once, until one serves. True if one did, once it has ended."""
        failures: dict[str, str] = {}
        hosts = list(self.client.hosts)
        random.shuffle(hosts)
        hosts.sort(key=lambda one: one == self._last)  # the server that just went silent is tried after the others
        attempt_s = min(MAX_ATTEMPT_S, max(MIN_ATTEMPT_S, self.client._session_timeout / 1000.0 / len(hosts)))
        for host, port in hosts:
            try:
                addresses = await resolve(host, port, MAX_ATTEMPT_S)
            except OSError as error:
                failures[server_name(host, port)] = str(error)
                continue
            for address in addresses:
                if await self._attempt(address, attempt_s, failures):
                    return True
        self._listener(Unreachable(_summary(failures)))
        return False

    async def _attempt(self, address: Address, attempt_s: float, failures: dict[str, str]) -> bool:
        """One server's turn, up to the end of its connection. True if it served, or if its word decides."""
        await self._turns.turn()
        try:
            frames = await self._connect(address, attempt_s)
            self._last = (address.host, address.port)
            await self._serve(frames)
        except ConnectFailed as error:
            failures[address.server] = str(error)
            # A server that knows an older history than ours (it was wiped, say) hangs up on us for ever, as does
            # one that does not serve yet: once the session is overdue, every other try asks for a new session.
            self._anew = error.hung_up and self.session_overdue and not self._anew
            return False
        except SessionExpiredError:
            self.client._session_callback(KeeperState.EXPIRED_SESSION)
            self._listener(Expired(address.server))
            return True
        except AuthFailedError as error:
            reason = str(error) or f"{address.server} refused the credentials"
            self.client._session_callback(KeeperState.AUTH_FAILED)
            self._listener(AuthFailed(reason))
            await asyncio.sleep(AUTH_RETRY_S)
            return True
        finally:
            self._hang_up()
        return True

    # Opening a session

    async def _connect(self, address: Address, attempt_s: float) -> Frames:
        """A session with the server at `address`. Raises ConnectFailed, SessionExpiredError, AuthFailedError."""
        client = self.client
        if client._state != KeeperState.CONNECTING:
            client._session_callback(KeeperState.CONNECTING)
        self._xid = 0
        frames, reply = await open_session(
            client, address, self._credentials, attempt_s, self._new_frames, anew=self._anew
        )
        self._anew = False
        self.negotiated_timeout_s = reply.time_out / 1000.0
        self.session_overdue = False
        self.server, self._address = address.server, address
        self.serial += 1
        self.serving = True
        self._heartbeat.start(self.negotiated_timeout_s)
        client._session_callback(KeeperState.CONNECTED)
        self._listener(Connected(reply.session_id, address.server))
        self._flush()
        return frames

    def _new_frames(self) -> Frames:
        self._frames = Frames(self._heartbeat.heard)
        return self._frames

    # A session at work

    async def _serve(self, frames: Frames) -> None:
        """Take replies until the connection ends, whichever way; tells the listener why."""
        self._drop_reason = ""
        client = self.client
        try:
            await frames.serve(self._dispatch, self._too_long)
        except asyncio.IncompleteReadError:
            reason = self._drop_reason or "the server closed the connection"
        except OSError as error:
            reason = self._drop_reason or plain(error)
        except Exception as error:  # whatever a server sends, it costs its own connection and no more
            L.warning("A server's reply could not be read.", struct_data={"error": repr(error)}, exc_info=True)
            reason = f"the server answered nonsense ({type(error).__name__})"
        self.serving = False
        await self._turns.turn()
        if client._stopped.is_set():
            return
        client._session_callback(KeeperState.CONNECTING)
        self._listener(Dropped(reason))

    def _dispatch(self, frame: bytes) -> None:
        header, offset = ReplyHeader.deserialize(frame, 0)
        if header.xid == PING_XID:
            return
        if header.xid == WATCH_XID:
            event, _ = Watch.deserialize(frame, offset)
            self.client.watches.on_event(event)
            self._read_watch_event(frame, offset)
            return
        waiting = next(iter(self.client._pending), (None, None, 0))[1]
        try:
            self._read_response(header, frame, offset)
        except Exception:
            if waiting is not None and not waiting.ready():
                waiting.set_exception(ConnectionLoss())
            raise
        if waiting is not None and isinstance(waiting.exception, NonsenseReply):
            raise waiting.exception

    def _too_long(self, head: bytes, length: int) -> None:
        """A reply that is not read; its request gets ReplyTooLarge. Raises ValueError if it's nobody's reply."""
        header, _ = ReplyHeader.deserialize(head, 0)
        if not self.client._pending or self.client._pending[0][2] != header.xid:
            raise ValueError(f"a frame of {length} bytes")
        request, waiting, _ = self.client._pending.popleft()
        if header.zxid > 0:
            self.client.last_zxid = header.zxid
        if waiting is not None:
            waiting.set_exception(ReplyTooLarge(getattr(request, "path", ""), length, MAX_FRAME_BYTES))

    def arriving(self) -> bool:
        """Whether a long reply is on its way right now."""
        return self._frames is not None and self._frames.arriving()

    def distrust(self, reason: str) -> None:
        """Hang up, and connect anew: what the server says can't be true."""
        self._drop(f"the server answered nonsense ({reason})")

    async def open_another(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A second connection to the server of the session, without a session. Raises OSError."""
        if self._frames is None or self._address is None:
            raise ConnectionError("no connection")
        ip, port = self._frames.peer()
        tls = await self._credentials.tls_context()
        return await asyncio.open_connection(ip, port, ssl=tls, server_hostname=self._address.host if tls else None)

    def _flush(self) -> None:
        """Send what is queued. Called by kazoo's client for each request (see `Wake`)."""
        queue = self.client._queue
        while self.serving and queue:
            request, result = queue.popleft()
            try:
                self._send(self._next_xid(), request, result)
            except (ValueError, struct.error) as error:  # a request that can't be put on the wire, such as a bad path
                result.set_exception(error)

    def _send(self, xid: int, request: Any, result: Any) -> None:
        payload = _INT.pack(xid) + _INT.pack(request.type) + request.serialize()
        if request is not PingInstance:
            self.client._pending.append((request, result, xid))
        if self._frames is not None:
            self._frames.put(payload)
        self._heartbeat.sent()

    def _next_xid(self) -> int:
        self._xid = (self._xid % 0x7FFFFFFF) + 1
        return self._xid

    def _ping(self) -> None:
        self._send(PING_XID, PingInstance, None)

    def _silent(self, silence_s: float) -> None:
        self._drop(f"nothing heard for {silence_s:.1f} s")

    def _drop(self, reason: str) -> None:
        self._drop_reason = reason
        if self._frames is not None:
            self._frames.abort()

    def _hang_up(self) -> None:
        self.serving = False
        self._heartbeat.stop()
        if self._frames is not None:
            with contextlib.suppress(OSError, RuntimeError):  # already gone, or its loop is
                self._frames.abort()
            self._frames = None
