"""The queries on conditions. Rows are mappings with the columns of `schema.conditions`."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import bindparam, delete, func, insert, select, tuple_, update

from zkdash.store.rows import Connection, Row
from zkdash.store.schema import conditions

_KEY = ("cluster", "rule", "subject")
_UPDATE = (
    update(conditions)
    .where(*(conditions.c[name] == bindparam(f"of_{name}") for name in _KEY))
    .values({column.name: bindparam(column.name) for column in conditions.c if column.name not in _KEY})
)
_OF = select(conditions).where(conditions.c.cluster.in_(bindparam("clusters", expanding=True)))


async def of(connection: Connection, clusters: Collection[str]) -> list[Row]:
    """All of some clusters."""
    return list((await connection.execute(_OF, {"clusters": list(clusters)})).mappings())


async def to_look_at(connection: Connection) -> list[Row]:
    """Those that time may change."""
    return list((await connection.execute(select(conditions).where(conditions.c.look_at.is_not(None)))).mappings())


async def firing(connection: Connection) -> list[Row]:
    """Those that are there, as far as the log goes."""
    return list((await connection.execute(select(conditions).where(conditions.c.present))).mappings())


async def waiting(connection: Connection) -> list[Row]:
    return list(
        (await connection.execute(select(conditions).where(conditions.c.present, conditions.c.look_at.is_not(None))))
        .mappings()
    )  # fmt: skip


async def add(connection: Connection, rows: Sequence[Row]) -> None:
    if rows:
        await connection.execute(insert(conditions), rows)


async def write(connection: Connection, rows: Sequence[Row]) -> None:
    """Overwrite those that are there."""
    if rows:
        found = [{**{name: row[name] for name in row if name not in _KEY}, **_of(row)} for row in rows]
        await connection.execute(_UPDATE, found)


async def next_look(connection: Connection) -> int | None:
    at: int | None = await connection.scalar(select(func.min(conditions.c.look_at)))
    return at


async def drop_others(connection: Connection, clusters: Collection[str]) -> None:
    """Delete those of all clusters but these."""
    await connection.execute(delete(conditions).where(conditions.c.cluster.not_in(list(clusters))))


async def prune(connection: Connection, before: int, limit: int) -> int:
    """Delete up to `limit` that have not been true since a time; give how many."""
    columns = [conditions.c[name] for name in _KEY]
    old = (
        select(*columns)
        .where(~conditions.c.present, conditions.c.look_at.is_(None), conditions.c.since < before)
        .limit(limit)
    )
    return (await connection.execute(delete(conditions).where(tuple_(*columns).in_(old)))).rowcount


def _of(row: Row) -> dict[str, str]:
    return {f"of_{name}": row[name] for name in _KEY}
