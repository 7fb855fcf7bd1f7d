"""When servers came to stand differently: the table, and the queries on it. Times are UTC milliseconds."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import BigInteger, Boolean, Column, Index, Table, Text, delete, func, insert, select

from zkdash.store.rows import Connection, Row
from zkdash.store.schema import _Id, metadata

server_changes = Table(
    "server_changes",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("cluster", Text, nullable=False),
    Column("server", Text, nullable=False),
    Column("at", BigInteger, nullable=False, index=True),
    Column("was", Text),  # none for the first that a zkdash saw of a server
    Column("now", Text, nullable=False),
    Column("restarted", Boolean, nullable=False),
    Column("epoch", BigInteger),
    Column("version", Text, nullable=False),
    Column("why", Text, nullable=False),
    Index(None, "cluster", "server", "at"),
    sqlite_autoincrement=True,
)


async def add(connection: Connection, rows: Sequence[Row]) -> None:
    """Write changes."""
    await connection.execute(insert(server_changes), rows)


async def between(connection: Connection, cluster: str, since: int, until: int, limit: int) -> list[Row]:
    """The first `limit` changes of since < time <= until and, of each server, the last before; by their times."""
    of_cluster = server_changes.c.cluster == cluster
    within = (
        select(server_changes)
        .where(of_cluster, server_changes.c.at > since, server_changes.c.at <= until)
        .order_by(server_changes.c.at, server_changes.c.id)
        .limit(limit)
    )
    last = (
        select(func.max(server_changes.c.id))
        .where(of_cluster, server_changes.c.at <= since)
        .group_by(server_changes.c.server)
    )
    before = select(server_changes).where(server_changes.c.id.in_(last))
    rows = [*(await connection.execute(before)).mappings(), *(await connection.execute(within)).mappings()]
    return sorted(rows, key=lambda row: (int(row["at"]), int(row["id"])))


async def of_server(connection: Connection, cluster: str, server: str, limit: int) -> list[Row]:
    """A server's changes, the newest first."""
    query = (
        select(server_changes)
        .where(server_changes.c.cluster == cluster, server_changes.c.server == server)
        .order_by(server_changes.c.at.desc(), server_changes.c.id.desc())
        .limit(limit)
    )
    return list((await connection.execute(query)).mappings())


async def prune(connection: Connection, before: int, limit: int) -> int:
    """Delete up to `limit` changes older than `before`, but not the last of a server; give how many."""
    newer = server_changes.alias("newer")
    followed = select(newer.c.id).where(
        newer.c.cluster == server_changes.c.cluster,
        newer.c.server == server_changes.c.server,
        newer.c.at > server_changes.c.at,
    )
    old = (
        select(server_changes.c.id)
        .where(server_changes.c.at < before, followed.exists())
        .order_by(server_changes.c.at)
        .limit(limit)
    )
    return (await connection.execute(delete(server_changes).where(server_changes.c.id.in_(old)))).rowcount
