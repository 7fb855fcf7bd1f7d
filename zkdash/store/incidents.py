"""The queries on incidents. Rows are mappings with the columns of `schema.incidents`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import bindparam, delete, insert, select, update

from zkdash.store.rows import Connection, Row
from zkdash.store.schema import delivery_incidents, incidents

_OPEN = incidents.c.resolved_at.is_(None)
_UPDATE = (
    update(incidents)
    .where(incidents.c.id == bindparam("of_id"))
    .values({column.name: bindparam(column.name) for column in incidents.c if column.name != "id"})
)
_OPEN_OF = select(incidents).where(incidents.c.cluster.in_(bindparam("clusters", expanding=True)), _OPEN)


async def open_of(connection: Connection, clusters: Collection[str]) -> list[Row]:
    """The open incidents of some clusters."""
    return list((await connection.execute(_OPEN_OF, {"clusters": list(clusters)})).mappings())


async def all_open(connection: Connection) -> list[Row]:
    return list((await connection.execute(select(incidents).where(_OPEN).order_by(incidents.c.id))).mappings())


async def clusters_with(connection: Connection, rules: Collection[str]) -> frozenset[str]:
    """The clusters of which any of these rules is firing."""
    query = select(incidents.c.cluster).where(_OPEN, incidents.c.firing, incidents.c.rule.in_(rules)).distinct()
    return frozenset((await connection.execute(query)).scalars())


async def add(connection: Connection, rows: Sequence[Row]) -> list[int]:
    """Write new ones and give their ids, in their order."""
    statement = insert(incidents).returning(incidents.c.id, sort_by_parameter_order=True)
    return list((await connection.execute(statement, rows)).scalars())


async def write(connection: Connection, rows: Sequence[Row]) -> None:
    """Overwrite those that are there."""
    if rows:
        await connection.execute(_UPDATE, [{**row, "of_id": row["id"]} for row in rows])


async def acknowledge(connection: Connection, incident_id: int, at: int | None, by: str, note: str) -> Row | None:
    """Note who looks after an open incident (`at` None: nobody), and give it; None if it isn't open."""
    statement = (
        update(incidents)
        .where(incidents.c.id == incident_id, _OPEN)
        .values(acknowledged_at=at, acknowledged_by=by, acknowledged_note=note)
        .returning(*incidents.c)
    )
    return (await connection.execute(statement)).mappings().one_or_none()


async def close_others(connection: Connection, clusters: Iterable[str], at: int, why: str) -> list[Row]:
    """Close the open incidents of all clusters but these, without an event that resolves them; give those."""
    gone = (
        update(incidents)
        .where(incidents.c.cluster.not_in(list(clusters)), _OPEN)
        .values(resolved_at=at, resolved_why=why, firing=False)
        .returning(*incidents.c)
    )
    return list((await connection.execute(gone)).mappings())


async def get(connection: Connection, incident_id: int) -> Row | None:
    query = select(incidents).where(incidents.c.id == incident_id)
    return (await connection.execute(query)).mappings().one_or_none()


async def by_id(connection: Connection, ids: Collection[int]) -> list[Row]:
    query = select(incidents).where(incidents.c.id.in_(ids)).order_by(incidents.c.id)
    return list((await connection.execute(query)).mappings())


async def find(connection: Connection, *, open_only: bool, limit: int, cluster: str | None = None) -> list[Row]:
    """The newest first, open ones before all others."""
    query = select(incidents).order_by(_OPEN.desc(), incidents.c.id.desc()).limit(limit)
    if open_only:
        query = query.where(_OPEN)
    if cluster is not None:
        query = query.where(incidents.c.cluster == cluster)
    return list((await connection.execute(query)).mappings())


async def prune(connection: Connection, before: int, limit: int) -> int:
    """Delete up to `limit` incidents resolved before a time and without deliveries; give how many."""
    told = select(delivery_incidents.c.delivery_id).where(delivery_incidents.c.incident_id == incidents.c.id)
    old = (
        select(incidents.c.id)
        .where(incidents.c.resolved_at < before, ~told.exists())
        .order_by(incidents.c.resolved_at)
        .limit(limit)
    )
    return (await connection.execute(delete(incidents).where(incidents.c.id.in_(old)))).rowcount
