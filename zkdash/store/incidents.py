"""The queries on incidents. Rows are mappings with the columns of `schema.incidents`."""

from __future__ import annotations

from sqlalchemy import delete, func, insert, literal, select, update

from zkdash.store.rows import Connection, Row
from zkdash.store.schema import deliveries, incidents

_OPEN = incidents.c.resolved_at.is_(None)


async def open_one(
    connection: Connection, *, cluster: str, rule: str, cause: str, reason: str, at: int, event_id: int
) -> int | None:
    """Open an incident and give its id; None if one is open already for this cluster and rule."""
    already = select(incidents.c.id).where(incidents.c.cluster == cluster, incidents.c.rule == rule, _OPEN)
    row = {
        "cluster": cluster,
        "rule": rule,
        "cause": cause,
        "reason": reason,
        "opened_at": at,
        "opened_event_id": event_id,
    }
    new = select(*(literal(value, incidents.c[name].type) for name, value in row.items())).where(~already.exists())
    statement = insert(incidents).from_select(list(row), new).returning(incidents.c.id)
    opened: int | None = (await connection.execute(statement)).scalar_one_or_none()
    return opened


async def resolve(connection: Connection, *, cluster: str, rule: str, at: int, event_id: int) -> Row | None:
    """Resolve the open incident of a cluster and rule, and give it; None if there is none."""
    statement = (
        update(incidents)
        .where(incidents.c.cluster == cluster, incidents.c.rule == rule, _OPEN)
        .values(resolved_at=at, resolved_event_id=event_id)
        .returning(*incidents.c)
    )
    return (await connection.execute(statement)).mappings().one_or_none()


async def find(connection: Connection, *, open_only: bool, limit: int) -> list[Row]:
    """The newest first, open ones before all others."""
    query = select(incidents).order_by(_OPEN.desc(), incidents.c.id.desc()).limit(limit)
    if open_only:
        query = query.where(_OPEN)
    return list((await connection.execute(query)).mappings())


async def get(connection: Connection, incident_id: int) -> Row | None:
    query = select(incidents).where(incidents.c.id == incident_id)
    return (await connection.execute(query)).mappings().first()


async def count_open(connection: Connection) -> int:
    return int((await connection.execute(select(func.count()).select_from(incidents).where(_OPEN))).scalar_one())


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
