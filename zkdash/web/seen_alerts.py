"""Incidents, deliveries, silences and routes as far as somebody sees the clusters that they are about."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from zkdash.alerts import pages
from zkdash.store.visible import Within

if TYPE_CHECKING:
    from zkdash.alerts.delivery import Attempt, Delivery, DeliveryState
    from zkdash.alerts.incident import Incident
    from zkdash.alerts.notification import Notification
    from zkdash.alerts.pages import Arrival, Mute
    from zkdash.alerts.silence import Silence
    from zkdash.config import AlertConfig
    from zkdash.web.keys import Dashboard
    from zkdash.web.seen import SeenClusters


class SeenAlerts:
    """What `AlertService` and the log of alerts answer. Every coroutine raises StoreUnavailable.

    A delivery or a silence that is about several clusters is there only for who sees all of them.
    """

    def __init__(self, dashboard: Dashboard, clusters: SeenClusters, *, every: bool) -> None:
        self._dashboard = dashboard
        self._alerts = dashboard.alerts
        self._clusters = clusters
        self._every = every

    @property
    def within(self) -> Collection[str] | None:
        """The clusters that queries are about; None for all."""
        return None if self._every else self._clusters.names()

    # Routes

    def routes(self) -> tuple[AlertConfig, ...]:
        """The routes that tell of a cluster that is seen; of their patterns only those that fit one."""
        routes = self._dashboard.config.alerts
        if self._every:
            return routes
        labels = [container.label for container in self._clusters]
        found = [
            replace(
                route, clusters=_fitting(route.clusters, self._clusters.names()), labels=_fitting(route.labels, labels)
            )
            for route in routes
        ]
        return tuple(
            shown
            for shown, route in zip(found, routes, strict=True)
            if shown.clusters and bool(shown.labels) == bool(route.labels)
        )

    def route(self, name: str) -> AlertConfig | None:
        """A route."""
        return next((route for route in self.routes() if route.name == name), None)

    def where(self, route: AlertConfig) -> str:
        """Where a route sends to, without secrets; nothing for who doesn't see all that it may tell of."""
        return route.settings.shown() if route.settings is not None and self._every else ""

    def failing(self) -> list[str]:
        """The routes whose last try failed."""
        names = {route.name for route in self.routes()}
        return [name for name in self._alerts.failing() if name in names]

    # Incidents

    async def page(self, wanted: pages.Filter, limit: int, *, open_first: bool = False) -> list[Incident]:
        """As `pages.incidents`."""
        wanted = replace(wanted, within=self.within)
        return await pages.incidents(self._dashboard.store, wanted, limit, open_first=open_first)

    async def incident(self, incident_id: int) -> Incident | None:
        found = await self._alerts.incident(incident_id)
        return found if found is not None and self._clusters.sees(found.cluster) else None

    async def of_event(self, event_id: int) -> list[Incident]:
        """The incidents that an event opened or resolved."""
        return self._seen(await pages.of_event(self._dashboard.store, event_id))

    async def muted_by(self, silence_id: int) -> list[Incident]:
        """The incidents that a silence kept from being told, the newest first."""
        return self._seen(await self._alerts.muted_by(silence_id))

    async def names(self) -> tuple[list[str], list[str]]:
        """The clusters and the rules of which there ever was an incident."""
        return await pages.names(self._dashboard.store, self.within)

    async def notifications(self, incident_id: int) -> list[Notification]:
        """What each route is told of an incident that is seen."""
        return await self._alerts.notifications(incident_id)

    async def told(self, incident_ids: Collection[int]) -> dict[int, list[Notification]]:
        """By incident, what each route is told of it."""
        return await pages.notifications(self._dashboard.store, incident_ids)

    async def arrivals(self, incident_ids: Collection[int]) -> dict[tuple[int, str], Arrival]:
        """By incident and route, how far the newest message of it is."""
        return await pages.arrivals(self._dashboard.store, incident_ids)

    async def mutes(self, incident_ids: Collection[int], now: int) -> dict[int, list[Mute]]:
        """By incident, the silences that have kept it from being told."""
        found = await pages.mutes(self._dashboard.store, incident_ids, now)
        if self._every:
            return found
        silences = {silence.id for silence in await self.silences()}
        return {id: [mute for mute in mutes if mute.silence_id in silences] for id, mutes in found.items()}

    # Deliveries

    async def deliveries(
        self,
        *,
        routes: Collection[str] = (),
        states: Collection[DeliveryState] = (),
        incident: int | None = None,
        event: int | None = None,
        before: int | None = None,
        limit: int,
    ) -> list[Delivery]:
        """The newest first; `before` is a delivery's number."""
        return await pages.deliveries(
            self._dashboard.store,
            routes=routes,
            states=states,
            incident=incident,
            event=event,
            before=before,
            within=self._bounds(),
            limit=limit,
        )

    async def delivery(self, delivery_id: str) -> Delivery | None:
        found = await self._alerts.delivery(delivery_id)
        bounds = self._bounds()
        if found is None or bounds is None:
            return found
        return found if await pages.is_within(self._dashboard.store, delivery_id, bounds) else None

    async def told_of(self, delivery_id: str) -> list[int]:
        """The ids of the incidents that a delivery that is seen tells of."""
        return (await self._alerts.told_of([delivery_id])).get(delivery_id, [])

    async def attempts(self, delivery_id: str) -> list[Attempt]:
        """The tries of a delivery that is seen, the first first."""
        return await self._alerts.attempts(delivery_id)

    # Silences

    async def silences(self) -> list[Silence]:
        """The newest first, also those that are over."""
        found = await self._alerts.silences()
        if self._every:
            return found
        labels = [container.label for container in self._clusters]
        return [
            one
            for one in found
            if _fitting(one.matchers.clusters, self._clusters.names()) == one.matchers.clusters
            and _fitting(one.matchers.labels, labels) == one.matchers.labels
        ]

    async def silence(self, silence_id: int) -> Silence | None:
        """One silence."""
        return next((each for each in await self.silences() if each.id == silence_id), None)

    def _seen(self, incidents: list[Incident]) -> list[Incident]:
        return [each for each in incidents if self._clusters.sees(each.cluster)]

    def _bounds(self) -> Within | None:
        if self._every:
            return None
        return Within(tuple(self._clusters.names()), tuple(route.name for route in self.routes()))


def _fitting(patterns: Collection[str], names: Collection[str]) -> tuple[str, ...]:
    """The patterns that fit one of the names."""
    return tuple(pattern for pattern in patterns if any(fnmatchcase(name, pattern) for name in names))
