"""Who did what: the table, and the queries on it. Times are UTC milliseconds."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Table, Text, delete, insert, select

from zkdash.store.rows import Connection, Row
from zkdash.store.schema import _Id, metadata

audit = Table(
    "audit",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("at", BigInteger, nullable=False, index=True),
    Column("who", Text, nullable=False),
    Column("via", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("cluster", Text, nullable=False),
    Column("details", Text, nullable=False),  # JSON
    sqlite_autoincrement=True,
)


async def add(connection: Connection, row: Row) -> None:
    await connection.execute(insert(audit), [dict(row)])


async def prune(connection: Connection, before: int, limit: int) -> int:
    """Delete up to `limit` entries older than `before`; give how many."""
    old = select(audit.c.id).where(audit.c.at < before).order_by(audit.c.id).limit(limit)
    return (await connection.execute(delete(audit).where(audit.c.id.in_(old)))).rowcount
