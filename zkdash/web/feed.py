"""The timeline, live: for each view that somebody looks at, the rows and lanes it consists of."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from markupsafe import Markup
from yarl import URL

from zkdash.access import Reach
from zkdash.alerts import pages
from zkdash.alerts.incident import Incident
from zkdash.clock import now_ms
from zkdash.log import get_logger
from zkdash.pace import Pace
from zkdash.timeline.event import Event
from zkdash.web import lanes, timerange
from zkdash.web.board import STATE_MESSAGES
from zkdash.web.drawing import Drawing
from zkdash.web.incident_marks import MOST, by_cluster
from zkdash.web.keys import Dashboard
from zkdash.web.live import LiveHub
from zkdash.web.pieces import lane_of, swimlane
from zkdash.web.render import fragment
from zkdash.web.seen import Seen
from zkdash.web.shown import PAGE, Shown
from zkdash.web.timerange import View
from zkdash.web.wire import partial

if TYPE_CHECKING:
    from zkdash.zookeeper.container import ClusterContainer

L = get_logger(__name__)

LANES_S = 1.0
"""How often lanes are read while much is recorded; each ends as its cluster stands now, read or not."""
KEPT_ROWS = 1000
"""How many drawn rows are kept for all views together."""


class Feed:
    """Source of the topics "timeline?…"."""

    def __init__(self, dashboard: Dashboard, hub: LiveHub) -> None:
        self._dashboard = dashboard
        self._hub = hub
        self._open: dict[tuple[str, Reach], Shown] = {}
        self._rows: dict[tuple[int, int | None], Markup] = {}
        self._stale: set[str] = set()
        self._wake = asyncio.Event()
        self._drawing = Drawing(self._offer_lane)
        self._tasks: tuple[asyncio.Task[None], ...] = ()

    async def start(self) -> None:
        subscribe = self._dashboard.PubSub.subscribe
        subscribe("Event.recorded!", self._on_event)
        subscribe("Incident.changed!", self._on_incident)
        subscribe("Clusters.changed!", self._on_clusters)
        for message in STATE_MESSAGES:
            subscribe(message, self._on_state)
        self._tasks = asyncio.create_task(self._read_lanes()), asyncio.create_task(self._drawing.work())

    async def stop(self) -> None:
        unsubscribe = self._dashboard.PubSub.unsubscribe
        unsubscribe("Event.recorded!", self._on_event)
        unsubscribe("Incident.changed!", self._on_incident)
        unsubscribe("Clusters.changed!", self._on_clusters)
        for message in STATE_MESSAGES:
            unsubscribe(message, self._on_state)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # Reading

    async def show(self, view: View, level: Reach) -> Shown:
        """What a view shows now: that of its viewers, or read for this once. Raises what the store raises."""
        shown = self._open.get((view.topic(), level)) if view.includes_now else None
        if shown is not None and shown.ready.is_set() and not shown.trouble:
            return shown
        shown = Shown(view, level)
        await self._read(shown)
        return shown

    async def _read(self, shown: Shown) -> None:
        view, now, seen = shown.view, now_ms(), self._seen(shown)
        since, until = view.since(now), view.until(now)
        found = await seen.events.find(
            clusters=view.clusters or None,
            states=view.states or None,
            since=since,
            until=view.end,
            before=view.before,
            limit=PAGE + 1,
        )
        shown.more = len(found) > PAGE
        shown.events = {event.id: event for event in found[:PAGE]}
        opened = await pages.opened_by(self._dashboard.store, list(shown.events))
        incidents = {each.opened_event_id: each for each in opened}
        shown.rows |= {id: self.row(event, incidents.get(id)) for id, event in shown.events.items()}
        shown.segments = await seen.events.lanes(self.lane_names(shown), since, until)
        wanted = pages.Filter(clusters=view.clusters, within=seen.events.within(), since=since, until=until)
        shown.incidents = by_cluster(await pages.incidents(self._dashboard.store, wanted, MOST))

    def lane_names(self, shown: Shown) -> list[str]:
        """The clusters that have a lane in a view."""
        return list(shown.view.clusters) or self._seen(shown).clusters.names()

    def _seen(self, shown: Shown) -> Seen:
        return Seen(self._dashboard, shown.level)

    def row(self, event: Event, incident: Incident | None = None) -> Markup:
        """An event's row, drawn once, and once more when it has opened an incident."""
        key = (event.id, incident.id if incident else None)
        kept = self._rows.get(key)
        if kept is None:
            while len(self._rows) >= KEPT_ROWS:
                del self._rows[next(iter(self._rows))]
            kept = self._rows[key] = fragment("timeline/_event.html", event=event, incident=incident)
        return kept

    def lanes(self, shown: Shown) -> Markup:
        """All lanes of a view, with their axis."""
        view, now = shown.view, now_ms()
        since, until = view.since(now), view.until(now)
        names = self.lane_names(shown)
        return fragment(
            "timeline/_lanes.html",
            lanes=[(name, self.lane(shown, name, now)) for name in names],
            known=set(self._seen(shown).clusters.names()),
            ticks=lanes.axis(since, until, runs_on=view.moves),
            since=since,
            until=until,
            live=view.moves,
        )

    def lane(self, shown: Shown, name: str, now: int) -> Markup:
        """One lane of a view; where it reaches up to now it ends in the state that is true now."""
        view = shown.view
        recorded = shown.segments.get(name, ())
        drawn = lane_of(self._seen(shown).clusters.get(name), recorded, now, to_now=view.end is None)
        incidents = shown.incidents.get(name, ())
        return swimlane(name, drawn, view.since(now), view.until(now), live=view.moves, incidents=incidents)

    # The bus

    def _on_event(self, _message: str, event: Event) -> None:
        for (topic, _), shown in self._open.items():
            view = shown.view
            if view.clusters and event.cluster not in view.clusters:
                continue
            if not self._seen(shown).clusters.sees(event.cluster):
                continue
            if not view.states or event.to_state in view.states:
                self._add(topic, shown, event)
        self._stale.add(event.cluster)
        self._wake.set()

    def _add(self, topic: str, shown: Shown, event: Event) -> None:
        if event.id in shown.rows or not shown.view.includes_now:
            return
        shown.events[event.id] = event
        shown.rows[event.id] = row = self.row(event)
        self._hub.offer(topic, f"event {event.id}", partial("events", row, "afterbegin"), shown.level)
        if shown.ready.is_set() and len(shown.rows) > PAGE:
            oldest = min(shown.rows)
            del shown.rows[oldest]
            shown.events.pop(oldest, None)
            shown.more = True
            self._hub.offer(topic, f"event {oldest}", partial(f"event-{oldest}", "", "delete"), shown.level)

    def _on_incident(self, _message: str, incident: Incident) -> None:
        """Mark it on the lane of its cluster, and on the event that opened it where that is shown."""
        for (topic, _), shown in self._open.items():
            if not shown.ready.is_set() or not self._seen(shown).clusters.sees(incident.cluster):
                continue
            others = [each for each in shown.incidents.get(incident.cluster, ()) if each.id != incident.id]
            shown.incidents[incident.cluster] = [incident, *others][:MOST]
            event_id = incident.opened_event_id
            event = shown.events.get(event_id)
            if event is not None:
                shown.rows[event_id] = row = self.row(event, incident)
                self._hub.offer(topic, f"incident {event_id}", partial(f"event-{event_id}", row), shown.level)
        self._drawing.soon(incident.cluster)

    def _on_state(self, _message: str, container: ClusterContainer) -> None:
        self._drawing.soon(container.name)

    def _on_clusters(self, _message: str) -> None:
        self._stale.update(self._dashboard.clusters.names())
        for (topic, _), shown in self._open.items():
            if shown.ready.is_set():
                self._hub.offer(topic, "lanes", self._lanes_partial(shown), shown.level)
        self._wake.set()

    def _offer_lane(self, name: str) -> None:
        now = now_ms()
        for (topic, _), shown in self._open.items():
            if shown.ready.is_set() and name in self.lane_names(shown) and self._seen(shown).clusters.sees(name):
                lane = partial(f"lane-{name}", self.lane(shown, name, now))
                self._hub.offer(topic, f"lane {name}", lane, shown.level)

    async def _read_lanes(self) -> None:
        """Read again the lanes of clusters of which something was recorded."""
        pace = Pace(LANES_S)
        while True:
            await self._wake.wait()
            await pace.turn()
            self._wake.clear()
            names, self._stale = self._stale, set()
            for shown in list(self._open.values()):
                wanted = [name for name in self.lane_names(shown) if name in names]
                if not wanted or not shown.ready.is_set():
                    continue
                now = now_ms()
                try:
                    read = await self._seen(shown).events.lanes(wanted, shown.view.since(now), shown.view.until(now))
                except Exception as error:
                    L.warning("The lanes can't be read.", struct_data={"error": str(error)})
                    continue
                shown.segments |= read
            for name in names:
                self._drawing.soon(name)

    # As a source of topics

    def accepts(self, topic: str, level: Reach) -> bool:
        url = URL(topic, encoded=True)
        reading = timerange.read(url.query)
        return url.path == "timeline" and not reading.problems

    async def open(self, topic: str, level: Reach) -> None:
        shown = self._open.get((topic, level))
        if shown is None:
            view = timerange.read(URL(topic, encoded=True).query).view
            shown = self._open[topic, level] = Shown(view, level)
            shown.viewers = 1
            try:
                await self._read(shown)
            except Exception as error:
                shown.trouble = str(error)
                L.warning("The timeline can't be read.", struct_data={"error": shown.trouble})
            finally:
                shown.ready.set()
            return
        shown.viewers += 1
        await shown.ready.wait()

    def close(self, topic: str, level: Reach) -> None:
        shown = self._open[topic, level]
        shown.viewers -= 1
        if not shown.viewers:
            del self._open[topic, level]

    def snapshot(self, topic: str, level: Reach) -> str:
        shown = self._open[topic, level]
        if shown.trouble:
            return ""
        return self._lanes_partial(shown) + partial("events", shown.list(), "innerMorph")

    def _lanes_partial(self, shown: Shown) -> str:
        return partial("lanes", self.lanes(shown), "innerMorph")
