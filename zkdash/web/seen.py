"""zkdash as far as somebody sees it: what is out of their reach is not there, wherever they ask for it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Any

from aiohttp import web

from zkdash.access import Reach
from zkdash.web.gate import reach_of
from zkdash.web.keys import ZKDASH, Dashboard
from zkdash.web.seen_alerts import SeenAlerts

if TYPE_CHECKING:
    from zkdash.timeline.event import Event
    from zkdash.timeline.segments import Segment
    from zkdash.zookeeper.container import ClusterContainer


class SeenClusters:
    """The watched clusters that a level sees, in the order of the configuration."""

    def __init__(self, dashboard: Dashboard, level: Reach) -> None:
        self._all = dashboard.clusters
        self._level = level

    def __iter__(self) -> Iterator[ClusterContainer]:
        return (one for one in self._all if self.sees(one.name))

    def names(self) -> list[str]:
        return [name for name in self._all.names() if self.sees(name)]

    def get(self, name: str) -> ClusterContainer | None:
        return self._all.get(name) if self.sees(name) else None

    def sees(self, name: str) -> bool:
        """Whether a cluster of this name, watched or not, may be told of."""
        return self._level.sees_every_cluster or self._level.sees_cluster(name)


class SeenEvents:
    """The log as far as it is about clusters that are seen. Every coroutine raises StoreUnavailable."""

    def __init__(self, dashboard: Dashboard, clusters: SeenClusters, level: Reach) -> None:
        self._all = dashboard.events
        self._clusters = clusters
        self._every = level.sees_every_cluster

    @property
    def trouble(self) -> str:
        """Why the log can't be written; empty when it can."""
        return self._all.trouble

    def within(self, asked: Collection[str] | None = None) -> Collection[str] | None:
        """The clusters that a query is about: those asked for (None: all) without those that aren't seen."""
        if asked is None:
            return None if self._every else self._clusters.names()
        return [name for name in asked if self._clusters.sees(name)]

    async def get(self, event_id: int) -> Event | None:
        """One event, or None if there is none of this id."""
        found = await self._all.get(event_id)
        return found if found is not None and self._clusters.sees(found.cluster) else None

    async def about(self, event_id: int) -> list[Event]:
        """The notices that add to a transition, oldest first."""
        return [each for each in await self._all.about(event_id) if self._clusters.sees(each.cluster)]

    async def find(self, *, clusters: Collection[str] | None = None, **filters: Any) -> list[Event]:
        """As `EventService.find`."""
        return await self._all.find(clusters=self.within(clusters), **filters)

    async def lanes(self, clusters: Collection[str], since: int, until: int) -> dict[str, tuple[Segment, ...]]:
        """As `EventService.lanes`; the lane of a cluster that isn't seen is that of one that never was."""
        seen = [name for name in clusters if self._clusters.sees(name)]
        found = await self._all.lanes(seen, since, until)
        return {name: found.get(name, ()) for name in clusters}


class Seen:
    """What pages, the API and live pushes may ask for, at one level. What is as all see it is `whole`'s."""

    def __init__(self, dashboard: Dashboard, level: Reach) -> None:
        self.whole = dashboard
        self.level = level
        self.clusters = SeenClusters(dashboard, level)
        self.events = SeenEvents(dashboard, self.clusters, level)
        self.alerts = SeenAlerts(dashboard, self.clusters, every=level.sees_every_cluster)


def seen(request: web.Request) -> Seen:
    """zkdash as far as who asks sees it."""
    return Seen(request.app[ZKDASH], reach_of(request).level)
