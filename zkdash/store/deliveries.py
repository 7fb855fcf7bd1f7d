"""The queries on deliveries. Rows are mappings with the columns of `schema.deliveries`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import BigInteger, bindparam, delete, func, insert, literal_column, select, update
from sqlalchemy.sql import Select

from zkdash.store.rows import Connection, Row
from zkdash.store.schema import attempts, deliveries, delivery_incidents

# Spelt out and not as a parameter: only so can the engines see that the index of owed deliveries fits.
_OWED = deliveries.c.state == literal_column("'owed'")

_OUTCOME = ("state", "tries", "refusals", "next_try_at", "last_status", "last_error", "sent_at")

# Statements that are made often are made once.

_TRIED = (
    update(deliveries)
    .where(deliveries.c.id == bindparam("delivery_id"), _OWED | (bindparam("sent_at", type_=BigInteger).is_not(None)))
    .values({name: bindparam(name) for name in _OUTCOME})
)


def _heads() -> Select[Any]:
    earlier, its, mine = deliveries.alias("earlier"), delivery_incidents.alias("its"), delivery_incidents.alias("mine")
    ahead = (
        select(earlier.c.id)
        .join(its, its.c.delivery_id == earlier.c.id)
        .join(mine, mine.c.about == its.c.about)
        .where(
            mine.c.delivery_id == deliveries.c.id,
            earlier.c.route == deliveries.c.route,
            earlier.c.number < deliveries.c.number,
            earlier.c.state == literal_column("'owed'"),
        )
    )
    return (
        select(deliveries)
        .where(
            _OWED,
            deliveries.c.route == bindparam("route"),
            deliveries.c.id.not_in(bindparam("without", expanding=True)),
            ~ahead.exists(),
        )
        .order_by(deliveries.c.next_try_at, deliveries.c.number)
        .limit(bindparam("at_most"))
    )


_HEADS = _heads()


_LAST_NUMBER = select(func.coalesce(func.max(deliveries.c.number), 0))
_ATTEMPTS = insert(attempts)


async def last_number(connection: Connection) -> int:
    """The highest number of a delivery, 0 if there is none."""
    return int((await connection.execute(_LAST_NUMBER)).scalar_one())


async def add(connection: Connection, rows: Sequence[Row], incidents: Sequence[Row]) -> None:
    """Write deliveries, and what each tells of (rows of `schema.delivery_incidents`)."""
    await connection.execute(insert(deliveries), rows)
    if incidents:
        await connection.execute(insert(delivery_incidents), incidents)


async def heads(connection: Connection, route: str, *, without: Collection[str], limit: int) -> list[Row]:
    """The owed deliveries of a route that may be tried, those first whose time comes first.

    Of what tells of the same only the oldest may: a recovery never overtakes its loss. `without` are the ids of those
    that are being tried now.
    """
    found = await connection.execute(_HEADS, {"route": route, "without": list(without), "at_most": limit})
    return list(found.mappings())


async def tried(connection: Connection, outcomes: Sequence[Row], tries: Sequence[Row]) -> None:
    """Write what came of tries: what changes of the deliveries, and rows of `schema.attempts`.

    A delivery that was dropped meanwhile stays so, unless the receiver has taken it.
    """
    await connection.execute(_TRIED, outcomes)
    # Written a second time, if nobody knows whether the first has held, it is the same.
    known = {
        (row.delivery_id, row.n)
        for row in await connection.execute(
            select(attempts.c.delivery_id, attempts.c.n).where(
                attempts.c.delivery_id.in_([row["delivery_id"] for row in tries])
            )
        )
    }
    if fresh := [row for row in tries if (row["delivery_id"], row["n"]) not in known]:
        await connection.execute(_ATTEMPTS, fresh)


async def owe_again(connection: Connection, delivery_id: str, at: int) -> None:
    """Owe what is owed or was given up from a time on."""
    again = {"state": "owed", "next_try_at": at, "created_at": at, "refusals": 0}
    await connection.execute(update(deliveries).where(deliveries.c.id == delivery_id).values(again))


async def hurry_all(connection: Connection, at: int) -> None:
    """Let nothing that is owed wait longer than until a time."""
    late = update(deliveries).where(_OWED, deliveries.c.next_try_at > at)
    await connection.execute(late.values(next_try_at=at))


async def hurry_from_ahead(connection: Connection, at: int) -> None:
    """The same for what was tried, or owed, at a time that is yet to come: the clock was set back since."""
    tried = select(attempts.c.n).where(attempts.c.delivery_id == deliveries.c.id, attempts.c.at > at)
    late = update(deliveries).where(
        _OWED, deliveries.c.next_try_at > at, (deliveries.c.created_at > at) | tried.exists()
    )
    await connection.execute(late.values(next_try_at=at))


async def attempts_of(connection: Connection, delivery_id: str) -> list[Row]:
    """The tries of a delivery, the first first."""
    query = select(attempts).where(attempts.c.delivery_id == delivery_id).order_by(attempts.c.n)
    return list((await connection.execute(query)).mappings())


async def incidents_of(connection: Connection, ids: Collection[str]) -> dict[str, list[int]]:
    """The incidents that deliveries tell of."""
    its = delivery_incidents.c
    found: dict[str, list[int]] = {id: [] for id in ids}
    query = select(its.delivery_id, its.incident_id).where(its.delivery_id.in_(ids)).order_by(its.incident_id)
    for delivery_id, incident_id in await connection.execute(query):
        found[delivery_id].append(incident_id)
    return found


async def told(connection: Connection, delivery_id: str) -> list[Row]:
    """The rows of `schema.delivery_incidents` of a delivery."""
    query = select(delivery_incidents).where(delivery_incidents.c.delivery_id == delivery_id)
    return list((await connection.execute(query)).mappings())


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


async def find(
    connection: Connection, *, incident: int | None, event: int | None, route: str | None, limit: int
) -> list[Row]:
    """The newest first."""
    query = select(deliveries).order_by(deliveries.c.created_at.desc(), deliveries.c.number.desc(), deliveries.c.id)
    its = select(delivery_incidents.c.delivery_id)
    if incident is not None:
        query = query.where(deliveries.c.id.in_(its.where(delivery_incidents.c.incident_id == incident)))
    if event is not None:
        query = query.where(deliveries.c.id.in_(its.where(delivery_incidents.c.event_id == event)))
    if route is not None:
        query = query.where(deliveries.c.route == route)
    return list((await connection.execute(query.limit(limit))).mappings())


async def count_by_state(connection: Connection) -> dict[str, int]:
    query = select(deliveries.c.state, func.count()).group_by(deliveries.c.state)
    return {str(state): int(count) for state, count in await connection.execute(query)}


async def failing_routes(connection: Connection) -> set[str]:
    """The routes whose last delivery that was tried has not been taken."""
    newest = (
        select(deliveries.c.route, func.max(deliveries.c.number).label("number"))
        .where(deliveries.c.tries > 0)
        .group_by(deliveries.c.route)
        .subquery()
    )
    query = (
        select(deliveries.c.route)
        .join(newest, (newest.c.route == deliveries.c.route) & (newest.c.number == deliveries.c.number))
        .where(deliveries.c.state.in_(("owed", "failed")), deliveries.c.tries > 0)
    )
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
