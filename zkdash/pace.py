"""Work that is done for the first at once and for those that follow closely together."""

from __future__ import annotations

import asyncio


class Pace:
    """Lets one turn through at once, and the next no sooner than `apart_s` after it began."""

    def __init__(self, apart_s: float) -> None:
        self._apart_s = apart_s
        self._next = float("-inf")

    async def turn(self) -> None:
        """Wait until it is time; what comes meanwhile can be done in the same turn."""
        loop = asyncio.get_running_loop()
        if self._next > loop.time():
            await asyncio.sleep(self._next - loop.time())
        self._next = loop.time() + self._apart_s
