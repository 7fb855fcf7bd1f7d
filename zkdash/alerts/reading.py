"""Reading what there is: incidents, what is told of them, deliveries with their tries, silences."""

from __future__ import annotations

from collections.abc import Sequence

from zkdash.alerts.delivery import Attempt, Delivery, attempt_of, delivery_of
from zkdash.alerts.incident import Incident, incident_of
from zkdash.alerts.notification import Notification, notification_of
from zkdash.alerts.silence import Silence, silence_of
from zkdash.store import deliveries as delivery_rows
from zkdash.store import incidents as incident_rows
from zkdash.store import notifications as notification_rows
from zkdash.store import silences as silence_rows
from zkdash.store.engine import Store


class Reading:
    """What `AlertService` answers. Every coroutine raises StoreUnavailable."""

    _store: Store

    async def incidents(self, open_only: bool = False, limit: int = 200, cluster: str | None = None) -> list[Incident]:
        """Open incidents first, then the newest first."""
        async with self._store.connect() as connection:
            rows = await incident_rows.find(connection, open_only=open_only, limit=limit, cluster=cluster)
        return [incident_of(row) for row in rows]

    async def incident(self, incident_id: int) -> Incident | None:
        async with self._store.connect() as connection:
            row = await incident_rows.get(connection, incident_id)
        return None if row is None else incident_of(row)

    async def notifications(self, incident_id: int) -> list[Notification]:
        """What each route is told of an incident."""
        async with self._store.connect() as connection:
            return [notification_of(row) for row in await notification_rows.of_incidents(connection, [incident_id])]

    async def deliveries(
        self, limit: int = 200, incident: int | None = None, event: int | None = None, route: str | None = None
    ) -> list[Delivery]:
        """The newest first; those that tell of one incident or event, or a route, if it is given."""
        async with self._store.connect() as connection:
            rows = await delivery_rows.find(connection, incident=incident, event=event, route=route, limit=limit)
        return [delivery_of(row) for row in rows]

    async def delivery(self, delivery_id: str) -> Delivery | None:
        async with self._store.connect() as connection:
            rows = await delivery_rows.by_id(connection, [delivery_id])
        return delivery_of(rows[0]) if rows else None

    async def told_of(self, delivery_ids: Sequence[str]) -> dict[str, list[int]]:
        """The ids of the incidents that each delivery tells of."""
        async with self._store.connect() as connection:
            return await delivery_rows.incidents_of(connection, delivery_ids)

    async def attempts(self, delivery_id: str) -> list[Attempt]:
        """The tries of a delivery, the first first."""
        async with self._store.connect() as connection:
            return [attempt_of(row) for row in await delivery_rows.attempts_of(connection, delivery_id)]

    async def silences(self) -> list[Silence]:
        """The newest first, also those that are over."""
        async with self._store.connect() as connection:
            return [silence_of(row) for row in await silence_rows.find(connection)]

    async def muted_by(self, silence_id: int) -> list[Incident]:
        """The incidents that a silence kept from being told, the newest first."""
        async with self._store.connect() as connection:
            return [incident_of(row) for row in await silence_rows.muted_by(connection, silence_id)]
