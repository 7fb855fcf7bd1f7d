"""What happened: the page that puts together what zkdash's session and the servers saw of an outage."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from aiohttp import web

from zkdash.ensemble.asking import take_census
from zkdash.timeline import story_text
from zkdash.timeline.story import TITLES, Story
from zkdash.timeline.teller import Told
from zkdash.web import story_shapes, timerange
from zkdash.web.api import answer
from zkdash.web.audited import note
from zkdash.web.keys import HOLDERS, ROLLS, TELLER, ZKDASH
from zkdash.web.query import Query
from zkdash.web.render import render
from zkdash.web.seen import seen
from zkdash.web.urls import url_for_event, whole
from zkdash.znodes.seen import whole as is_whole
from zkdash.znodes.seen import whole_of

ASK_S = 5.0


async def show(request: web.Request) -> web.Response:
    """GET /timeline/events/{id}/story?ask=: with ask=1 the servers are asked who holds ephemeral znodes now."""
    query = Query(request, ("ask",))
    told = await _told(request)
    container = seen(request).clusters.get(told.event.cluster)
    asked = query.flag("ask") and container is not None and is_whole(container)
    if asked and container is not None:
        async with asyncio.timeout(ASK_S):
            await take_census(request.app[HOLDERS], request.app[ROLLS], whole_of(container), watches=False)
        told = await _told(request)
    return render(
        request,
        "timeline/story.html",
        told=told,
        event=told.event,
        evidence=told.evidence,
        story=told.story,
        why=reasons(told.story),
        title=TITLES[told.story.whose],
        lines=story_text.lines(told.evidence),
        known=container is not None,
        asked=asked,
    )


def reasons(story: Story) -> tuple[str, ...]:
    """What the story's sentence is concluded from; nothing when the only reason says no more than the sentence."""
    said = len(story.why) == 1 and story.why[0].partition(" ")[2] in story.sentence
    return () if said else story.why


async def markdown(request: web.Request) -> web.Response:
    """GET /timeline/events/{id}/story.md: for a post-mortem."""
    Query(request, ())
    told = await _told(request)
    known = request.app[ZKDASH].config.web.public_url
    url = whole(f"{url_for_event(told.event.id)}/story", request) if known else ""
    title = f"What happened to {told.event.cluster}"
    await note(request, "export", f"what happened: event {told.event.id}", cluster=told.event.cluster)
    return web.Response(
        text=story_text.markdown(told, title, url),
        content_type="text/markdown",
        headers={"Content-Disposition": f'attachment; filename="zkdash-event-{told.event.id}.md"'},
    )


async def api_story(request: web.Request) -> web.Response:
    """GET /api/v1/events/{id}/story"""
    Query(request, ())
    return answer(story_shapes.story(await _told(request)))


async def _told(request: web.Request) -> Told:
    """The story of the event that the address names. Raises 404."""
    mine = seen(request)
    event_id = timerange.number(request.match_info["id"], "id", {})
    event = None if event_id is None else await mine.events.get(event_id)
    if event is None:
        raise web.HTTPNotFound(text="There is no such event: it never was, or it is older than the log is kept.")
    told = await request.app[TELLER].tell(event, mine.clusters.names())
    if told is None:
        raise web.HTTPNotFound(text="That event is part of no outage, so there is nothing to explain.")
    container = mine.clusters.get(event.cluster)
    return told if container is None or is_whole(container) else replace(told, rolls=None)
