"""The timeline: all that happened, as lanes over time and as a list; and the page of a single event."""

from __future__ import annotations

from aiohttp import web

from zkdash.timeline.event import Event
from zkdash.web import timerange
from zkdash.web.keys import FEED
from zkdash.web.render import render
from zkdash.web.seen import Seen, level_of, seen
from zkdash.web.shown import Shown
from zkdash.web.words import STATE_WORDS, of_event
from zkdash.zookeeper.states import Cause, Kind, State

DELIVERIES = 200
"""How many deliveries the page of an event shows, the newest."""


async def index(request: web.Request) -> web.Response:
    """GET /timeline?range=&from=&to=&cluster=&state=&before="""
    reading = timerange.read(request.query)
    feed = request.app[FEED]
    level, names = level_of(request), seen(request).clusters.names()
    shown = Shown(reading.view, level) if reading.problems else await feed.show(reading.view, level)
    return render(
        request,
        "timeline/index.html",
        status=400 if reading.problems else 200,
        view=reading.view,
        problems=reading.problems,
        asked={key: request.query.get(key, "") for key in ("from", "to")},
        ranges=timerange.RANGE_WORDS,
        names=[*names, *(name for name in reading.view.clusters if name not in names)],
        states=list(State),
        shown=shown,
        lanes=feed.lanes(shown) if not reading.problems else "",
    )


async def event(request: web.Request) -> web.Response:
    """GET /timeline/events/{id}"""
    mine = seen(request)
    problems: dict[str, str] = {}
    event_id = timerange.number(request.match_info["id"], "id", problems)
    found = None if event_id is None else await mine.events.get(event_id)
    if found is None:
        raise web.HTTPNotFound(text="There is no such event: it never was, or it is older than the log is kept.")
    before = await mine.events.find(clusters=[found.cluster], before=found.id, limit=50)
    later = await mine.events.find(clusters=[found.cluster], after=found.id, limit=50)
    return render(
        request,
        "timeline/event.html",
        event=found,
        known=mine.clusters.get(found.cluster) is not None,
        about=await mine.events.get(found.about) if found.about is not None else None,
        notices=await mine.events.about(found.id),
        before=before[0] if before else None,
        after=later[0] if later else None,
        was=was(found, before),
        lasted_ms=lasted(found, later),
        goes_on=goes_on(mine, found),
        incidents=await mine.alerts.of_event(found.id),
        deliveries=await mine.alerts.deliveries(event=found.id, limit=DELIVERIES),
    )


def was(found: Event, before: list[Event]) -> str:
    """What the state before the event was called; a first try to connect is no loss, until it has lasted too long."""
    if found.from_state is None:
        return ""
    known = next((each for each in before if each.kind is Kind.STATE or each.cause is Cause.NEVER_CONNECTED), None)
    if known is not None and known.kind is Kind.STATE and known.to_state is found.from_state:
        return of_event(known)
    return STATE_WORDS[found.from_state]


def lasted(found: Event, later: list[Event]) -> int | None:
    """How long (ms) the state that the event began lasted; None while nobody knows."""
    following = next((each for each in later if each.kind is Kind.STATE), None)
    return following.lasted_ms if following is not None and following.from_state is found.to_state else None


def goes_on(dashboard: Seen, found: Event) -> bool:
    """Whether the state that the event began is the present one."""
    container = dashboard.clusters.get(found.cluster)
    return container is not None and container.status.since == found.at and container.status.state is found.to_state
