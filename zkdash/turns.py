"""Taking turns on the event loop: much that happens at the same moment keeps nobody else waiting."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from functools import partial

STEP_S = 0.0002
"""What who waited for a turn is thought to do with it."""
SLICE_S = 0.005
"""How much is done before others are served."""


class Turns:
    """Does what it is given in order: at once where there is little, and else a little in each turn of the loop."""

    def __init__(self) -> None:
        self._waiting: deque[Callable[[], None]] = deque()
        self._spent_s = 0.0
        self._scheduled = False

    def do(self, call: Callable[[], None]) -> None:
        """Call it now, or after what came before; within a turn of the loop only `SLICE_S` is done in all."""
        self._waiting.append(call)
        self._work()

    async def turn(self) -> None:
        """Go on at once where few want to, and else after those who came before, a few in each turn of the loop."""
        waiting = asyncio.get_running_loop().create_future()
        self.do(partial(self._let, waiting))
        await waiting

    def _let(self, waiting: asyncio.Future[None]) -> None:
        self._spent_s += STEP_S
        if not waiting.done():  # else it was cancelled
            waiting.set_result(None)

    def _work(self) -> None:
        try:
            while self._waiting and self._spent_s <= SLICE_S:
                began = time.perf_counter()
                try:
                    self._waiting.popleft()()
                finally:
                    self._spent_s += time.perf_counter() - began
        finally:
            if not self._scheduled:
                self._scheduled = True
                asyncio.get_running_loop().call_soon(self._next_turn)

    def _next_turn(self) -> None:
        self._spent_s = 0.0
        self._scheduled = False
        if self._waiting:
            self._work()
