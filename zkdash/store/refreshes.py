"""What routes were told of that is still open."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select

from zkdash.store.rows import Connection, Row
from zkdash.store.schema import deliveries, delivery_incidents, incidents


async def told_and_open(connection: Connection, routes: Collection[str]) -> list[Row]:
    """`route`, `incident_id` and `payload` of each message that was taken and tells of what is open, oldest first."""
    query = (
        select(deliveries.c.route, delivery_incidents.c.incident_id, deliveries.c.payload)
        .join(delivery_incidents, delivery_incidents.c.delivery_id == deliveries.c.id)
        .join(incidents, incidents.c.id == delivery_incidents.c.incident_id)
        .where(
            deliveries.c.route.in_(list(routes)),
            deliveries.c.state == "sent",
            deliveries.c.kind != "resolved",
            incidents.c.resolved_at.is_(None),
        )
        .order_by(deliveries.c.number)
    )
    return [row._mapping for row in await connection.execute(query)]
