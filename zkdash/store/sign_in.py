"""Who is signed in, and the tokens of scripts: only hashes of what they show. Times are UTC milliseconds."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import BigInteger, Column, Table, Text, delete, insert, select, update

from zkdash.store.rows import Connection, Row
from zkdash.store.schema import metadata

sessions = Table(
    "sessions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("key", Text, nullable=False, unique=True),  # SHA-256 of the cookie's value
    Column("who", Text, nullable=False),
    Column("groups", Text, nullable=False),  # JSON
    Column("via", Text, nullable=False),
    Column("stamp", Text, nullable=False),  # of the password
    Column("address", Text, nullable=False),
    Column("agent", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
    Column("ends_at", BigInteger, nullable=False),
)

tokens = Table(
    "tokens",
    metadata,
    Column("id", Text, primary_key=True),
    Column("key", Text, nullable=False, unique=True),  # SHA-256 of the token
    Column("name", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("groups", Text, nullable=False),  # JSON
    Column("via", Text, nullable=False),
    Column("role", Text, nullable=False),  # the most that it may do
    Column("clusters", Text, nullable=False),  # JSON; [] for all
    Column("created_at", BigInteger, nullable=False),
    Column("ends_at", BigInteger, nullable=False),
    Column("used_at", BigInteger),
    Column("used_from", Text, nullable=False),
)


async def add(connection: Connection, table: Table, row: Row) -> None:
    await connection.execute(insert(table), [dict(row)])


async def every(connection: Connection, table: Table) -> list[Row]:
    return list((await connection.execute(select(table).order_by(table.c.created_at))).mappings())


async def change(connection: Connection, table: Table, row_id: str, **values: Any) -> None:
    await connection.execute(update(table).where(table.c.id == row_id).values(**values))


async def remove(connection: Connection, table: Table, row_ids: Collection[str]) -> None:
    await connection.execute(delete(table).where(table.c.id.in_(row_ids)))
