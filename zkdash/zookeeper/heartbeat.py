"""Keeping a session, and noticing that its server has fallen silent: one timer."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable

from zkdash.clock import TICK_S

LATE_TIMER_S = 0.25


class Heartbeat:
    """Calls `ping` a third of the session timeout after the last request, `silent` after two thirds of silence."""

    def __init__(self, ping: Callable[[], None], silent: Callable[[float], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._ping = ping
        self._silent = silent
        self._timeout_s = 0.0
        self._heard_at = self._sent_at = self._due = 0.0
        self._handle: asyncio.TimerHandle | None = None

    def start(self, timeout_s: float) -> None:
        """Begin, with the session timeout that was granted."""
        self._timeout_s = timeout_s
        self._heard_at = self._sent_at = self._loop.time()
        self._at(self._ping_at())

    def stop(self) -> None:
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def heard(self) -> None:
        """The server has said something, be it a part of a long reply."""
        self._heard_at = self._loop.time()

    def sent(self) -> None:
        """A request was sent; any is as good as a ping."""
        self._sent_at = self._loop.time()

    def _ping_at(self) -> float:
        """When the next ping goes out: with those of others, up to a tick early."""
        tick_s = min(TICK_S, self._timeout_s / 30.0)
        return math.floor((self._sent_at + self._timeout_s / 3.0) / tick_s) * tick_s

    def _at(self, when: float) -> None:
        self._due = when
        self._handle = self._loop.call_at(when, self._beat)

    def _beat(self) -> None:
        now = self._loop.time()
        late = now - self._due
        if late > LATE_TIMER_S:
            # It was this process that slept, not the server: what it sent meanwhile is yet to be read.
            self._heard_at += late
        silence_s = self._timeout_s * 2.0 / 3.0
        if now - self._heard_at >= silence_s:
            self._silent(silence_s)
            return
        if now >= self._ping_at():
            self._ping()
        self._at(min(self._heard_at + silence_s, self._ping_at()))
