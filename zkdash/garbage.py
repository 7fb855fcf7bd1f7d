"""Searches for garbage kept short: they stop everything, and would look through all of many clusters each time."""

from __future__ import annotations

import contextlib
import gc
import os
import time
from collections.abc import Callable
from pathlib import Path

SETTLED_S = 20.0
"""How long after a start or a reload what is there is there to stay."""
LOOKED_S = 600.0
"""How often it is found out how much is left out, which takes 10 ms for a million objects."""
GROWN = 1.25
"""When objects or memory are so much more than they were, garbage may be among what is left out."""
FULL = 2
"""The generation of a search through everything."""
OFTEN = 2
"""After so many searches of the generation below there is a full one (Python: 10): what is new is little each time."""


def resident() -> int:
    """Bytes of this process that are in memory; 0 where the system doesn't say."""
    with contextlib.suppress(OSError):
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return 0


class Keeper:
    """What a search has found to be in use is left out of those that come: each is through what is new.

    Once objects or memory have grown by a quarter, everything is looked through. `clock` gives seconds, `memory` bytes.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic, memory: Callable[[], int] = resident) -> None:
        self._clock = clock
        self._memory = memory
        self._look_at = float("inf")
        self._norm: tuple[int, int] | None = None
        self._whole = False
        self._thresholds = gc.get_threshold()

    def start(self) -> None:
        """What is there now is left out at once; what there is once all has been connected to and asked is the norm."""
        gc.freeze()
        self._settle()
        gc.set_threshold(self._thresholds[0], self._thresholds[1], OFTEN)
        if self._searched not in gc.callbacks:
            gc.callbacks.append(self._searched)
        gc.collect()  # Python waits with the next one until a quarter is new: now of little, and not of everything

    def again(self) -> None:
        """Much of what was to stay may have gone: look through everything, and settle anew."""
        gc.unfreeze()
        self._settle()

    async def stop(self) -> None:
        """Search as Python does by itself."""
        if self._searched in gc.callbacks:
            gc.callbacks.remove(self._searched)
        gc.set_threshold(*self._thresholds)
        gc.unfreeze()

    def _settle(self) -> None:
        self._norm = None
        self._look_at = self._clock() + SETTLED_S

    def _searched(self, phase: str, info: dict[str, int]) -> None:
        if info["generation"] != FULL:
            return
        if phase == "start":
            self._whole = self._clock() >= self._look_at and self._has_grown()
            if self._whole:
                gc.unfreeze()
            return
        gc.freeze()
        if self._whole:
            self._norm = self._there()

    def _has_grown(self) -> bool:
        """Whether there is much more than the norm; the first time that finds out what that is."""
        self._look_at = self._clock() + LOOKED_S
        there = self._there()
        if self._norm is None:
            self._norm = there
        return any(now > GROWN * before for now, before in zip(there, self._norm, strict=True))

    def _there(self) -> tuple[int, int]:
        """How many objects are left out, and how much memory is taken."""
        return gc.get_freeze_count(), self._memory()
