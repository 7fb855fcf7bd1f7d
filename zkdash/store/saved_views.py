"""Views that were given a name: the table, and the queries on it."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Table, Text, delete, func, insert, or_, select, update

from zkdash.store.rows import Connection, Row
from zkdash.store.schema import _Id, metadata

saved_views = Table(
    "saved_views",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("name", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("owner", Text, nullable=False, index=True),  # empty: the team
    Column("pinned", Boolean, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    sqlite_autoincrement=True,
)


async def add(connection: Connection, row: Row) -> int:
    """Write one and give its id."""
    return int((await connection.execute(insert(saved_views).returning(saved_views.c.id), [dict(row)])).scalar_one())


async def find(connection: Connection, owner: str, limit: int) -> list[Row]:
    """The team's and those of one person, pinned ones first, then by name."""
    mine = or_(saved_views.c.owner == "", saved_views.c.owner == owner)
    order = (saved_views.c.pinned.desc(), saved_views.c.name, saved_views.c.id)
    return list((await connection.execute(select(saved_views).where(mine).order_by(*order).limit(limit))).mappings())


async def count(connection: Connection, owner: str) -> int:
    """How many one person has, or with "" the team."""
    query = select(func.count()).select_from(saved_views).where(saved_views.c.owner == owner)
    return int((await connection.execute(query)).scalar_one())


async def get(connection: Connection, view_id: int) -> Row | None:
    return (await connection.execute(select(saved_views).where(saved_views.c.id == view_id))).mappings().one_or_none()


async def change(connection: Connection, view_id: int, **values: object) -> None:
    await connection.execute(update(saved_views).where(saved_views.c.id == view_id).values(**values))


async def remove(connection: Connection, view_id: int) -> None:
    await connection.execute(delete(saved_views).where(saved_views.c.id == view_id))
