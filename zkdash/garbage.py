"""Searches for garbage kept short: they stop everything, and would look through all of many clusters each time."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

SETTLED_S = 20.0
"""How long after a start or a reload what is there is there to stay."""
FULL = 2
"""The generation of a search through everything."""


class Keeper:
    """What stays is left out of every search from the first full one on that comes after things have settled.

    `clock` gives seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._due = float("inf")

    def start(self) -> None:
        """What is there now is left out at once, and once more when the clusters have been connected to and asked."""
        gc.freeze()
        self._due = self._clock() + SETTLED_S
        if self._searched not in gc.callbacks:
            gc.callbacks.append(self._searched)

    def again(self) -> None:
        """Much of what was to stay may have gone: look through everything, and settle anew."""
        gc.unfreeze()
        self._due = self._clock() + SETTLED_S

    async def stop(self) -> None:
        """Search as Python does by itself."""
        if self._searched in gc.callbacks:
            gc.callbacks.remove(self._searched)
        gc.unfreeze()

    def _searched(self, phase: str, info: dict[str, int]) -> None:
        """What a full search has left is no garbage: the one moment when it costs nothing to know that."""
        if phase == "stop" and info["generation"] == FULL and self._clock() >= self._due:
            self._due = float("inf")
            gc.freeze()
