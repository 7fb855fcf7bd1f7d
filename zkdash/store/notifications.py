"""The queries on notifications. Rows are mappings with the columns of `schema.notifications`."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import bindparam, func, insert, literal_column, select, update

from zkdash.store.rows import Connection, Row
from zkdash.store.schema import incidents, notifications

# Spelt out and not as parameters: only so can the engines see that the index of live ones fits.
_LIVE = notifications.c.state.in_((literal_column("'waiting'"), literal_column("'told'")))

_UPDATE = (
    update(notifications)
    .where(notifications.c.id == bindparam("of_id"))
    .values({column.name: bindparam(column.name) for column in notifications.c if column.name != "id"})
)
_WAKE = (
    update(notifications)
    .where(notifications.c.incident_id.in_(bindparam("incident_ids", expanding=True)), _LIVE)
    .values(next_at=0)
)
_DUE = select(notifications.c.route).where(_LIVE, notifications.c.next_at <= bindparam("now")).distinct()
_CASES = (
    select(notifications, *(column.label(f"its_{column.name}") for column in incidents.c))
    .join(incidents, incidents.c.id == notifications.c.incident_id)
    .where(_LIVE, notifications.c.route.in_(bindparam("routes", expanding=True)))
    .order_by(notifications.c.id)
)


async def add(connection: Connection, rows: Sequence[Row]) -> None:
    if rows:
        await connection.execute(insert(notifications), rows)


async def write(connection: Connection, rows: Sequence[Row]) -> None:
    """Overwrite those that are there."""
    if rows:
        await connection.execute(_UPDATE, [{**row, "of_id": row["id"]} for row in rows])


async def wake(connection: Connection, incident_ids: Collection[int]) -> None:
    """Have a look at all that is told of these incidents, at once."""
    if incident_ids:
        await connection.execute(_WAKE, {"incident_ids": list(incident_ids)})


async def due_routes(connection: Connection, now: int) -> set[str]:
    """The routes for which something is to be looked at."""
    return set((await connection.execute(_DUE, {"now": now})).scalars())


async def next_look(connection: Connection) -> int | None:
    """When something is to be looked at next."""
    at: int | None = await connection.scalar(select(func.min(notifications.c.next_at)).where(_LIVE))
    return at


async def live(connection: Connection, routes: Collection[str]) -> list[tuple[Row, Row]]:
    """All live ones of some routes, each with its incident."""
    found = await connection.execute(_CASES, {"routes": list(routes)})
    own, its = [column.name for column in notifications.c], [column.name for column in incidents.c]
    return [
        (dict(zip(own, row[: len(own)], strict=True)), dict(zip(its, row[len(own) :], strict=True))) for row in found
    ]


async def of_incidents(connection: Connection, incident_ids: Collection[int]) -> list[Row]:
    query = select(notifications).where(notifications.c.incident_id.in_(incident_ids)).order_by(notifications.c.id)
    return list((await connection.execute(query)).mappings())


async def drop(connection: Connection, ids: Collection[int], why: str) -> None:
    statement = update(notifications).where(notifications.c.id.in_(ids), _LIVE).values(state="dropped", why=why)
    await connection.execute(statement)


async def drop_other_routes(connection: Connection, routes: Collection[str], why: str) -> None:
    """Give up what routes other than these were to be told."""
    statement = update(notifications).where(notifications.c.route.not_in(routes), _LIVE)
    await connection.execute(statement.values(state="dropped", why=why, muted=""))


async def drop_of_incidents(connection: Connection, incident_ids: Collection[int], why: str) -> None:
    """Give up what was to be told of these incidents."""
    statement = update(notifications).where(notifications.c.incident_id.in_(incident_ids), _LIVE)
    await connection.execute(statement.values(state="dropped", why=why, muted=""))
