"""Which deliveries are only about what somebody may see, as a condition of queries."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, or_, select

from zkdash.store.schema import deliveries, delivery_incidents, incidents


@dataclass(frozen=True, slots=True)
class Within:
    """The clusters that may be told of, and the routes whose tests, which tell of none, may be."""

    clusters: tuple[str, ...]
    routes: tuple[str, ...]


def is_within(bounds: Within) -> ColumnElement[bool]:
    """That a delivery tells of these clusters alone; of one that tells of what is forgotten nobody knows it."""
    its, about = delivery_incidents.c, incidents.c
    told = select(its.delivery_id).where(its.delivery_id == deliveries.c.id)
    seen = told.join(incidents, about.id == its.incident_id).where(about.cluster.in_(bounds.clusters))
    joined = delivery_incidents.outerjoin(incidents, about.id == its.incident_id)
    hidden = (
        select(its.delivery_id)
        .select_from(joined)
        .where(its.delivery_id == deliveries.c.id, or_(about.cluster.is_(None), about.cluster.not_in(bounds.clusters)))
    )
    one = deliveries.c.cluster.in_(bounds.clusters)
    several = and_(deliveries.c.cluster == "", seen.exists())
    test = and_(deliveries.c.kind == "test", deliveries.c.route.in_(bounds.routes), ~told.exists())
    return or_(and_(or_(one, several), ~hidden.exists()), test)
