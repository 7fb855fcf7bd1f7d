"""What is told of incidents to people outside the team: the table, and the queries on it."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import BigInteger, Column, ForeignKey, Table, Text, insert, select

from zkdash.store.rows import Connection, Row
from zkdash.store.schema import _Id, metadata

public_notes = Table(
    "public_notes",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("incident_id", _Id, ForeignKey("incidents.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("at", BigInteger, nullable=False),
    Column("by", Text, nullable=False),
    Column("text", Text, nullable=False),
    sqlite_autoincrement=True,
)


async def add(connection: Connection, row: Row) -> None:
    await connection.execute(insert(public_notes), [dict(row)])


async def of(connection: Connection, incident_ids: Collection[int]) -> list[Row]:
    """The notes on these incidents, oldest first."""
    if not incident_ids:
        return []
    query = select(public_notes).where(public_notes.c.incident_id.in_(incident_ids)).order_by(public_notes.c.id)
    return list((await connection.execute(query)).mappings())
