"""The queries on runs: when a zkdash was alive to see anything."""

from __future__ import annotations

from sqlalchemy import delete, insert, select, update

from zkdash.store.rows import Connection, Row
from zkdash.store.schema import events, runs


async def start(connection: Connection, at: int) -> int:
    """Begin a run and give its id."""
    row = {"started_at": at, "alive_at": at}
    return int((await connection.execute(insert(runs).values(row).returning(runs.c.id))).scalar_one())


async def sign_of_life(connection: Connection, run_id: int, started_at: int, alive_at: int) -> None:
    """Write that the run was alive at a time. `started_at` moves only when the clock was set back."""
    row = {"started_at": started_at, "alive_at": alive_at}
    await connection.execute(update(runs).where(runs.c.id == run_id).values(row))


async def stop(connection: Connection, run_id: int, at: int) -> None:
    """End a run in good order."""
    await connection.execute(update(runs).where(runs.c.id == run_id).values(alive_at=at, stopped_at=at))


async def alive_since(connection: Connection, at: int) -> list[Row]:
    """The runs that gave a sign of life at a time or later."""
    query = select(runs).where(runs.c.alive_at >= at).order_by(runs.c.id)
    return list((await connection.execute(query)).mappings())


async def prune(connection: Connection, before: int, limit: int) -> int:
    """Delete up to `limit` runs that ended before a time and of which no event is left; give how many."""
    used = select(events.c.id).where(events.c.run_id == runs.c.id)
    old = select(runs.c.id).where(runs.c.alive_at < before, ~used.exists()).order_by(runs.c.id).limit(limit)
    return (await connection.execute(delete(runs).where(runs.c.id.in_(old)))).rowcount
