"""The queries on deliveries. Rows are mappings with the columns of `schema.deliveries`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import BigInteger, bindparam, delete, func, insert, literal_column, select, update
from sqlalchemy.sql import Select

from zkdash.store.rows import Connection, Row
from zkdash.store.schema import deliveries

# Spelt out and not as a parameter: only so can the engines see that the index of owed deliveries fits.
_OWED = deliveries.c.state == literal_column("'owed'")

# Statements that are made often are made once.

_TRIED = (
    update(deliveries)
    .where(deliveries.c.id == bindparam("delivery_id"), _OWED | (bindparam("sent_at", type_=BigInteger).is_not(None)))
    .values(
        {name: bindparam(name) for name in ("state", "tries", "next_try_at", "last_status", "last_error", "sent_at")}
    )
)


def _heads() -> Select[Any]:
    earlier = deliveries.alias("earlier")
    ahead = select(earlier.c.id).where(
        earlier.c.incident_id == deliveries.c.incident_id,
        earlier.c.route == deliveries.c.route,
        earlier.c.event_id < deliveries.c.event_id,
        earlier.c.state == literal_column("'owed'"),
    )
    return (
        select(deliveries)
        .where(
            _OWED,
            deliveries.c.route == bindparam("route"),
            deliveries.c.id.not_in(bindparam("without", expanding=True)),
            ~ahead.exists(),
        )
        .order_by(deliveries.c.next_try_at, deliveries.c.event_id)
        .limit(bindparam("at_most"))
    )


_HEADS = _heads()


async def add(connection: Connection, rows: Sequence[Row]) -> None:
    await connection.execute(insert(deliveries), rows)


async def heads(connection: Connection, route: str, *, without: Collection[str], limit: int) -> list[Row]:
    """The owed deliveries of a route that may be tried, those first whose time comes first.

    Of each incident only the oldest may: a recovery never overtakes its loss. `without` are the ids of those
    that are being tried now.
    """
    found = await connection.execute(_HEADS, {"route": route, "without": list(without), "at_most": limit})
    return list(found.mappings())


async def tried(connection: Connection, outcomes: Sequence[Row]) -> None:
    """Write what came of tries. Absolute values: writing it twice is the same as once.

    A delivery that was dropped meanwhile stays so, unless the receiver has taken it.
    """
    await connection.execute(_TRIED, outcomes)


async def by_id(connection: Connection, ids: Collection[str]) -> list[Row]:
    return list((await connection.execute(select(deliveries).where(deliveries.c.id.in_(ids)))).mappings())


# No answer, or one that says the receiver was broken: not one that asks to be left alone (429, 503).
_WAS_DOWN = deliveries.c.last_status.is_(None) | deliveries.c.last_status.in_((500, 502, 504))


async def hurry(connection: Connection, route: str, at: int) -> None:
    """Let what is owed to a receiver that was down, and is back, wait no longer than to a time."""
    statement = update(deliveries).where(
        _OWED, deliveries.c.route == route, deliveries.c.next_try_at > at, deliveries.c.tries > 0, _WAS_DOWN
    )
    await connection.execute(statement.values(next_try_at=at))


async def drop_others(connection: Connection, routes: Collection[str], reason: str) -> list[Row]:
    """Give up what is owed to routes other than these, and give those deliveries."""
    statement = (
        update(deliveries)
        .where(_OWED, deliveries.c.route.not_in(routes))
        .values(state="dropped", last_error=reason)
        .returning(*deliveries.c)
    )
    return list((await connection.execute(statement)).mappings())


async def find(connection: Connection, *, incident: int | None, event: int | None, limit: int) -> list[Row]:
    """The newest first."""
    query = select(deliveries).order_by(deliveries.c.created_at.desc(), deliveries.c.event_id.desc(), deliveries.c.id)
    if incident is not None:
        query = query.where(deliveries.c.incident_id == incident)
    if event is not None:
        query = query.where(deliveries.c.event_id == event)
    return list((await connection.execute(query.limit(limit))).mappings())


async def count_by_state(connection: Connection) -> dict[str, int]:
    query = select(deliveries.c.state, func.count()).group_by(deliveries.c.state)
    return {str(state): int(count) for state, count in await connection.execute(query)}


async def failing_routes(connection: Connection) -> set[str]:
    """The routes with something owed that was tried in vain."""
    query = select(deliveries.c.route).where(_OWED, deliveries.c.tries > 0).distinct()
    return set((await connection.execute(query)).scalars())


async def prune(connection: Connection, before: int, limit: int) -> int:
    """Delete up to `limit` deliveries made before a time that are no longer owed; give how many."""
    old = (
        select(deliveries.c.id)
        .where(deliveries.c.created_at < before, ~_OWED)
        .order_by(deliveries.c.created_at)
        .limit(limit)
    )
    return (await connection.execute(delete(deliveries).where(deliveries.c.id.in_(old)))).rowcount
