"""Crowds that come and go: live pages that hang up without a word, pages that are asked for, streams of events."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import Callable

import aiohttp

from tests.chaos.account import Visit
from tests.chaos.viewers import CLOSES

LIVE, READERS, STREAMS = 20, 4, 10
PAGES = (
    "/",
    "/timeline",
    "/alerts",
    "/clusters/one",
    "/clusters/trio/charts",
    "/api/v1/events",
    "/metrics",
    "/healthz",
)
GOOD = (200, 503)
"""503: the log can't be read now, and says so."""
ANSWERS_S = 20.0


class Crowd:
    """What all that came by saw: visits to the stream, and answers that were wrong. `last_id` is the newest event's."""

    def __init__(self, port: int, last_id: Callable[[], int]) -> None:
        self.visits: list[Visit] = []
        self.wrong: list[str] = []
        self._address = f"127.0.0.1:{port}"
        self._last_id = last_id

    def come(self, lasts_s: float, seed: int) -> None:
        """For a while, and then all of them are gone."""
        asyncio.run(self._come(lasts_s, random.Random(seed)))

    async def _come(self, lasts_s: float, dice: random.Random) -> None:
        ways = [self._live] * LIVE + [self._reader] * READERS + [self._stream] * STREAMS
        end = time.monotonic() + lasts_s
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=ANSWERS_S)) as session:

            async def again(way: Callable[[aiohttp.ClientSession, random.Random], object]) -> None:
                own = random.Random(dice.random())
                while time.monotonic() < end:
                    with contextlib.suppress(aiohttp.ClientError, OSError, TimeoutError):
                        await way(session, own)  # type: ignore[misc]  # each of them is a coroutine function
                    await asyncio.sleep(0.05)

            await asyncio.gather(*(again(way) for way in ways))

    async def _live(self, session: aiohttp.ClientSession, dice: random.Random) -> None:
        async with session.ws_connect(f"ws://{self._address}/live?topic=overview&topic=frame", timeout=CLOSES) as page:
            await page.receive(timeout=2)
            await asyncio.sleep(dice.uniform(0.0, 1.0))
            connection = page._response.connection
            if dice.random() < 0.5 and connection is not None and connection.transport is not None:
                connection.transport.abort()

    async def _reader(self, session: aiohttp.ClientSession, dice: random.Random) -> None:
        path = dice.choice(PAGES)
        async with session.get(f"http://{self._address}{path}") as answer:
            text = await answer.text()
            if answer.status not in GOOD:
                self.wrong.append(f"{path}: {answer.status} {text[:200]}")

    async def _stream(self, session: aiohttp.ClientSession, dice: random.Random) -> None:
        after = max(0, self._last_id() - dice.randrange(20))
        leaves, ids = time.monotonic() + dice.uniform(0.2, 4.0), list[int]()
        url = f"ws://{self._address}/api/v1/events/stream?after={after}"
        async with session.ws_connect(url, timeout=CLOSES) as stream:
            began = time.monotonic()
            with contextlib.suppress(TimeoutError):
                while (left := leaves - time.monotonic()) > 0:
                    message = await stream.receive(timeout=left)
                    if message.type is not aiohttp.WSMsgType.TEXT:
                        break
                    ids.append(message.json()["id"])
            self.visits.append(Visit(after, began, time.monotonic(), tuple(ids)))
