"""What one view of the timeline shows."""

from __future__ import annotations

import asyncio

from markupsafe import Markup

from zkdash.access import Reach
from zkdash.alerts.incident import Incident
from zkdash.timeline.event import Event
from zkdash.timeline.segments import Segment
from zkdash.web.timerange import View

PAGE = 100
"""How many rows one page of the list has."""


class Shown:
    """One view with what it shows to one level.

    `rows` is by event, newest first; `more` is whether there are older ones.
    """

    def __init__(self, view: View, level: Reach) -> None:
        self.view = view
        self.level = level
        self.viewers = 0
        self.ready = asyncio.Event()
        self.rows: dict[int, Markup] = {}
        self.events: dict[int, Event] = {}
        self.more = False
        self.segments: dict[str, tuple[Segment, ...]] = {}
        self.incidents: dict[str, list[Incident]] = {}
        self.trouble = ""

    @property
    def oldest(self) -> int | None:
        """The event that the next page begins before."""
        return min(self.rows, default=None)

    def list(self) -> Markup:
        return Markup("").join(self.rows[event_id] for event_id in sorted(self.rows, reverse=True))
