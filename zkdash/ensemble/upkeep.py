"""What keeps the servers' history small: roll-ups, retention, and the bound on its size."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from zkdash.ensemble.charted import CHARTED, MAX_GAP_MS
from zkdash.ensemble.levels import DAY_MS, HOUR_MS, LEVELS, MINUTE_MS, MINUTES, QUARTER_MS, QUARTERS, Kept
from zkdash.ensemble.rollup import add_hour, column_of
from zkdash.store import samples as rows
from zkdash.store.engine import Store
from zkdash.store.pruning import BATCH

GRACE_MS = 20_000
"""How long after a quarter of an hour its last samples may still be on their way to the store."""

_AT_ONCE = 10  # servers whose old samples go in one transaction
_SHRINK_TO = 0.95
_COLUMNS = tuple(column_of(charted.name) for charted in CHARTED)


@dataclass(frozen=True, slots=True)
class Size:
    """How much history there is: about how many bytes it takes, how many it may take, and since when (UTC ms)."""

    bytes: int = 0
    limit: int = 0
    samples: int = 0
    blocks: int = 0
    oldest: dict[int, int] = field(default_factory=dict)
    """{step in seconds, 0 for samples: when what is kept of it begins}."""


class Upkeep:
    """Rolls up, prunes and weighs, a little at a time. Every method may raise StoreUnavailable, and can be repeated.

    `forgotten` is called when servers' numbers were given up.
    """

    def __init__(self, store: Store, kept: Kept, now: Callable[[], int], forgotten: Callable[[], None]) -> None:
        self.size = Size(limit=kept.max_bytes)
        self.rolled: dict[int, int] = {}
        """{server: until when its samples are in blocks}, UTC ms."""

        self._store = store
        self._kept = kept
        self._now = now
        self._forgotten = forgotten
        self._weights: dict[int, int] = {}
        self._busy = asyncio.Lock()

    async def look(self) -> None:
        """Learn what there is, without changing it."""
        async with self._store.connect() as connection:
            for server, (block_at, _, _) in (await rows.edges(connection, MINUTES.step_s)).items():
                if block_at is not None:  # how far the last block reaches isn't known: it is read from its samples
                    self.rolled.setdefault(server, block_at)
        await self._weigh()

    async def run(self) -> None:
        """Do all that is due."""
        async with self._busy:
            await self._roll_up()
            await self._prune()
            await self._shrink()

    async def _roll_up(self) -> None:
        now = self._now()
        end = (now - GRACE_MS) // QUARTER_MS * QUARTER_MS
        async with self._store.connect() as connection:
            edges = await rows.edges(connection, MINUTES.step_s)
        for server, (block_at, first, last) in edges.items():
            if first is None or last is None or first >= end:
                continue
            hour = max(block_at or 0, first // HOUR_MS * HOUR_MS)
            while hour < end and hour <= last:
                if self.rolled.get(server, 0) < min(hour + HOUR_MS, end):
                    await self._roll_up_hour(server, hour, min(hour + HOUR_MS, end))
                hour += HOUR_MS

    async def _roll_up_hour(self, server: int, hour: int, until: int) -> None:
        async with self._store.connect() as connection:
            found = await rows.read(connection, [server], _COLUMNS, hour - MAX_GAP_MS, until)
            begins = {MINUTES: hour, QUARTERS: hour // DAY_MS * DAY_MS}
            before = {}
            for level in LEVELS:
                at = begins[level]
                there = await rows.blocks(connection, [server], level.step_s, at, at + 1)
                before[level] = there[0][2] if there else None
        made = {
            level: await asyncio.to_thread(add_hour, before[level], level, begins[level], found, hour, until)
            for level in LEVELS
        }
        async with self._store.begin() as connection:
            for level, data in made.items():
                if data is not None:
                    await rows.put_block(connection, server, level.step_s, begins[level], data)
        self.rolled[server] = until

    async def _prune(self) -> None:
        now = self._now()
        await self._prune_samples(now - self._kept.samples_ms)
        for level in LEVELS:
            before = now - self._kept.of_level(level) - level.span_ms
            while await self._prune_blocks(level.step_s, before) == BATCH:
                pass
        async with self._store.begin() as connection:
            if await rows.forget_servers(connection):
                self._forgotten()

    async def _prune_samples(self, before: int) -> int:
        """Samples go by whole hours, and only once they are rolled up; gives how many went."""
        async with self._store.connect() as connection:
            edges = await rows.edges(connection, MINUTES.step_s)
        due: dict[int, list[int]] = {}
        for server, (block_at, first, last) in edges.items():
            # Of an hour that isn't over, all samples are needed to make its block again.
            end = min(before // HOUR_MS * HOUR_MS, block_at if block_at is not None else before)
            if last is not None and last < before - HOUR_MS:
                end = before  # nothing was heard for long: there will be no more to make of it
            if first is not None and first < end:
                due.setdefault(end, []).append(server)
        total = 0
        for end, servers in due.items():
            for number in range(0, len(servers), _AT_ONCE):
                async with self._store.begin() as connection:
                    total += await rows.prune_samples(connection, servers[number : number + _AT_ONCE], end)
        return total

    async def _prune_blocks(self, step_s: int, before: int) -> int:
        async with self._store.begin() as connection:
            return await rows.prune_blocks(connection, step_s, before, BATCH)

    async def _shrink(self) -> None:
        """Take the oldest of what is most until the bound is kept."""
        await self._weigh()
        if self.size.bytes <= self._kept.max_bytes:
            return
        while self.size.bytes > self._kept.max_bytes * _SHRINK_TO and await self._take_oldest():
            await self._weigh()

    async def _take_oldest(self) -> int:
        """Delete a tenth of the time of the level that takes most; gives how many rows or blocks went."""
        now, went = self._now(), 0
        for step_s in sorted(self.size.oldest, key=lambda step_s: self._weights.get(step_s, 0), reverse=True):
            oldest = self.size.oldest[step_s]
            if step_s == 0:
                went = await self._prune_samples(oldest + max(HOUR_MS, (now - oldest) // 10) + HOUR_MS)
            else:
                went = await self._prune_blocks(step_s, oldest + max(MINUTE_MS, (now - oldest) // 10))
            if went:
                break
        return went

    async def _weigh(self) -> None:
        async with self._store.connect() as connection:
            count, rests, levels = await rows.weigh(connection)
            oldest_sample = await rows.oldest_sample(connection)
        self._weights = {
            step_s: size * 4 // 3 + number * rows.BLOCK_BYTES for step_s, (number, size, _) in levels.items()
        }
        self._weights[0] = count * rows.ROW_BYTES + rests
        oldest = {step_s: at for step_s, (_, _, at) in levels.items()}
        if oldest_sample is not None:
            oldest[0] = oldest_sample
        self.size = Size(
            bytes=sum(self._weights.values()),
            limit=self._kept.max_bytes,
            samples=count,
            blocks=sum(number for number, _, _ in levels.values()),
            oldest=oldest,
        )
