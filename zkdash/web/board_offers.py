"""What the board offers to the hub: to each level that sees it, and to nobody else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING

from zkdash.access import Reach
from zkdash.web.board_cards import Cards
from zkdash.web.live import LiveHub
from zkdash.web.pieces import Frame
from zkdash.web.render import fragment
from zkdash.web.wire import partial
from zkdash.web.words import Standing

if TYPE_CHECKING:
    from zkdash.zookeeper.container import ClusterContainer


class Offers:
    """Offers of the board's topics; `frame` gives what every page says to a level."""

    def __init__(self, hub: LiveHub, cards: Cards, frame: Callable[[Reach], Frame]) -> None:
        self._hub = hub
        self._cards = cards
        self._frame = frame
        self.arranged: Counter[str] = Counter()
        """The topics of cards in groups, with how many listen to each."""

    def each(self, topic: str, key: str, html: Callable[[Reach], str], name: str | None = None) -> None:
        """Offer a change of all clusters, or of one, to each level that sees it."""
        self._hub.forget()
        for level in self._hub.levels(topic):
            if name is None or name in self._cards.names(level):
                self._hub.offer(topic, key, lambda level=level: html(level), level)  # type: ignore[misc]  # bound now

    def everything(self, snapshot: Callable[[str, Reach], str]) -> None:
        """Other clusters are watched than before."""
        for topic in ("overview", "frame", *self.arranged):
            self.each(topic, "", lambda level, topic=topic: snapshot(topic, level))  # type: ignore[misc]  # bound now

    def card(self, name: str) -> None:
        """Draw a cluster's card, and offer it."""
        card = partial(f"cluster-{name}", self._cards.card(name))
        for topic in ("overview", *self.arranged):
            self.each(topic, name, lambda _: card, name)

    def side(self, name: str) -> None:
        """A cluster's entry in the list at the side, as it is when it's sent."""
        self.each("frame", name, lambda _: self._side(name), name)
        self.each("frame", "headline", lambda level: partial("headline", self._frame(level).headline), name)

    def _side(self, name: str) -> str:
        return partial(f"side-{name}", self._cards.side(name)) if name in self._cards else ""

    def facts(self, name: str, html: Callable[[], str]) -> None:
        """The facts on a cluster's own page."""
        self._hub.offer(f"cluster/{name}", "", html)

    def banners(self) -> None:
        """What is wrong with zkdash itself."""
        self.each("frame", "banners", lambda level: partial("banners", self._frame(level).banners, "innerMorph"))

    def announce(self, container: ClusterContainer, stands: Standing) -> None:
        """What a screen reader says of a change."""

        def text(level: Reach) -> str:
            summary = self._frame(level).summary
            said = fragment("components/_announcement.html", cluster=container, standing=stands, summary=summary)
            return partial("news", said, "innerHTML")

        self.each("frame", "announcer", text, container.name)
