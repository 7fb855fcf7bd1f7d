"""Pieces that several pages draw alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from zkdash.timeline.segments import Segment
from zkdash.web import lanes
from zkdash.web.render import fragment
from zkdash.web.words import Standing, standing, summary, worst

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


@dataclass(frozen=True, slots=True)
class Frame:
    """What every page says of all clusters together."""

    summary: str
    favicon: str
    headline: Markup
    banners: Markup


def frame_of(standings: list[Standing], reload_trouble: str, history_trouble: str) -> Frame:
    """The frame of a page for clusters that stand so."""
    words, bad = summary(standings), worst(standings)
    favicon = f"/favicon.svg?state={bad or 'none'}"
    return Frame(
        words,
        favicon,
        fragment("components/_headline.html", worst=bad, summary=words, favicon=favicon),
        fragment("components/_banners.html", reload_trouble=reload_trouble, history_trouble=history_trouble),
    )
