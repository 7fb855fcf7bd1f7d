"""The kept fragments: every cluster's card and entry at the side, drawn when it changes and joined on request."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from zkdash.access import Reach
from zkdash.clock import now_ms
from zkdash.log import get_logger
from zkdash.timeline.event import Event
from zkdash.timeline.segments import Segment
from zkdash.web import arranging
from zkdash.web.arranging import Arrangement, Placed
from zkdash.web.board_levels import SeenBoard, troubles
from zkdash.web.keys import Dashboard
from zkdash.web.live import LiveHub
from zkdash.web.pieces import Frame, facts, frame_of, lane_of, swimlane
from zkdash.web.render import fragment
from zkdash.web.server_rows import glance
from zkdash.web.trails import Spark, Trails
from zkdash.web.urls import url_for_cluster
from zkdash.web.wire import partial
from zkdash.web.words import Standing, standing
from zkdash.zookeeper.states import Cause

if TYPE_CHECKING:
    from zkdash.ensemble.view import View
    from zkdash.zookeeper.container import ClusterContainer

L = get_logger(__name__)

LANE_MS = 3 * 3_600_000
SPARKS_S = 60.0
"""How often a card's sparkline is looked at; only one that changed is drawn and sent."""
LANE_AGES_S = 60.0
"""How old a kept card's lane may get before it is drawn again; the browser moves it meanwhile."""
RETRY_S = 5.0
KEPT_LEVELS = 100
"""Of how many levels the frame is kept."""
BATCH = 20
"""How many cards are drawn before others get their turn on the event loop."""
STATE_MESSAGES = (
    "ZooKeeperContainer.state/CONNECTED!",
    "ZooKeeperContainer.state/SUSPENDED!",
    "ZooKeeperContainer.state/LOST!",
    "ZooKeeperContainer.notice!",
    "Cluster.reason!",
)


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of one cluster: how it stands, its card and its entry in the list at the side."""

    standing: Standing
    sort: str
    card: Markup
    side: Markup
    spark: Spark | None = None
    label: str = ""


class Board:
    """Source of the topics "frame" (on every page), "overview" and "cluster/NAME"."""

    def __init__(self, dashboard: Dashboard, hub: LiveHub, trails: Trails) -> None:
        self._dashboard = dashboard
        self._hub = hub
        self._trails = trails
        self._kept: dict[str, Kept] = {}
        self._lanes: dict[str, tuple[Segment, ...]] = {}
        self._stale: set[str] = set()
        self._wake = asyncio.Event()
        self._arranged: Counter[str] = Counter()
        self._tasks: tuple[asyncio.Task[None], ...] = ()
        self._nothing = {every: fragment("overview/_nothing.html", every=every) for every in (True, False)}
        self._frames: dict[Reach, Frame] = {}
        self._names: dict[Reach, dict[str, None]] = {}
        self._failing: tuple[str, ...] = ()
        self.version = 0
        """Grows with whatever is kept."""

    async def start(self) -> None:
        for message, method in self._heard():
            self._dashboard.PubSub.subscribe(message, method)
        self._on_clusters("Clusters.changed!")
        work = (self._read_lanes(), self._age_lanes(), self._age_sparks())
        self._tasks = tuple(asyncio.create_task(each) for each in work)

    async def stop(self) -> None:
        for message, method in self._heard():
            self._dashboard.PubSub.unsubscribe(message, method)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _heard(self) -> list[tuple[str, Callable[..., None]]]:
        return [(message, self._on_state) for message in STATE_MESSAGES] + [
            ("Event.recorded!", self._on_event),
            ("Clusters.changed!", self._on_clusters),
            ("History.trouble!", self._on_trouble),
            ("Alerts.held!", self._on_trouble),
            ("Ensemble.offline!", self._on_trouble),
            ("Delivery.changed!", self._on_delivery),
            ("Ensemble.verdict!", self._on_verdict),
        ]

    # What pages join

    def seen(self, level: Reach) -> SeenBoard:
        """As one level sees it."""
        return SeenBoard(self, level)

    def names(self, level: Reach) -> Collection[str]:
        """The clusters that a level sees, in the order of the configuration."""
        found = self._names.get(level)
        if found is None:
            if len(self._names) >= KEPT_LEVELS:
                self._names.clear()
            every = level.sees_every_cluster
            found = dict.fromkeys(name for name in self._kept if every or level.sees_cluster(name))
            self._names[level] = found
        return found

    def cards(self, level: Reach) -> Markup:
        """All cards that a level sees, trouble first."""
        ordered = sorted((self._kept[name] for name in self.names(level)), key=lambda kept: kept.sort)
        return Markup("").join(kept.card for kept in ordered) or self._nothing[level.sees_every_cluster]

    def arranged(self, level: Reach, wish: Arrangement) -> Markup:
        """The same cards in groups."""
        kept = ((name, self._kept[name]) for name in self.names(level))
        return arranging.arranged((Placed(name, one.label, one.sort, one.card) for name, one in kept), wish)

    def card(self, name: str) -> Markup:
        """One cluster's card."""
        return self._kept[name].card

    def side(self, level: Reach, current: str = "") -> Markup:
        """The list of clusters that a level sees, with one marked as the present page's."""
        joined = Markup("").join(self._kept[name].side for name in self.names(level))
        if current:
            href = Markup('href="{}"').format(url_for_cluster(current))
            joined = joined.replace(href, href + Markup(' aria-current="page"'), 1)
        return joined

    # The bus

    def _on_state(self, _message: str, container: ClusterContainer) -> None:
        if container.status.cause is Cause.STOPPED or self._dashboard.clusters.get(container.name) is not container:
            return  # one that a reload takes away or replaces: Clusters.changed! says so next
        before = self._kept.get(container.name)
        kept = self._redraw(container)
        self._offer(container.name)
        if before is not None and before.standing is not kept.standing:
            self._announce(container, kept.standing)

    def _on_event(self, _message: str, event: Event) -> None:
        self._stale.add(event.cluster)
        self._wake.set()

    def _on_clusters(self, _message: str) -> None:
        containers = list(self._dashboard.clusters)
        self._lanes = {each.name: self._lanes.get(each.name, ()) for each in containers}
        self._kept = {}
        self._names = {}
        for each in containers:
            self._redraw(each)
            self._stale.add(each.name)
        self._names = {}
        self._changed()
        for topic in ("overview", "frame", *self._arranged):
            self._offer_each(topic, "", lambda level, topic=topic: self.snapshot(topic, level))  # type: ignore[misc]  # bound now
        self._wake.set()

    def _on_verdict(self, _message: str, cluster: str, _view: View) -> None:
        container = self._dashboard.clusters.get(cluster)
        if container is not None and cluster in self._kept:
            self._redraw(container)
            self._offer_card(cluster)

    def _on_delivery(self, message: str, _delivery: object) -> None:
        failing = tuple(self._dashboard.alerts.failing())
        if failing != self._failing:
            self._failing = failing
            self._on_trouble(message)

    def _on_trouble(self, _message: str, *_: object) -> None:
        self._changed()
        self._offer_each("frame", "banners", lambda level: partial("banners", self.frame(level).banners, "innerMorph"))

    # Drawing

    def _redraw(self, container: ClusterContainer) -> Kept:
        status, now = container.status, now_ms()
        stands = standing(status.state, status.cause)
        context: dict[str, Any] = {"cluster": container, "status": status, "standing": stands}
        sort = f"{stands.rank} {container.name}"
        lane = lane_of(container, self._lanes.get(container.name, ()), now)
        view, spark = self._dashboard.ensemble.latest(container.name), self._trails.of_cluster(container.name, now)
        card = fragment(
            "overview/_card.html",
            **context,
            sort=sort,
            glance=glance(view) if view is not None and view.servers else None,
            spark=spark,
            lane=swimlane(container.name, lane, now - LANE_MS, now, live=True),
        )
        kept = Kept(stands, sort, card, fragment("components/_side_item.html", **context), spark, container.label)
        self._kept[container.name] = kept
        self._changed()
        return kept

    def _changed(self) -> None:
        self._frames = {}
        self.version += 1

    def frame(self, level: Reach) -> Frame:
        """What every page says of all clusters, drawn when somebody wants it and kept until something changes."""
        found = self._frames.get(level)
        if found is None:
            if len(self._frames) >= KEPT_LEVELS:
                self._frames.clear()
            standings = [self._kept[name].standing for name in self.names(level)]
            found = self._frames[level] = frame_of(standings, **troubles(self._dashboard, level))
        return found

    def _offer_each(self, topic: str, key: str, html: Callable[[Reach], str], name: str | None = None) -> None:
        """Offer a change of all clusters, or of one, to each level that sees it."""
        self._hub.forget()
        for level in self._hub.levels(topic):
            if name is None or name in self.names(level):
                self._hub.offer(topic, key, lambda level=level: html(level), level)  # type: ignore[misc]  # bound now

    def _offer(self, name: str) -> None:
        self._offer_card(name)
        side = partial(f"side-{name}", self._kept[name].side)
        self._offer_each("frame", name, lambda _: side, name)
        self._offer_each("frame", "headline", lambda level: partial("headline", self.frame(level).headline), name)
        topic = f"cluster/{name}"
        self._hub.offer(topic, "", lambda: self._facts(name))

    def _offer_card(self, name: str) -> None:
        card = partial(f"cluster-{name}", self._kept[name].card)
        for topic in ("overview", *self._arranged):
            self._offer_each(topic, name, lambda _: card, name)

    def _announce(self, container: ClusterContainer, stands: Standing) -> None:
        """What a screen reader says of a change."""

        def text(level: Reach) -> str:
            summary = self.frame(level).summary
            said = fragment("components/_announcement.html", cluster=container, standing=stands, summary=summary)
            return partial("news", said, "innerHTML")

        self._offer_each("frame", "announcer", text, container.name)

    # Lanes: read when something was recorded, drawn again as time goes on

    async def _read_lanes(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            names, self._stale = [name for name in self._stale if name in self._kept], set()
            if not names:
                continue
            now = now_ms()
            try:
                read = await self._dashboard.events.lanes(names, now - LANE_MS, now)
            except Exception as error:
                L.warning("The lanes can't be read.", struct_data={"error": str(error)})
                self._stale.update(names)
                await asyncio.sleep(RETRY_S)
                self._wake.set()
                continue
            self._lanes.update((name, read.get(name, ())) for name in names)
            for index, name in enumerate(names, 1):
                container = self._dashboard.clusters.get(name)
                if container is not None and name in self._kept:
                    self._redraw(container)
                    self._offer_card(name)
                if index % BATCH == 0:
                    await asyncio.sleep(0)

    async def _age_lanes(self) -> None:
        """Once a minute every card's lane is drawn for the present time, a few cards at a time."""
        while True:
            await asyncio.sleep(LANE_AGES_S)
            for index, container in enumerate(self._dashboard.clusters, 1):
                if container.name in self._kept:
                    self._redraw(container)
                if index % BATCH == 0:
                    await asyncio.sleep(0)

    async def _age_sparks(self) -> None:
        """Once a minute the cards whose sparkline has changed are drawn and sent, a few at a time."""
        while True:
            await asyncio.sleep(SPARKS_S)
            now, drawn = now_ms(), 0
            for container in self._dashboard.clusters:
                kept = self._kept.get(container.name)
                if kept is None or self._trails.of_cluster(container.name, now) == kept.spark:
                    continue
                self._redraw(container)
                self._offer_card(container.name)
                drawn += 1
                if drawn % BATCH == 0:
                    await asyncio.sleep(0)

    # As a source of topics

    def accepts(self, topic: str, level: Reach) -> bool:
        kind, _, name = topic.partition("/")
        return (
            topic in ("frame", "overview")
            or arranging.of_topic(topic) is not None
            or (kind == "cluster" and name in self.names(level))
        )

    async def open(self, topic: str, level: Reach) -> None:
        """Everything is kept already."""
        if arranging.of_topic(topic):
            self._arranged[topic] += 1

    def close(self, topic: str, level: Reach) -> None:
        """Everything stays kept."""
        if topic in self._arranged:
            self._arranged[topic] -= 1
            self._arranged += Counter()  # without those that nobody listens to

    def snapshot(self, topic: str, level: Reach) -> str:
        if wish := arranging.of_topic(topic):
            return partial("clusters", self.arranged(level, wish), "innerMorph")
        if topic == "overview":
            return partial("clusters", self.cards(level), "innerMorph")
        if topic == "frame":
            frame = self.frame(level)
            return (
                partial("headline", frame.headline)
                + partial("side", self.side(level), "innerMorph")
                + partial("banners", frame.banners, "innerMorph")
            )
        return self._facts(topic.partition("/")[2])

    def _facts(self, name: str) -> str:
        container = self._dashboard.clusters.get(name)
        if container is None:
            return partial("facts", fragment("cluster/_gone.html"))
        return partial("facts", facts(container))
