"""zkdash as far as somebody sees it: what is out of their reach is not there, wherever they ask for it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from aiohttp import web

from zkdash.access import Reach, Role
from zkdash.access.grant import Grant
from zkdash.access.sight import Sight
from zkdash.config import MaskingConfig
from zkdash.web.gate import reach_of, who_asks
from zkdash.web.keys import ZKDASH, Dashboard
from zkdash.web.seen_alerts import SeenAlerts
from zkdash.znodes.masking import Rules
from zkdash.znodes.seen import see

if TYPE_CHECKING:
    from zkdash.timeline.event import Event
    from zkdash.timeline.segments import Segment
    from zkdash.zookeeper.container import ClusterContainer


UNMASKING = Grant("", Role.VIEWER, unmask=True)
"""What [masking] unmask_without_sign_in gives."""


class SeenClusters:
    """The watched clusters that a level sees, in the order of the configuration, each as the level sees it."""

    def __init__(self, dashboard: Dashboard, level: Reach, *, unmask: bool = False) -> None:
        self._all = dashboard.clusters
        self._level = level
        self._unmask = unmask
        self._rules = rules_of(dashboard.config.masking)

    def __iter__(self) -> Iterator[ClusterContainer]:
        return (self._seen(one) for one in self._all if self.sees(one.name))

    def names(self) -> list[str]:
        return [name for name in self._all.names() if self.sees(name)]

    def get(self, name: str) -> ClusterContainer | None:
        found = self._all.get(name) if self.sees(name) else None
        return None if found is None else self._seen(found)

    def sees(self, name: str) -> bool:
        """Whether a cluster of this name, watched or not, may be told of."""
        return self._level.sees_every_cluster or self._level.sees_cluster(name)

    def _seen(self, container: ClusterContainer) -> ClusterContainer:
        return see(container, Sight(self._level, container.name, self._unmask), self._rules)


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
    """What pages, the API and live pushes may ask for, at one level. What is as all see it is `whole`'s.

    With `unmask` secrets are not masked where the level may see them.
    """

    def __init__(self, dashboard: Dashboard, level: Reach, *, unmask: bool = False) -> None:
        self.whole = dashboard
        self.level = level
        self.clusters = SeenClusters(dashboard, level, unmask=unmask)
        self.events = SeenEvents(dashboard, self.clusters, level)
        self.alerts = SeenAlerts(dashboard, self.clusters, every=level.sees_every_cluster)


def seen(request: web.Request, *, unmask: bool = False) -> Seen:
    """zkdash as far as who asks sees it."""
    return Seen(request.app[ZKDASH], level_of(request), unmask=unmask)


def level_of(request: web.Request) -> Reach:
    """The level of who asks."""
    level, person = reach_of(request).level, who_asks(request)
    freely = person is not None and person.via == "none" and request.app[ZKDASH].config.masking.unmask_without_sign_in
    return Reach(level.grants | {UNMASKING}) if freely else level


@lru_cache(maxsize=16)
def rules_of(config: MaskingConfig) -> Rules:
    """The rules of masking, made ready once."""
    return Rules(config)
