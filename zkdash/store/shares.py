"""What is shared by link: the table, and the queries on it. Times are UTC milliseconds; tokens are kept hashed."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Integer, Table, Text, delete, insert, select, update

from zkdash.store.rows import Connection, Row
from zkdash.store.schema import _Id, metadata

shares = Table(
    "shares",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("token_hash", Text, nullable=False, unique=True),
    Column("title", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("via", Text, nullable=False),
    Column("groups", Text, nullable=False),  # JSON
    Column("expires_at", BigInteger, nullable=False, index=True),
    Column("password_hash", Text, nullable=False),  # empty: it needs none
    Column("fixed", Boolean, nullable=False),
    Column("clusters", Text, nullable=False),  # JSON: what a fixed one shows
    Column("content", Text, nullable=False),  # of a fixed one: what it showed when it was made
    Column("revoked_at", BigInteger),
    Column("revoked_by", Text, nullable=False),
    Column("opened", Integer, nullable=False),
    Column("opened_at", BigInteger),
    sqlite_autoincrement=True,
)


async def add(connection: Connection, row: Row) -> int:
    """Write one and give its id."""
    return int((await connection.execute(insert(shares).returning(shares.c.id), [dict(row)])).scalar_one())


async def by_hash(connection: Connection, token_hash: str) -> Row | None:
    return (await connection.execute(select(shares).where(shares.c.token_hash == token_hash))).mappings().one_or_none()


async def get(connection: Connection, share_id: int) -> Row | None:
    return (await connection.execute(select(shares).where(shares.c.id == share_id))).mappings().one_or_none()


async def find(connection: Connection, *, made_by: str | None, limit: int) -> list[Row]:
    """The newest first; those of one person, or of all."""
    query = select(shares).order_by(shares.c.id.desc()).limit(limit)
    if made_by is not None:
        query = query.where(shares.c.made_by == made_by)
    return list((await connection.execute(query)).mappings())


async def opened(connection: Connection, share_id: int, at: int) -> None:
    """Count that one was opened."""
    statement = update(shares).where(shares.c.id == share_id)
    await connection.execute(statement.values(opened=shares.c.opened + 1, opened_at=at))


async def revoke(connection: Connection, share_id: int, at: int, by: str) -> bool:
    """Revoke one; whether it was not revoked before."""
    statement = update(shares).where(shares.c.id == share_id, shares.c.revoked_at.is_(None))
    return (await connection.execute(statement.values(revoked_at=at, revoked_by=by, content=""))).rowcount > 0


async def prune(connection: Connection, before: int, limit: int) -> int:
    """Delete up to `limit` that were over before a time; give how many."""
    old = select(shares.c.id).where(shares.c.expires_at < before).order_by(shares.c.id).limit(limit)
    return (await connection.execute(delete(shares).where(shares.c.id.in_(old)))).rowcount
