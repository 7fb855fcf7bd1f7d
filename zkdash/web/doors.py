"""Open websockets: they end soon after who opened them is signed out, or may see less or more than before."""

from __future__ import annotations

import asyncio
import contextlib
from weakref import WeakKeyDictionary

from aiohttp import WSCloseCode, web

from zkdash.access import Person
from zkdash.web.gate import who_asks
from zkdash.web.keys import DOORS, Dashboard

LOOK_S = 1.5
CLOSE_S = 1.0


class Doors:
    """Who listens by which websocket."""

    def __init__(self, dashboard: Dashboard) -> None:
        self._dashboard = dashboard
        self._open: WeakKeyDictionary[web.WebSocketResponse, Person] = WeakKeyDictionary()
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._dashboard.PubSub.subscribe("Access.changed!", self._on_change)
        self._task = asyncio.create_task(self._look_on())

    async def stop(self) -> None:
        self._dashboard.PubSub.unsubscribe("Access.changed!", self._on_change)
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def opened(self, response: web.WebSocketResponse, person: Person) -> None:
        """Somebody begins to listen."""
        self._open[response] = person

    def __len__(self) -> int:
        return len(self._open)

    def _on_change(self, _message: str) -> None:
        self._wake.set()

    async def _look_on(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), LOOK_S)
            self._wake.clear()
            await self.look()

    async def look(self) -> None:
        """Close those (1001, "come back") whose person is out: who still may see something comes back and gets that."""
        holds = self._dashboard.access.holds
        over = [response for response, person in self._open.items() if response.closed or not holds(person)]
        for response in over:
            self._open.pop(response, None)
        closing = (self._close(response) for response in over if not response.closed)
        await asyncio.gather(*closing, return_exceptions=True)

    @staticmethod
    async def _close(response: web.WebSocketResponse) -> None:
        try:
            await asyncio.wait_for(response.close(code=WSCloseCode.GOING_AWAY, drain=False), CLOSE_S)
        except TimeoutError:
            if response._req is not None and response._req.transport is not None:
                response._req.transport.abort()


async def remember_websockets(request: web.Request, response: web.StreamResponse) -> None:
    """Know every websocket from its beginning on, whichever handler serves it."""
    person = who_asks(request)
    if isinstance(response, web.WebSocketResponse) and person is not None:
        request.app[DOORS].opened(response, person)
