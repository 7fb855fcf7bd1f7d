"""Drawing what has changed: soon, once for several changes, a few before others get a turn on the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

from zkdash.pace import Pace

DRAW_S = 0.03
"""What changes several times so quickly is drawn once."""
BATCH = 10
"""How many are drawn before others get their turn on the event loop."""


class Drawing:
    """Calls `draw` with each name that was given to `soon`."""

    def __init__(self, draw: Callable[[str], None]) -> None:
        self._draw = draw
        self._names: dict[str, None] = {}
        self._wake = asyncio.Event()

    def soon(self, name: str) -> None:
        """Have it drawn soon; the first at once."""
        self._names[name] = None
        self._wake.set()

    async def work(self) -> None:
        """Draw until cancelled."""
        pace = Pace(DRAW_S)
        while True:
            await self._wake.wait()
            await pace.turn()
            self._wake.clear()
            names, self._names = self._names, {}
            await few_at_a_time(names, self._draw)


async def few_at_a_time(names: Iterable[str], draw: Callable[[str], None]) -> None:
    """Call `draw` with each name, and let others have a turn after a batch."""
    for index, name in enumerate(names, 1):
        draw(name)
        if index % BATCH == 0:
            await asyncio.sleep(0)
