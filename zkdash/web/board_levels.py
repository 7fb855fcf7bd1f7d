"""The board as those see it who may not see all of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from zkdash.access import Reach
from zkdash.web.keys import Dashboard
from zkdash.web.pieces import Frame

if TYPE_CHECKING:
    from zkdash.web.board import Board

HELD, OFFLINE = "It is offline or overloaded.", "It can't tell how the clusters are."


class SeenBoard:
    """The board as one level sees it."""

    def __init__(self, board: Board, level: Reach) -> None:
        self._board = board
        self._level = level

    @property
    def frame(self) -> Frame:
        """What every page says of all clusters, drawn when somebody wants it and kept until something changes."""
        return self._board.frame(self._level)

    def cards(self) -> Markup:
        """All cards, trouble first."""
        return self._board.cards(self._level)

    def side(self, current: str = "") -> Markup:
        """The list of clusters in the order of the configuration, with one marked as the present page's."""
        return self._board.side(self._level, current)


def troubles(dashboard: Dashboard, level: Reach) -> dict[str, object]:
    """What is wrong with zkdash itself. Who doesn't see all clusters is told no numbers and no names."""
    every = level.sees_every_cluster
    return {
        "reload_trouble": dashboard.reload_trouble if every else "",
        "history_trouble": dashboard.events.trouble,
        "held": dashboard.alerts.held if every else dashboard.alerts.held and HELD,
        "failing": tuple(dashboard.alerts.failing()) if every else (),
        "samples_trouble": dashboard.history.trouble,
        "offline": dashboard.ensemble.offline if every else dashboard.ensemble.offline and OFFLINE,
    }
