"""The board: every cluster's card and entry at the side, kept, joined on request and offered when they change."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from markupsafe import Markup

from zkdash.access import Reach
from zkdash.timeline.event import Event
from zkdash.web import arranging
from zkdash.web.arranging import Arrangement, Placed
from zkdash.web.board_cards import KEPT_LEVELS, Cards
from zkdash.web.board_levels import SeenBoard, troubles
from zkdash.web.board_offers import Offers
from zkdash.web.board_work import BoardWork
from zkdash.web.drawing import few_at_a_time
from zkdash.web.keys import Dashboard
from zkdash.web.live import LiveHub
from zkdash.web.pieces import Frame, facts, frame_of
from zkdash.web.render import fragment
from zkdash.web.trails import Trails
from zkdash.web.urls import url_for_cluster
from zkdash.web.wire import partial
from zkdash.zookeeper.states import Cause

if TYPE_CHECKING:
    from zkdash.ensemble.view import View
    from zkdash.zookeeper.container import ClusterContainer

STATE_MESSAGES = (
    "ZooKeeperContainer.state/CONNECTED!",
    "ZooKeeperContainer.state/SUSPENDED!",
    "ZooKeeperContainer.state/LOST!",
    "ZooKeeperContainer.notice!",
    "Cluster.reason!",
)


class Board:
    """Source of the topics "frame" (on every page), "overview" and "cluster/NAME"."""

    def __init__(self, dashboard: Dashboard, hub: LiveHub, trails: Trails) -> None:
        self._dashboard = dashboard
        self._cards = Cards(dashboard, trails)
        self._offers = Offers(hub, self._cards, self.frame)
        self._work = BoardWork(dashboard, self._cards, changed=self._out_of_date, offer=self._offers.card)
        self._nothing = {every: fragment("overview/_nothing.html", every=every) for every in (True, False)}
        self._frames: dict[Reach, Frame] = {}
        self._failing: tuple[str, ...] = ()
        self.version = 0
        """Grows with whatever is kept."""

    async def start(self) -> None:
        for message, method in self._heard():
            self._dashboard.PubSub.subscribe(message, method)
        self._on_clusters("Clusters.changed!")
        await self._work.start()

    async def stop(self) -> None:
        for message, method in self._heard():
            self._dashboard.PubSub.unsubscribe(message, method)
        await self._work.stop()

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

    async def drawn(self) -> None:
        """Wait until every card is drawn, a few at a time; after that it costs nothing to join them."""
        await few_at_a_time(self._cards.undrawn(), self._cards.draw)

    def seen(self, level: Reach) -> SeenBoard:
        """As one level sees it."""
        return SeenBoard(self, level)

    def names(self, level: Reach) -> Collection[str]:
        """The clusters that a level sees, in the order of the configuration."""
        return self._cards.names(level)

    def cards(self, level: Reach) -> Markup:
        """All cards that a level sees, trouble first."""
        ordered = sorted(self._cards.seen(level), key=lambda kept: kept.sort)
        joined = Markup("").join(self._cards.card(kept.container.name) for kept in ordered)
        return joined or self._nothing[level.sees_every_cluster]

    def arranged(self, level: Reach, wish: Arrangement) -> Markup:
        """The same cards in groups."""
        seen = ((kept.container, kept.sort) for kept in self._cards.seen(level))
        return arranging.arranged((Placed(one.name, one.label, sort, self.card(one.name)) for one, sort in seen), wish)

    def card(self, name: str) -> Markup:
        """One cluster's card."""
        return self._cards.card(name)

    def side(self, level: Reach, current: str = "") -> Markup:
        """The list of clusters that a level sees, with one marked as the present page's."""
        joined = Markup("").join(self._cards.side(name) for name in self.names(level))
        if current:
            href = Markup('href="{}"').format(url_for_cluster(current))
            joined = joined.replace(href, href + Markup(' aria-current="page"'), 1)
        return joined

    def frame(self, level: Reach) -> Frame:
        """What every page says of all clusters, drawn when somebody wants it and kept until something changes."""
        found = self._frames.get(level)
        if found is None:
            if len(self._frames) >= KEPT_LEVELS:
                self._frames.clear()
            standings = [kept.standing for kept in self._cards.seen(level)]
            found = self._frames[level] = frame_of(standings, **troubles(self._dashboard, level))
        return found

    # The bus

    def _on_state(self, _message: str, container: ClusterContainer) -> None:
        name = container.name
        if container.status.cause is Cause.STOPPED or self._dashboard.clusters.get(name) is not container:
            return  # one that a reload takes away or replaces: Clusters.changed! says so next
        before = self._cards.get(name)
        kept = self._cards.change(container)
        self._changed()
        self._work.draw(name)
        self._offers.side(name)
        self._offers.facts(name, lambda: self._facts(name))
        if before is not None and before.standing is not kept.standing:
            self._offers.announce(container, kept.standing)

    def _on_event(self, _message: str, event: Event) -> None:
        self._work.read(event.cluster)

    def _on_clusters(self, _message: str) -> None:
        containers = list(self._dashboard.clusters)
        self._cards.reset(containers)
        self._changed()
        for each in containers:
            self._work.draw(each.name)
            self._work.read(each.name)
        self._offers.everything(self.snapshot)

    def _on_verdict(self, _message: str, cluster: str, _view: View) -> None:
        self._out_of_date(cluster)
        self._work.draw(cluster)

    def _on_delivery(self, message: str, _delivery: object) -> None:
        failing = tuple(self._dashboard.alerts.failing())
        if failing != self._failing:
            self._failing = failing
            self._on_trouble(message)

    def _on_trouble(self, _message: str, *_: object) -> None:
        self._changed()
        self._offers.banners()

    def _out_of_date(self, name: str) -> None:
        container = self._dashboard.clusters.get(name)
        if container is not None and name in self._cards:
            self._cards.change(container)
            self._changed()

    def _changed(self) -> None:
        self._frames = {}
        self.version += 1

    # As a source of topics

    def accepts(self, topic: str, level: Reach) -> bool:
        kind, _, name = topic.partition("/")
        return (
            topic in ("frame", "overview")
            or arranging.of_topic(topic) is not None
            or (kind == "cluster" and name in self.names(level))
        )

    async def open(self, topic: str, level: Reach) -> None:
        """Have all cards drawn; all else is kept already."""
        if topic == "overview" or arranging.of_topic(topic):
            await self.drawn()
        if arranging.of_topic(topic):
            self._offers.arranged[topic] += 1

    def close(self, topic: str, level: Reach) -> None:
        """Everything stays kept."""
        arranged = self._offers.arranged
        if topic in arranged:
            arranged[topic] -= 1
            if not arranged[topic]:
                del arranged[topic]

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
