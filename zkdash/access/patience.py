"""Slowing down who guesses: each wrong guess from one place is answered later than the one before."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

FREE = 3
"""How many wrong guesses are answered at once."""
FIRST_S = 0.5
LONGEST_S = 8.0
FORGOTTEN_S = 600.0
MOST_PLACES = 10_000
MOST_WAITING = 10
"""How many guesses of one place wait for their answers; more are refused unread."""


class TooMany(Exception):
    """More guesses are waiting from one place than are ever answered."""


class _Place:
    def __init__(self) -> None:
        self.wrong = 0
        self.last = 0.0
        self.waiting = 0
        self.turn = asyncio.Lock()


class Patience:
    """Counts wrong guesses by place, such as an address, for ten minutes."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._places: OrderedDict[str, _Place] = OrderedDict()

    def delay_s(self, place: str) -> float:
        """How long the next guess from there waits."""
        found = self._places.get(place)
        if found is None or self._clock() - found.last > FORGOTTEN_S or found.wrong < FREE:
            return 0.0
        return min(FIRST_S * 2.0 ** (found.wrong - FREE), LONGEST_S)

    @asynccontextmanager
    async def turn(self, place: str) -> AsyncIterator[None]:
        """Wait for one's turn: guesses from one place are answered one after the other. Raises TooMany."""
        found = self._place(place)
        if found.waiting >= MOST_WAITING:
            raise TooMany
        found.waiting += 1
        try:
            async with found.turn:
                await asyncio.sleep(self.delay_s(place))
                yield
        finally:
            found.waiting -= 1

    def wrong(self, place: str) -> None:
        """A guess from there was wrong."""
        found = self._place(place)
        if self._clock() - found.last > FORGOTTEN_S:
            found.wrong = 0
        found.wrong, found.last = found.wrong + 1, self._clock()

    def right(self, place: str) -> None:
        """A guess from there was right: the wrong ones are forgotten."""
        found = self._places.get(place)
        if found is not None:
            found.wrong = 0

    def _place(self, place: str) -> _Place:
        found = self._places.pop(place, None) or _Place()
        self._places[place] = found
        while len(self._places) > MOST_PLACES:
            self._places.popitem(last=False)
        return found
