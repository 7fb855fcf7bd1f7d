"""Who looks: a viewer of the stream of events who is there throughout, and crowds that come and go."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import threading
import time
from datetime import datetime

import aiohttp

from tests.chaos.checker import Heard

AGAIN_S = 0.1
JUMP_S = 60.0
"""What an event's own time may be off from the viewer's by; with more the clock has jumped, and arrival counts."""
CROWD = 30
CLOSES = aiohttp.ClientWSTimeout(ws_close=2.0)


class Viewer:
    """Listens on a thread, and comes back whenever it was cut off, from where it was."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.heard: list[Heard] = []
        self._ends = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._listen()), name="viewer", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._ends.set()
        self._thread.join(10)

    async def _listen(self) -> None:
        async with aiohttp.ClientSession() as session:
            while not self._ends.is_set():
                with contextlib.suppress(aiohttp.ClientError, OSError):
                    after = self.heard[-1].event["id"] if self.heard else 0
                    async with session.ws_connect(f"{self.url}?after={after}", timeout=CLOSES) as stream:
                        await self._read(stream)
                await asyncio.sleep(AGAIN_S)

    async def _read(self, stream: aiohttp.ClientWebSocketResponse) -> None:
        while not self._ends.is_set():
            with contextlib.suppress(TimeoutError):
                message = await stream.receive(timeout=0.5)
                if message.type is not aiohttp.WSMsgType.TEXT:
                    return
                event = json.loads(message.data)
                self.heard.append(Heard(_moment(event["at"]), event))


def _moment(at: str) -> float:
    """An event's time by the monotonic clock; its arrival's if the wall clock was somewhere else."""
    now = time.monotonic()
    happened = now + datetime.fromisoformat(at).timestamp() - time.time()
    return happened if abs(happened - now) < JUMP_S else now


def crowd(url: str, lasts_s: float, seed: int) -> None:
    """Many pages' websockets that open, read a little and go away without a word, for a while."""
    dice, end = random.Random(seed), time.monotonic() + lasts_s

    async def one(session: aiohttp.ClientSession) -> None:
        while time.monotonic() < end:
            with contextlib.suppress(aiohttp.ClientError, OSError, TimeoutError):
                async with session.ws_connect(url, timeout=CLOSES) as page:
                    await page.receive(timeout=2)
                    await asyncio.sleep(dice.uniform(0.0, 1.0))
                    if dice.random() < 0.5 and page._response.connection is not None:
                        page._response.connection.transport.abort()
            await asyncio.sleep(0.05)

    async def all_of_them() -> None:
        async with aiohttp.ClientSession() as session:
            await asyncio.gather(*(one(session) for _ in range(CROWD)))

    asyncio.run(all_of_them())
