"""The kept cards: drawn once after their cluster has changed, by the board's work or by who wants one sooner."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from zkdash.access import Reach
from zkdash.clock import now_ms
from zkdash.timeline.segments import Segment
from zkdash.web.keys import Dashboard
from zkdash.web.pieces import lane_of, swimlane
from zkdash.web.render import fragment
from zkdash.web.server_rows import glance
from zkdash.web.trails import Spark, Trails
from zkdash.web.words import Standing, standing

if TYPE_CHECKING:
    from zkdash.zookeeper.container import ClusterContainer

LANE_MS = 3 * 3_600_000
KEPT_LEVELS = 100
"""For how many levels it is kept what they see."""


@dataclass(slots=True)
class Kept:
    """What is kept of one cluster: how it stands, and what was drawn of it since that changed, if anything."""

    container: ClusterContainer
    standing: Standing
    side: Markup | None = None
    card: Markup | None = None
    spark: Spark | None = None

    @property
    def sort(self) -> str:
        """Trouble first, then by name."""
        return f"{self.standing.rank} {self.container.name}"


class Cards:
    """The clusters in the order of the configuration, each with what is kept of it."""

    def __init__(self, dashboard: Dashboard, trails: Trails) -> None:
        self._dashboard = dashboard
        self._trails = trails
        self._kept: dict[str, Kept] = {}
        self._lanes: dict[str, tuple[Segment, ...]] = {}
        self._names: dict[Reach, dict[str, None]] = {}

    def reset(self, containers: Iterable[ClusterContainer]) -> None:
        """Keep these clusters and no others, all of them to be drawn anew."""
        self._names, self._kept = {}, {}
        for container in containers:
            self.change(container)
        self._lanes = {name: self._lanes.get(name, ()) for name in self._kept}

    def change(self, container: ClusterContainer) -> Kept:
        """A cluster's card is out of date, and its entry at the side if it stands otherwise now."""
        status, before = container.status, self._kept.get(container.name)
        kept = Kept(container, standing(status.state, status.cause))
        if before is not None and before.container is container and before.standing is kept.standing:
            kept.side = before.side
        self._kept[container.name] = kept
        return kept

    def recorded(self, lanes: dict[str, tuple[Segment, ...]]) -> None:
        """What the log has of some clusters."""
        self._lanes.update((name, lane) for name, lane in lanes.items() if name in self._kept)

    def get(self, name: str) -> Kept | None:
        """What is kept of a cluster."""
        return self._kept.get(name)

    def __contains__(self, name: str) -> bool:
        return name in self._kept

    def __iter__(self) -> Iterator[str]:
        return iter(tuple(self._kept))

    def names(self, level: Reach) -> dict[str, None]:
        """The clusters that a level sees, in the order of the configuration."""
        found = self._names.get(level)
        if found is None:
            if len(self._names) >= KEPT_LEVELS:
                self._names.clear()
            every = level.sees_every_cluster
            found = dict.fromkeys(name for name in self._kept if every or level.sees_cluster(name))
            self._names[level] = found
        return found

    def seen(self, level: Reach) -> list[Kept]:
        """What is kept of the clusters that a level sees."""
        return [self._kept[name] for name in self.names(level)]

    def side(self, name: str) -> Markup:
        """A cluster's entry in the list at the side."""
        kept = self._kept[name]
        if kept.side is None:
            kept.side = fragment("components/_side_item.html", **_context(kept))
        return kept.side

    def card(self, name: str) -> Markup:
        """A cluster's card."""
        kept = self._kept[name]
        if kept.card is None:
            kept.card = self._draw(kept)
        return kept.card

    def draw(self, name: str) -> None:
        """Have a card drawn, if there is still a cluster of that name."""
        if name in self._kept:
            self.card(name)

    def undrawn(self) -> list[str]:
        """The clusters whose card is to be drawn."""
        return [name for name, kept in self._kept.items() if kept.card is None]

    def has_another_spark(self, name: str, now: int) -> bool:
        """Whether the sparkline of a drawn card is no longer the one that it would get."""
        kept = self._kept[name]
        return kept.card is not None and self._trails.of_cluster(name, now) != kept.spark

    def _draw(self, kept: Kept) -> Markup:
        name, now = kept.container.name, now_ms()
        lane = lane_of(kept.container, self._lanes.get(name, ()), now)
        view, kept.spark = self._dashboard.ensemble.latest(name), self._trails.of_cluster(name, now)
        return fragment(
            "overview/_card.html",
            **_context(kept),
            sort=kept.sort,
            glance=glance(view) if view is not None and view.servers else None,
            spark=kept.spark,
            lane=swimlane(name, lane, now - LANE_MS, now, live=True),
        )


def _context(kept: Kept) -> dict[str, Any]:
    return {"cluster": kept.container, "status": kept.container.status, "standing": kept.standing}
