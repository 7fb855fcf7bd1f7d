"""Pieces that several pages draw alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from zkdash.timeline.segments import Segment
from zkdash.web import lanes
from zkdash.web.render import fragment
from zkdash.web.words import standing

if TYPE_CHECKING:
    from zkdash.zookeeper.container import ClusterContainer


def facts(container: ClusterContainer) -> Markup:
    """The card of a cluster's own page: its state, and the facts of its session."""
    status = container.status
    return fragment(
        "cluster/_facts.html", cluster=container, status=status, standing=standing(status.state, status.cause)
    )


def patience(container: ClusterContainer | None) -> int:
    """How long (ms) a first connection may take before it counts as a loss."""
    return round(container.config.session_timeout_s * 1000) + 500 if container is not None else 0


def lane(name: str, segments: tuple[Segment, ...], since: int, until: int, patience_ms: int, *, live: bool) -> Markup:
    """One swimlane as it stands on a page; a live one is moved on by the browser."""
    return fragment(
        "components/_lane.html",
        name=name,
        bars=lanes.bars(segments, since, until, patience_ms, runs_on=live),
        words=lanes.in_words(segments, since, until, patience_ms),
        since=since,
        until=until,
        live=live,
    )
