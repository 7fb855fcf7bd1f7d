"""The queries on what single servers said: rows of samples, and blocks of roll-ups."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Table, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from zkdash.store.rows import Connection, Row
from zkdash.store.sample_tables import probed_servers, sample_blocks, samples

ROW_BYTES = 170
"""What a row of samples takes beside its packed rest, with its share of half-filled pages (bench/history.py)."""

BLOCK_BYTES = 160
"""What a block takes beside its data, of which a third is added for half-filled pages."""


def _insert(connection: Connection, table: Table) -> Any:
    """An INSERT that may say ON CONFLICT, which the two engines spell alike but SQLAlchemy doesn't share."""
    return (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(table)


async def server_ids(connection: Connection, servers: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """The numbers of (cluster, server), given to those that have none yet."""
    rows = [{"cluster": cluster, "server": server} for cluster, server in servers]
    if rows:
        await connection.execute(_insert(connection, probed_servers).on_conflict_do_nothing(), rows)
    clusters = {row["cluster"] for row in rows}
    query = select(probed_servers).where(probed_servers.c.cluster.in_(clusters))
    return {(row.cluster, row.server): row.id for row in await connection.execute(query)}


async def known_servers(connection: Connection, cluster: str | None = None) -> list[Row]:
    """All servers that were ever sampled (of one cluster), with `id`, `cluster` and `server`."""
    query = select(probed_servers).order_by(probed_servers.c.id)
    if cluster is not None:
        query = query.where(probed_servers.c.cluster == cluster)
    return list((await connection.execute(query)).mappings())


async def add(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write samples. One that is there already stays: another zkdash has seen the same."""
    await connection.execute(_insert(connection, samples).on_conflict_do_nothing(), rows)


async def read(
    connection: Connection, server_ids: Collection[int], columns: Sequence[str], since: int, until: int
) -> list[tuple[Any, ...]]:
    """(server_id, at, *columns) of since <= at < until, of one server after the other, in the order of time."""
    query = (
        select(samples.c.server_id, samples.c.at, *(samples.c[name] for name in columns))
        .where(samples.c.server_id.in_(server_ids), samples.c.at >= since, samples.c.at < until)
        .order_by(samples.c.server_id, samples.c.at)
    )
    return [tuple(row) for row in await connection.execute(query)]


async def read_whole(connection: Connection, server_ids: Collection[int], since: int, until: int) -> list[Row]:
    """All that is in the rows of since <= at < until, the oldest first."""
    query = (
        select(samples)
        .where(samples.c.server_id.in_(server_ids), samples.c.at >= since, samples.c.at < until)
        .order_by(samples.c.at, samples.c.server_id)
    )
    return list((await connection.execute(query)).mappings())


async def put_block(connection: Connection, server_id: int, step_s: int, at: int, data: bytes) -> None:
    """Write a block, or replace what it was before."""
    row = {"server_id": server_id, "step_s": step_s, "at": at, "bytes": len(data), "data": data}
    statement = _insert(connection, sample_blocks).values(row)
    changed = {name: statement.excluded[name] for name in ("bytes", "data")}
    await connection.execute(
        statement.on_conflict_do_update(index_elements=["server_id", "step_s", "at"], set_=changed)
    )


async def blocks(
    connection: Connection, server_ids: Collection[int], step_s: int, since: int, until: int
) -> list[tuple[int, int, bytes]]:
    """(server_id, at, data) of the blocks that begin in since <= at < until, in the order of time."""
    query = (
        select(sample_blocks.c.server_id, sample_blocks.c.at, sample_blocks.c.data)
        .where(
            sample_blocks.c.server_id.in_(server_ids),
            sample_blocks.c.step_s == step_s,
            sample_blocks.c.at >= since,
            sample_blocks.c.at < until,
        )
        .order_by(sample_blocks.c.at)
    )
    return [(row.server_id, row.at, row.data) for row in await connection.execute(query)]


async def edges(connection: Connection, step_s: int) -> dict[int, tuple[int | None, int | None, int | None]]:
    """{server: (when its last block of a level begins, its first sample, its last)}."""
    last_block = (
        select(func.max(sample_blocks.c.at))
        .where(sample_blocks.c.server_id == probed_servers.c.id, sample_blocks.c.step_s == step_s)
        .scalar_subquery()
    )
    first, last = (
        select(edge(samples.c.at)).where(samples.c.server_id == probed_servers.c.id).scalar_subquery()
        for edge in (func.min, func.max)
    )
    query = select(probed_servers.c.id, last_block, first, last)
    return {row[0]: (row[1], row[2], row[3]) for row in await connection.execute(query)}


async def weigh(connection: Connection) -> tuple[int, int, dict[int, tuple[int, int, int]]]:
    """(rows of samples, bytes of their rests, {step_s: (blocks, bytes, when the oldest begins)})."""
    rests = func.coalesce(func.sum(func.length(samples.c.rest)), 0)
    count, size = (await connection.execute(select(func.count(), rests).select_from(samples))).one()
    query = select(
        sample_blocks.c.step_s, func.count(), func.sum(sample_blocks.c.bytes), func.min(sample_blocks.c.at)
    ).group_by(sample_blocks.c.step_s)
    return count, size, {row[0]: (row[1], row[2], row[3]) for row in await connection.execute(query)}


async def oldest_sample(connection: Connection) -> int | None:
    """When the oldest sample was taken."""
    found = [first for _, first, _ in (await edges(connection, 0)).values() if first is not None]
    return min(found, default=None)


async def prune_samples(connection: Connection, server_ids: Collection[int], before: int) -> int:
    """Delete what these servers said before a time; gives how many rows went."""
    statement = delete(samples).where(samples.c.server_id.in_(server_ids), samples.c.at < before)
    return (await connection.execute(statement)).rowcount


async def prune_blocks(connection: Connection, step_s: int, before: int, limit: int) -> int:
    """Delete up to `limit` of the oldest blocks of a level that begin before a time; gives how many went."""
    old = (
        select(sample_blocks.c.id)
        .where(sample_blocks.c.step_s == step_s, sample_blocks.c.at < before)
        .order_by(sample_blocks.c.at)
        .limit(limit)
    )
    return (await connection.execute(delete(sample_blocks).where(sample_blocks.c.id.in_(old)))).rowcount


async def forget_servers(connection: Connection) -> int:
    """Delete the names of servers of which nothing is left; gives how many went."""
    row = select(samples.c.at).where(samples.c.server_id == probed_servers.c.id)
    block = select(sample_blocks.c.id).where(sample_blocks.c.server_id == probed_servers.c.id)
    return (await connection.execute(delete(probed_servers).where(~row.exists(), ~block.exists()))).rowcount
