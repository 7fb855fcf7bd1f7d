"""Pieces that several pages draw alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from zkdash.alerts.incident import Incident
from zkdash.timeline.segments import Segment
from zkdash.web import incident_marks, lanes
from zkdash.web.filters import count
from zkdash.web.lanes import Stretch
from zkdash.web.render import fragment
from zkdash.web.urls import at
from zkdash.web.words import Standing, standing, summary, worst

if TYPE_CHECKING:
    from zkdash.zookeeper.container import ClusterContainer


def facts(container: ClusterContainer) -> Markup:
    """The card of a cluster's own page: its state, and the facts of its session."""
    status = container.status
    return fragment(
        "cluster/_facts.html", cluster=container, status=status, standing=standing(status.state, status.cause)
    )


def lane_of(
    container: ClusterContainer | None, recorded: Sequence[Segment], now: int, *, to_now: bool = True
) -> tuple[Stretch, ...]:
    """A cluster's lane in words; where it reaches `to_now` it ends as the cluster stands now.

    Without a container it is one that is no longer watched.
    """
    if container is None:
        return lanes.stretches(recorded, 0)
    lane = lanes.stretches(recorded, round(container.config.session_timeout_s * 1000))
    if not to_now:
        return lane
    status = container.status
    return lanes.with_present(lane, standing(status.state, status.cause), status.since, now)


def swimlane(
    name: str, lane: Sequence[Stretch], since: int, until: int, *, live: bool, incidents: Sequence[Incident] = ()
) -> Markup:
    """One swimlane as it stands on a page, with marks for incidents; a live one is moved on by the browser."""
    marks = incident_marks.on_lane(incidents, since, until)
    marked = sum(mark.incidents for mark in marks)
    return fragment(
        "components/_lane.html",
        name=name,
        bars=lanes.bars(lane, since, until, runs_on=live),
        marks=marks,
        words=lanes.in_words(lane, since, until) + (f"; {count(marked, 'incident')}" if marks else ""),
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


def frame_of(standings: list[Standing], **troubles: object) -> Frame:
    """The frame of a page for clusters that stand so."""
    words, bad = summary(standings), worst(standings)
    favicon = at(f"/favicon.svg?state={bad or 'none'}")
    return Frame(
        words,
        favicon,
        fragment("components/_headline.html", worst=bad, summary=words, favicon=favicon),
        fragment("components/_banners.html", **troubles),
    )
