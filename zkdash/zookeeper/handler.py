"""kazoo's handler (its public seam, kazoo.interfaces.IHandler) for a client that lives on the event loop.

No thread is started and none is hopped: completions and watch callbacks run where they arrive.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Generator
from typing import Any

from kazoo.handlers.threading import KazooTimeoutError
from kazoo.protocol.states import Callback

from zkdash.log import get_logger
from zkdash.zookeeper.errors import BlockingCall

L = get_logger(__name__)


class LoopResult:
    """kazoo's IAsyncResult that can be awaited. Not thread-safe: it belongs to the event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._future: asyncio.Future[Any] | None = None
        self._callbacks: list[Callable[[LoopResult], object]] = []
        self._ready = False
        self.value: Any = None
        self.exception: BaseException | None = None

    def __await__(self) -> Generator[Any, None, Any]:
        if not self._ready:
            self._future = self._loop.create_future()
            yield from self._future
        return self.get()

    def ready(self) -> bool:
        return self._ready

    def successful(self) -> bool:
        return self._ready and self.exception is None

    def set(self, value: object = None) -> None:
        self.value = value
        self._finish()

    def set_exception(self, exception: BaseException) -> None:
        self.exception = exception
        self._finish()

    def _finish(self) -> None:
        self._ready = True
        if self._future is not None and not self._future.done():
            self._future.set_result(None)
        callbacks, self._callbacks = self._callbacks, []
        for callback in callbacks:
            self._run(callback)

    def _run(self, callback: Callable[[LoopResult], object]) -> None:
        try:
            callback(self)
        except Exception:
            L.exception("A completion callback failed.")

    def get(self, block: bool = True, timeout: float | None = None) -> Any:
        """The value, or the exception raised. Raises BlockingCall when there is neither yet."""
        if not self._ready:
            raise BlockingCall
        if self.exception is not None:
            raise self.exception
        return self.value

    def get_nowait(self) -> Any:
        return self.get(block=False)

    def wait(self, timeout: float | None = None) -> bool:
        if not self._ready:
            raise BlockingCall
        return True

    def rawlink(self, callback: Callable[[LoopResult], object]) -> None:
        if self._ready:
            self._run(callback)
        elif callback not in self._callbacks:
            self._callbacks.append(callback)

    def unlink(self, callback: Callable[[LoopResult], object]) -> None:
        if callback in self._callbacks:
            self._callbacks.remove(callback)


class LoopHandler:
    """What a KazooClient asks of its surroundings, answered by an event loop."""

    name = "zkdash_loop_handler"
    timeout_exception = KazooTimeoutError
    sleep_func = staticmethod(time.sleep)  # kazoo compares it with its retries'; none of them ever runs here

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self.running = False

    def start(self) -> None:
        self.running = True

    def stop(self) -> None:
        self.running = False

    def async_result(self) -> LoopResult:
        return LoopResult(self._loop)

    def event_object(self) -> threading.Event:
        return threading.Event()

    def lock_object(self) -> Any:
        return threading.Lock()

    def rlock_object(self) -> Any:
        return threading.RLock()

    def dispatch_callback(self, callback: Callback) -> None:
        self._loop.call_soon(callback.func, *callback.args)

    def spawn(self, func: Callable[..., object], *args: object, **kwargs: object) -> None:
        raise BlockingCall


class Wake:
    """Stands where kazoo's client expects the socket that wakes its writer thread."""

    def __init__(self, flush: Callable[[], None]) -> None:
        self._flush = flush

    def send(self, data: bytes) -> int:
        self._flush()
        return len(data)
