"""How long an answer is waited for: not long, unless a long one is arriving."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

READ_DEADLINE_S = 1.8
"""A page about a silent cluster is there within two seconds, this and its making."""
ARRIVING_S = 20.0
"""A million children from a busy server take some seconds; nobody waits longer than this for anything."""
LOOK_S = 0.2


@contextlib.asynccontextmanager
async def patiently(arriving: Callable[[], bool]) -> AsyncIterator[None]:
    """As `asyncio.timeout` of READ_DEADLINE_S, which passes later, up to ARRIVING_S, while `arriving()`.

    Raises TimeoutError.
    """
    loop = asyncio.get_running_loop()
    last = loop.time() + ARRIVING_S
    timer: asyncio.TimerHandle
    async with asyncio.timeout(READ_DEADLINE_S) as limit:

        def look() -> None:
            nonlocal timer
            if not limit.expired() and arriving():
                limit.reschedule(min(last, loop.time() + 2 * LOOK_S))
                timer = loop.call_later(LOOK_S, look)

        timer = loop.call_later(max(0.0, READ_DEADLINE_S - LOOK_S), look)
        try:
            yield
        finally:
            timer.cancel()
