"""The queries on events. Rows are mappings with the columns of `schema.events`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Text, column, delete, func, insert, select, update, values
from sqlalchemy.sql import Select

from zkdash.store.rows import Connection, Row
from zkdash.store.schema import deliveries, delivery_incidents, events, incidents


async def add(connection: Connection, rows: Sequence[Row]) -> list[int]:
    """Write events in this order and give their ids, which grow."""
    result = await connection.execute(insert(events).returning(events.c.id, sort_by_parameter_order=True), rows)
    return list(result.scalars())


async def link(connection: Connection, notices: Collection[int]) -> dict[int, int]:
    """Tie notices to what they add to: the last transition to LOST before each. Gives {notice: transition}."""
    earlier = events.alias("earlier")
    lost = (
        select(func.max(earlier.c.id))
        .where(
            earlier.c.cluster == events.c.cluster,
            earlier.c.kind == "state",
            earlier.c.to_state == "LOST",
            earlier.c.id < events.c.id,
        )
        .scalar_subquery()
    )
    statement = update(events).where(events.c.id.in_(notices)).values(about=lost).returning(events.c.id, events.c.about)
    found = await connection.execute(statement)
    return {notice: about for notice, about in found if about is not None}


async def of_run(connection: Connection, run_id: int, first: int, last: int) -> list[Row]:
    """The events that the process `run_id` has numbered from `first` to `last`, in order."""
    query = select(events).where(events.c.run_id == run_id, events.c.seq.between(first, last)).order_by(events.c.seq)
    return list((await connection.execute(query)).mappings())


async def get(connection: Connection, event_id: int) -> Row | None:
    return (await connection.execute(select(events).where(events.c.id == event_id))).mappings().first()


async def by_id(connection: Connection, ids: Collection[int]) -> list[Row]:
    return list((await connection.execute(select(events).where(events.c.id.in_(ids)))).mappings())


async def last_before(connection: Connection, cluster: str, event_id: int, limit: int) -> list[Row]:
    """The last events of a cluster before an event, the newest first."""
    query = select(events).where(events.c.cluster == cluster, events.c.id < event_id).order_by(events.c.id.desc())
    return list((await connection.execute(query.limit(limit))).mappings())


async def about(connection: Connection, event_id: int) -> list[Row]:
    """The notices that add to the transition `event_id`, oldest first."""
    query = select(events).where(events.c.about == event_id).order_by(events.c.id)
    return list((await connection.execute(query)).mappings())


async def find(
    connection: Connection,
    *,
    clusters: Collection[str] | None,
    states: Collection[str] | None,
    since: int | None,
    until: int | None,
    before: int | None,
    after: int | None,
    limit: int,
) -> list[Row]:
    """The newest events first; with `after`, the oldest of those that came later than that id first."""
    query = select(events)
    if clusters is not None:
        query = query.where(events.c.cluster.in_(clusters))
    if states is not None:
        query = query.where(events.c.to_state.in_(states))
    if since is not None:
        query = query.where(events.c.at >= since)
    if until is not None:
        query = query.where(events.c.at < until)
    if before is not None:
        query = query.where(events.c.id < before)
    if after is not None:
        query = query.where(events.c.id > after)
    order = events.c.id.desc() if after is None else events.c.id.asc()
    return list((await connection.execute(query.order_by(order).limit(limit))).mappings())


_MARK = (events.c.id, events.c.run_id, events.c.cluster, events.c.at, events.c.cause, events.c.to_state)


async def transitions(connection: Connection, clusters: Collection[str], since: int, until: int) -> list[Row]:
    """All transitions in the range and, of each cluster, the last before it; in the order they were written."""
    if not clusters:
        return []
    within: Select[Any] = select(*_MARK).where(
        events.c.cluster.in_(clusters), events.c.kind == "state", events.c.at >= since, events.c.at < until
    )
    # One descent of the index per cluster, instead of reading all that was ever written.
    lanes = values(column("name", Text), name="lanes").data([(name,) for name in clusters]).cte("lanes")
    last = (
        select(events.c.id)
        .where(events.c.cluster == lanes.c.name, events.c.kind == "state", events.c.at < since)
        .order_by(events.c.at.desc(), events.c.id.desc())
        .limit(1)
        .correlate(lanes)
        .scalar_subquery()
    )
    before: Select[Any] = select(*_MARK).where(events.c.id.in_(select(last).select_from(lanes)))
    rows = [*(await connection.execute(before)).mappings(), *(await connection.execute(within)).mappings()]
    return sorted(rows, key=lambda row: int(row["id"]))


async def prune(connection: Connection, before: int, limit: int) -> int:
    """Delete up to `limit` events older than `before`, and give how many.

    What is kept: the last event of each cluster, and what an incident or a delivery still tells of.
    """
    newer = events.alias("newer")
    later = select(newer.c.id).where(newer.c.cluster == events.c.cluster, newer.c.id > events.c.id)
    incident = select(incidents.c.id).where(
        (incidents.c.opened_event_id == events.c.id) | (incidents.c.resolved_event_id == events.c.id)
    )
    delivery = select(deliveries.c.id).where(deliveries.c.event_id == events.c.id)
    told = select(delivery_incidents.c.delivery_id).where(delivery_incidents.c.event_id == events.c.id)
    old = (
        select(events.c.id)
        .where(events.c.at < before, later.exists(), ~incident.exists(), ~delivery.exists(), ~told.exists())
        .order_by(events.c.at)
        .limit(limit)
    )
    return (await connection.execute(delete(events).where(events.c.id.in_(old)))).rowcount
