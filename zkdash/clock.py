"""The present, as the log and everything beside it has it: UTC, milliseconds since the epoch."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Later = Callable[[float, Callable[[], object]], asyncio.TimerHandle]
"""Calls back after seconds; tests have one whose time they move."""

TICK_S = 0.1
"""What many do again and again begins at multiples of this: waking up for all at once costs a fraction."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_STEP_S = 0.005
_BACK_MS = 1_000
_LOOK_S = 1.0
_LAST_MS = 253_402_300_799_999  # the end of the year 9999


def now_ms() -> int:
    """UTC milliseconds since the epoch."""
    return time.time_ns() // 1_000_000


class SetBack:
    """Tells whether the wall clock was set back between one look and the next."""

    def __init__(self) -> None:
        self._latest = 0

    def seen(self, now: int) -> bool:
        """Whether it was later than `now` (UTC ms) before, by more than a second: waits until then are too long."""
        back, self._latest = now < self._latest - _BACK_MS, now
        return back


class ClockWatch:
    """Looks every second whether the wall clock was set, and tells by how many milliseconds: waits by it are wrong."""

    def __init__(
        self,
        was_set: Callable[[int], None],
        *,
        now: Callable[[], int] = now_ms,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._was_set = was_set
        self._now = now
        self._monotonic = monotonic
        self._began = self._since_start()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._task = asyncio.create_task(self._watch(), name="zkdash: watch the clock")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def look(self) -> None:
        """Tell if the clock went on by more than a second more, or less, than time did."""
        began = self._since_start()
        moved_ms, self._began = began - self._began, began
        if abs(moved_ms) > _BACK_MS:
            self._was_set(moved_ms)

    def _since_start(self) -> int:
        """What the wall clock said when the monotonic one was at 0: as long as nobody sets it, always the same."""
        return self._now() - round(self._monotonic() * 1000)

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(_LOOK_S)
            self.look()


def later(delay_s: float, callback: Callable[[], object]) -> asyncio.TimerHandle:
    """Call back after `delay_s` seconds of monotonic time."""
    return asyncio.get_running_loop().call_later(delay_s, callback)


def iso(at: int) -> str:
    """ISO 8601 in UTC with milliseconds and "Z". Never raises: a time outside the calendar is moved to its edge."""
    moment = _EPOCH + timedelta(milliseconds=min(max(at, 0), _LAST_MS))
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


async def settled(asleep: Callable[[], bool], at_most_s: float) -> None:
    """Wait until a worker is asleep, but not for ever.

    One that is cancelled in a transaction leaves a connection of SQLite's that does not close any more.
    """
    end = time.monotonic() + at_most_s
    while not asleep() and time.monotonic() < end:  # noqa: ASYNC110 - nothing tells when; it is a matter of moments
        await asyncio.sleep(_STEP_S)
