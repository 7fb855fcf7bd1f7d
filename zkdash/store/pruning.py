"""Deleting what is old, a little at a time, so that an event never waits long for the one who writes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from zkdash.store.engine import Store
from zkdash.store.rows import Connection

BATCH = 500


async def prune(store: Store, delete: Callable[[Connection, int, int], Awaitable[int]], before: int) -> int:
    """Repeat `delete(connection, before, limit)`, each in a transaction of its own, until nothing is left to delete.

    Gives how many rows went. Raises StoreUnavailable.
    """
    total = 0
    while True:
        async with store.begin() as connection:
            deleted = await delete(connection, before, BATCH)
        total += deleted
        if deleted < BATCH:
            return total
