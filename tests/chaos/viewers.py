"""Who looks throughout: a viewer of the stream of events, and one of a live page."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import threading
import time
from abc import ABC, abstractmethod
from datetime import datetime

import aiohttp

from tests.chaos.account import Heard, Shown

AGAIN_S = 0.1
JUMP_S = 60.0
"""What an event's own time may be off from the viewer's by; with more the clock has jumped, and arrival counts."""
CARD = re.compile(r'id="cluster-([\w-]+)" data-state="(\w+)"')
CLOSES = aiohttp.ClientWSTimeout(ws_close=2.0)


class Watcher(ABC):
    """Listens to a websocket on a thread, and comes back whenever it was cut off."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._ends = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._listen()), name="viewer", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._ends.set()
        self._thread.join(10)

    def address(self) -> str:
        """Where to listen now."""
        return self.url

    @abstractmethod
    def take(self, text: str) -> None:
        """What came."""

    async def _listen(self) -> None:
        async with aiohttp.ClientSession() as session:
            while not self._ends.is_set():
                with contextlib.suppress(aiohttp.ClientError, OSError):
                    async with session.ws_connect(self.address(), timeout=CLOSES, max_msg_size=0) as stream:
                        await self._read(stream)
                await asyncio.sleep(AGAIN_S)

    async def _read(self, stream: aiohttp.ClientWebSocketResponse) -> None:
        while not self._ends.is_set():
            with contextlib.suppress(TimeoutError):
                message = await stream.receive(timeout=0.5)
                if message.type is not aiohttp.WSMsgType.TEXT:
                    return
                self.take(message.data)


class Viewer(Watcher):
    """Has every event, and comes back from where it was."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.heard: list[Heard] = []

    def last_id(self) -> int:
        """The id of the newest event, 0 before the first."""
        return self.heard[-1].event["id"] if self.heard else 0

    def address(self) -> str:
        return f"{self.url}?after={self.last_id()}"

    def take(self, text: str) -> None:
        event = json.loads(text)
        self.heard.append(Heard(_moment(event["at"]), event, time.monotonic()))


class Page(Watcher):
    """The overview, left open: what it shows of each cluster, one after the other."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.shown: list[Shown] = []
        self.states: dict[str, str] = {}

    def take(self, text: str) -> None:
        for cluster, state in CARD.findall(text):
            if self.states.get(cluster) != state:
                self.shown.append(Shown(time.monotonic(), cluster, state))
                self.states[cluster] = state


def _moment(at: str) -> float:
    """An event's time by the monotonic clock; its arrival's if the wall clock was somewhere else."""
    now = time.monotonic()
    happened = now + datetime.fromisoformat(at).timestamp() - time.time()
    return happened if abs(happened - now) < JUMP_S else now
