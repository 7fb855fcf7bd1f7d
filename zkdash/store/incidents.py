"""The queries on incidents. Rows are mappings with the columns of `schema.incidents`."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import bindparam, delete, insert, select, update

from zkdash.store.rows import Connection, Row
from zkdash.store.schema import deliveries, incidents

_OPEN = incidents.c.resolved_at.is_(None)


_NEW = ("cluster", "rule", "cause", "reason", "opened_at", "opened_event_id")
_ALREADY = select(incidents.c.id).where(
    incidents.c.cluster == bindparam("cluster"), incidents.c.rule == bindparam("rule"), _OPEN
)
_OPEN_ONE = (
    insert(incidents)
    .from_select(
        list(_NEW), select(*(bindparam(name, type_=incidents.c[name].type) for name in _NEW)).where(~_ALREADY.exists())
    )
    .returning(incidents.c.id)
)
_RESOLVE = (
    update(incidents)
    .where(incidents.c.cluster == bindparam("of_cluster"), incidents.c.rule == bindparam("of_rule"), _OPEN)
    .values(resolved_at=bindparam("resolved_at"), resolved_event_id=bindparam("resolved_event_id"))
    .returning(*incidents.c)
)


async def open_one(connection: Connection, row: Row) -> int | None:
    """Open an incident and give its id; None if one is open already for this cluster and rule."""
    opened: int | None = (await connection.execute(_OPEN_ONE, dict(row))).scalar_one_or_none()
    return opened


async def resolve(connection: Connection, *, cluster: str, rule: str, at: int, event_id: int) -> Row | None:
    """Resolve the open incident of a cluster and rule, and give it; None if there is none."""
    values = {"of_cluster": cluster, "of_rule": rule, "resolved_at": at, "resolved_event_id": event_id}
    return (await connection.execute(_RESOLVE, values)).mappings().one_or_none()


async def close_others(connection: Connection, clusters: Iterable[str], at: int) -> int:
    """Close the open incidents of all clusters but these, without an event that resolves them; give how many."""
    gone = update(incidents).where(incidents.c.cluster.not_in(list(clusters)), _OPEN).values(resolved_at=at)
    return (await connection.execute(gone)).rowcount


async def find(connection: Connection, *, open_only: bool, limit: int) -> list[Row]:
    """The newest first, open ones before all others."""
    query = select(incidents).order_by(_OPEN.desc(), incidents.c.id.desc()).limit(limit)
    if open_only:
        query = query.where(_OPEN)
    return list((await connection.execute(query)).mappings())


async def prune(connection: Connection, before: int, limit: int) -> int:
    """Delete up to `limit` incidents resolved before a time and without deliveries; give how many."""
    told = select(deliveries.c.id).where(deliveries.c.incident_id == incidents.c.id)
    old = (
        select(incidents.c.id)
        .where(incidents.c.resolved_at < before, ~told.exists())
        .order_by(incidents.c.resolved_at)
        .limit(limit)
    )
    return (await connection.execute(delete(incidents).where(incidents.c.id.in_(old)))).rowcount
