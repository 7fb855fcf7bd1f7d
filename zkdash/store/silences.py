"""The queries on silences and on what they muted. Rows are mappings with the columns of `schema.silences`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import delete, insert, select, update

from zkdash.store.rows import Connection, Row
from zkdash.store.schema import incidents, mutes, silences


async def add(connection: Connection, row: Row) -> int:
    """Write one and give its id."""
    return int((await connection.execute(insert(silences).returning(silences.c.id), [dict(row)])).scalar_one())


async def change(connection: Connection, silence_id: int, **values: Any) -> None:
    await connection.execute(update(silences).where(silences.c.id == silence_id).values(**values))


async def end(connection: Connection, silence_id: int, at: int, by: str) -> Row | None:
    """End one that goes on, and give it; None if there is none."""
    statement = update(silences).where(silences.c.id == silence_id, silences.c.ended_at.is_(None))
    found = await connection.execute(statement.values(ended_at=at, ended_by=by).returning(*silences.c))
    return found.mappings().one_or_none()


async def get(connection: Connection, silence_id: int) -> Row | None:
    return (await connection.execute(select(silences).where(silences.c.id == silence_id))).mappings().one_or_none()


async def find(connection: Connection, *, not_over_at: int | None = None) -> list[Row]:
    """The newest first; those only, if a time is given, that were not over by then."""
    query = select(silences).order_by(silences.c.id.desc())
    if not_over_at is not None:
        query = query.where(
            silences.c.ended_at.is_(None), silences.c.ends_at.is_(None) | (silences.c.ends_at > not_over_at)
        )
    return list((await connection.execute(query)).mappings())


async def mute(connection: Connection, pairs: Sequence[tuple[int, int]], at: int) -> None:
    """Note which silence kept which incident back, each once."""
    wanted = set(pairs)
    if not wanted:
        return
    of = mutes.c.silence_id.in_({silence for silence, _ in wanted})
    known = {(row.silence_id, row.incident_id) for row in await connection.execute(select(mutes).where(of))}
    rows = [{"silence_id": silence, "incident_id": incident, "at": at} for silence, incident in sorted(wanted - known)]
    if rows:
        await connection.execute(insert(mutes), rows)


async def muted_by(connection: Connection, silence_id: int) -> list[Row]:
    """The incidents that a silence kept back, the newest first."""
    query = (
        select(incidents)
        .join(mutes, mutes.c.incident_id == incidents.c.id)
        .where(mutes.c.silence_id == silence_id)
        .order_by(incidents.c.id.desc())
    )
    return list((await connection.execute(query)).mappings())


async def muting(connection: Connection, incident_ids: Collection[int]) -> set[int]:
    """Which of these incidents were ever silenced."""
    query = select(mutes.c.incident_id).where(mutes.c.incident_id.in_(incident_ids)).distinct()
    return set((await connection.execute(query)).scalars())


async def prune(connection: Connection, before: int, limit: int) -> int:
    """Delete up to `limit` that were over before a time; give how many."""
    over = (silences.c.ended_at < before) | (silences.c.ends_at < before)
    old = select(silences.c.id).where(over).order_by(silences.c.id).limit(limit)
    return (await connection.execute(delete(silences).where(silences.c.id.in_(old)))).rowcount
