"""The sleep of a worker between two looks: until it is woken, or until something is due."""

from __future__ import annotations

import asyncio

from zkdash.clock import Later, settled

GRACE_S = 0.5


class Nap:
    """What wakes a worker while it works lets it look once more. `later` calls back after seconds."""

    def __init__(self, later: Later) -> None:
        self._later = later
        self._wake = asyncio.Event()
        self._asleep = False

    @property
    def resting(self) -> bool:
        """Whether the worker sleeps, and nothing has woken it."""
        return self._asleep and not self._wake.is_set()

    def wake(self) -> None:
        """There is something to look at."""
        self._wake.set()

    async def sleep(self, at_most_s: float) -> None:
        """Wait until somebody wakes the worker, or until so many seconds have passed."""
        timer = self._later(at_most_s, self.wake)
        self._asleep = True
        try:
            await self._wake.wait()
        finally:
            self._asleep = False
            timer.cancel()
        self._wake.clear()

    async def end(self, worker: asyncio.Task[None]) -> None:
        """End the worker in its sleep, and in the middle of its work only if that goes on for too long."""
        await settled(lambda: self._asleep, GRACE_S)
        worker.cancel()
        await asyncio.wait({worker})
