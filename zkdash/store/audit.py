"""Who did what: the table, and the queries on it. Times are UTC milliseconds."""

from __future__ import annotations

from collections.abc import Collection

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


async def find(
    connection: Connection,
    *,
    who: Collection[str] = (),
    actions: Collection[str] = (),
    clusters: Collection[str] = (),
    since: int | None = None,
    until: int | None = None,
    before: int | None = None,
    limit: int,
) -> list[Row]:
    """The newest first; what is empty or None is any. `before` is an id."""
    query = select(audit).order_by(audit.c.id.desc()).limit(limit)
    for column, wanted in ((audit.c.who, who), (audit.c.action, actions), (audit.c.cluster, clusters)):
        if wanted:
            query = query.where(column.in_(wanted))
    if since is not None:
        query = query.where(audit.c.at >= since)
    if until is not None:
        query = query.where(audit.c.at < until)
    if before is not None:
        query = query.where(audit.c.id < before)
    return list((await connection.execute(query)).mappings())


async def prune(connection: Connection, before: int, limit: int) -> int:
    """Delete up to `limit` entries older than `before`; give how many."""
    old = select(audit.c.id).where(audit.c.at < before).order_by(audit.c.id).limit(limit)
    return (await connection.execute(delete(audit).where(audit.c.id.in_(old)))).rowcount
