"""What the board does beside the bus: it draws what has changed, reads lanes, and ages what is kept."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from zkdash.clock import now_ms
from zkdash.log import get_logger
from zkdash.pace import Pace
from zkdash.web.board_cards import LANE_MS, Cards
from zkdash.web.drawing import Drawing, few_at_a_time
from zkdash.web.keys import Dashboard

L = get_logger(__name__)

LANES_S = 1.0
"""How often lanes are read while much is recorded. A card's lane ends as its cluster stands now, read or not."""
AGES_S = 60.0
"""How old a card may get: its lane is moved by the browser meanwhile, and its sparkline changes no quicker."""
RETRY_S = 5.0


class BoardWork:
    """The tasks behind the cards. `changed` says that a cluster's card is out of date; `offer` draws and offers it."""

    def __init__(
        self, dashboard: Dashboard, cards: Cards, *, changed: Callable[[str], None], offer: Callable[[str], None]
    ) -> None:
        self._dashboard = dashboard
        self._cards = cards
        self._changed = changed
        self._offer = offer
        self._drawing = Drawing(self._draw)
        self._to_read: dict[str, None] = {}
        self._reads = asyncio.Event()
        self._tasks: tuple[asyncio.Task[None], ...] = ()

    async def start(self) -> None:
        work = (self._drawing.work(), self._read_lanes(), self._age())
        self._tasks = tuple(asyncio.create_task(each) for each in work)

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def draw(self, name: str) -> None:
        """Have a card drawn and offered soon."""
        self._drawing.soon(name)

    def read(self, name: str) -> None:
        """Have a cluster's lane read soon."""
        self._to_read[name] = None
        self._reads.set()

    def _draw(self, name: str) -> None:
        if name in self._cards:
            self._offer(name)

    async def _read_lanes(self) -> None:
        pace = Pace(LANES_S)
        while True:
            await self._reads.wait()
            await pace.turn()
            self._reads.clear()
            names, self._to_read = [name for name in self._to_read if name in self._cards], {}
            if not names:
                continue
            now = now_ms()
            try:
                self._cards.recorded(await self._dashboard.events.lanes(names, now - LANE_MS, now))
            except Exception as error:
                L.warning("The lanes can't be read.", struct_data={"error": str(error)})
                self._to_read.update(dict.fromkeys(names))
                await asyncio.sleep(RETRY_S)
                self._reads.set()
                continue
            for name in names:
                if name in self._cards:
                    self._changed(name)
                    self.draw(name)

    async def _age(self) -> None:
        """Once a minute every card is drawn for the present time; one whose sparkline has changed is sent, too."""
        while True:
            await asyncio.sleep(AGES_S)
            await few_at_a_time(self._cards, self._grow_older)

    def _grow_older(self, name: str) -> None:
        if name not in self._cards:
            return
        news = self._cards.has_another_spark(name, now_ms())
        self._changed(name)
        if news:
            self._offer(name)
        else:
            self._cards.card(name)
