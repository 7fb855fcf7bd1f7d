"""The queries behind pages of incidents and deliveries: filtered, the newest first, read on by number."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Select, select, true
from sqlalchemy.sql import ColumnElement

from zkdash.store.rows import Connection, Row
from zkdash.store.schema import deliveries, delivery_incidents, incidents, mutes, notifications, silences
from zkdash.store.visible import Within, is_within

_OPEN = incidents.c.resolved_at.is_(None)


async def incident_page(
    connection: Connection,
    *,
    clusters: Collection[str] | None,
    within: Collection[str] | None,
    rules: Collection[str] | None,
    severities: Collection[str] | None,
    is_open: bool | None,
    since: int | None,
    until: int | None,
    before: int | None,
    open_first: bool,
    limit: int,
) -> list[Row]:
    """Incidents that went on at some time in `since` <= time < `until`, with ids below `before`."""
    order = [_OPEN.desc(), incidents.c.id.desc()] if open_first else [incidents.c.id.desc()]
    query = select(incidents).order_by(*order).limit(limit)
    wanted: list[tuple[Collection[str] | None, ColumnElement[str]]] = [
        (clusters, incidents.c.cluster),
        (within, incidents.c.cluster),
        (rules, incidents.c.rule),
        (severities, incidents.c.severity),
    ]
    for values, column in wanted:
        if values is not None:
            query = query.where(column.in_(values))
    if is_open is not None:
        query = query.where(_OPEN if is_open else ~_OPEN)
    if since is not None:
        query = query.where(_OPEN | (incidents.c.resolved_at >= since))
    if until is not None:
        query = query.where(incidents.c.opened_at < until)
    if before is not None:
        query = query.where(incidents.c.id < before)
    return await _rows(connection, query)


async def incident_names(connection: Connection, within: Collection[str] | None) -> tuple[list[str], list[str]]:
    """The clusters and the rules of which there ever was an incident, in these clusters if any are given."""
    bounds = incidents.c.cluster.in_(within) if within is not None else true()
    found = []
    for column in (incidents.c.cluster, incidents.c.rule):
        rows = await connection.execute(select(column).where(bounds).distinct().order_by(column))
        found.append(list(rows.scalars()))
    return found[0], found[1]


async def of_event(connection: Connection, event_id: int) -> list[Row]:
    """The incidents that an event opened or resolved."""
    ends = (incidents.c.opened_event_id == event_id) | (incidents.c.resolved_event_id == event_id)
    return await _rows(connection, select(incidents).where(ends).order_by(incidents.c.id))


async def of_events(connection: Connection, event_ids: Collection[int]) -> list[Row]:
    """The incidents that were opened by any of these events."""
    opened = incidents.c.opened_event_id.in_(event_ids)
    return await _rows(connection, select(incidents).where(opened).order_by(incidents.c.id))


async def told(connection: Connection, incident_ids: Collection[int]) -> list[Row]:
    """What each route is told of these incidents."""
    query = select(notifications).where(notifications.c.incident_id.in_(incident_ids)).order_by(notifications.c.id)
    return await _rows(connection, query)


async def last_deliveries(connection: Connection, incident_ids: Collection[int]) -> list[Row]:
    """How far each delivery that tells of these incidents is, in the order that they were made in."""
    query = (
        select(deliveries.c.route, deliveries.c.state, deliveries.c.tries, delivery_incidents.c.incident_id)
        .join(delivery_incidents, delivery_incidents.c.delivery_id == deliveries.c.id)
        .where(delivery_incidents.c.incident_id.in_(incident_ids))
        .order_by(deliveries.c.number)
    )
    return await _rows(connection, query)


async def muting(connection: Connection, incident_ids: Collection[int]) -> list[Row]:
    """Which silences have kept these incidents from being told: all of `mutes`, and each silence's reason."""
    query = (
        select(mutes, silences.c.reason, silences.c.ended_at, silences.c.ends_at)
        .join(silences, silences.c.id == mutes.c.silence_id)
        .where(mutes.c.incident_id.in_(incident_ids))
        .order_by(mutes.c.at)
    )
    return await _rows(connection, query)


async def delivery_page(
    connection: Connection,
    *,
    routes: Collection[str] | None,
    states: Collection[str] | None,
    incident: int | None,
    event: int | None,
    before: int | None,
    within: Within | None,
    limit: int,
) -> list[Row]:
    """Deliveries with numbers below `before`, within bounds."""
    query = select(deliveries).order_by(deliveries.c.number.desc(), deliveries.c.id).limit(limit)
    if routes is not None:
        query = query.where(deliveries.c.route.in_(routes))
    if states is not None:
        query = query.where(deliveries.c.state.in_(states))
    its = select(delivery_incidents.c.delivery_id)
    if incident is not None:
        query = query.where(deliveries.c.id.in_(its.where(delivery_incidents.c.incident_id == incident)))
    if event is not None:
        query = query.where(deliveries.c.id.in_(its.where(delivery_incidents.c.event_id == event)))
    if before is not None:
        query = query.where(deliveries.c.number < before)
    if within is not None:
        query = query.where(is_within(within))
    return await _rows(connection, query)


async def is_delivery_within(connection: Connection, delivery_id: str, bounds: Within) -> bool:
    """Whether there is such a delivery, and it tells of nothing beyond these bounds."""
    query = select(deliveries.c.id).where(deliveries.c.id == delivery_id, is_within(bounds))
    return (await connection.execute(query)).first() is not None


async def _rows(connection: Connection, query: Select[tuple[object, ...]]) -> list[Row]:
    return list((await connection.execute(query)).mappings())
