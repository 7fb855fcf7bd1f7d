"""One crawl of a cluster at a time, and none faster than it may be."""

from __future__ import annotations

import asyncio
import time

BURST_S = 0.01
"""A crawl that fell behind its rate may catch up by so much."""


class CrawlDesk:
    """What the crawls of one cluster share: whose turn it is, and when the next znodes may be read."""

    def __init__(self) -> None:
        self.turn = asyncio.Semaphore(1)
        self._due = 0.0

    async def pace(self, znodes: int, rate_limit: float | None) -> None:
        """Wait until `znodes` more may be read at `rate_limit` znodes a second (None: no limit)."""
        if not rate_limit:
            return
        now = time.monotonic()
        self._due = max(self._due, now - BURST_S) + znodes / rate_limit
        if self._due > now + BURST_S:
            await asyncio.sleep(self._due - now)
