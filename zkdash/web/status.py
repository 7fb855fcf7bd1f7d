"""Status pages for people outside the team, with badges and a feed. Each is made once every few seconds."""

from __future__ import annotations

from xml.etree import ElementTree as Xml

from aiohttp import web

from zkdash.config import StatusConfig
from zkdash.ensemble.availability import WINDOWS_MS
from zkdash.web import filters
from zkdash.web.availability_windows import WINDOW_WORDS
from zkdash.web.entrance import WORDS, turned_away
from zkdash.web.gate import who_asks
from zkdash.web.keys import STATUSES, ZKDASH
from zkdash.web.query import Query
from zkdash.web.render import environment
from zkdash.web.seen import level_of
from zkdash.web.status_view import Line, Status, Told, status_of
from zkdash.web.status_words import COLOURS, GREY, state_word
from zkdash.web.urls import at, whole

ATOM = "http://www.w3.org/2005/Atom"
CHARACTER_PX = 6.6
PAD_PX = 6.0
FOR_PROGRAMS = (".svg", ".atom")
BADGE_FOR = "public, max-age=30"


async def show(request: web.Request) -> web.Response:
    """GET /status/{page}"""
    Query(request, ())
    status = await find(request)
    return answer(status.once("page", lambda: page_of(status)), "text/html", status.page)


def page_of(status: Status) -> str:
    """The page."""
    template = environment().get_template("status/page.html")
    word = state_word(status.standing)
    return template.render(status=status, windows=WINDOWS_MS, window_words=WINDOW_WORDS, word=word)


async def badge(request: web.Request) -> web.Response:
    """GET /status/{page}/badge.svg?cluster="""
    name = Query(request, ("cluster",)).text("cluster")
    status = await find(request)
    line = next((each for each in status.lines if each.name == name), None)
    if name and line is None:
        raise web.HTTPNotFound(text="There is no such cluster on this page.")
    return answer(status.once(f"badge {name}", lambda: badge_of(status, line)), "image/svg+xml", status.page)


def badge_of(status: Status, line: Line | None) -> str:
    """The badge of one cluster, or of the page."""
    left, word = (line.label, line.word) if line else (status.page.title, state_word(status.standing))
    widths = [round(len(text) * CHARACTER_PX + 2 * PAD_PX) for text in (left, word)]
    template = environment().get_template("status/badge.svg")
    return template.render(left=left, word=word, widths=widths, colour=COLOURS.get(word, GREY))


async def feed(request: web.Request) -> web.Response:
    """GET /status/{page}/feed.atom"""
    Query(request, ())
    status = await find(request)
    here = whole(at(f"/status/{status.page.name}"), request)
    return answer(status.once(f"feed {here}", lambda: atom(status, here)), "application/atom+xml", status.page)


def atom(status: Status, here: str) -> str:
    """The feed (RFC 4287): an entry for each incident, which changes when it ends or something is written about it."""
    root = Xml.Element("feed", xmlns=ATOM)
    name = f"urn:zkdash:status:{status.page.name}"
    latest = max((each.updated_at for each in status.incidents), default=status.at)
    _texts(root, id=name, title=status.page.title, updated=filters.iso(latest))
    Xml.SubElement(root, "link", rel="self", href=f"{here}/feed.atom")
    Xml.SubElement(root, "link", rel="alternate", type="text/html", href=here)
    _texts(Xml.SubElement(root, "author"), name=status.page.title)
    for each in status.incidents:
        entry = Xml.SubElement(root, "entry")
        _texts(
            entry,
            id=f"{name}:incident:{each.id}",
            title=f"{each.label}: {each.words}",
            published=filters.iso(each.opened_at),
            updated=filters.iso(each.updated_at),
        )
        Xml.SubElement(entry, "link", rel="alternate", type="text/html", href=f"{here}#incident-{each.id}")
        _texts(entry, content=_story(each))
    return '<?xml version="1.0" encoding="utf-8"?>\n' + Xml.tostring(root, encoding="unicode")


def _story(told: Told) -> str:
    """What there is to say of an incident, as plain text."""
    lines = [f"Began {filters.utc(told.opened_at)}."]
    if told.server:
        lines.append(f"Server: {told.server}.")
    lines += [f"{filters.utc(when)}: {text}" for when, text in told.notes]
    lines.append(f"Over {filters.utc(told.resolved_at)}." if told.resolved_at else "It goes on.")
    return "\n".join(lines)


def _texts(parent: Xml.Element, **texts: str) -> None:
    for tag, text in texts.items():
        Xml.SubElement(parent, tag).text = "".join(char for char in text if char.isprintable() or char in "\n\t")


async def find(request: web.Request) -> Status:
    """The status page that the address names. Who may not know whether there is one is turned away. Raises 404."""
    dashboard = request.app[ZKDASH]
    name = request.match_info["page"]
    page = next((each for each in dashboard.config.sharing.statuses if each.name == name), None)
    if who_asks(request) is None and (page is None or not page.public):
        raise web.HTTPUnauthorized(text=WORDS) if request.path.endswith(FOR_PROGRAMS) else turned_away(request)
    level = level_of(request)
    if page is None or not (page.public or level.role_anywhere):
        raise web.HTTPNotFound(text="There is no such status page: each is a section [status:NAME].")
    seen = None if page.public else level
    return await request.app[STATUSES].get((page, seen), lambda: status_of(dashboard, page, seen))


def answer(text: str, kind: str, page: StatusConfig) -> web.Response:
    """A public one may be kept by caches for a while, and a badge shown by pages of other sites."""
    headers = {"Referrer-Policy": "no-referrer"}
    if page.public:
        headers |= {"Cache-Control": BADGE_FOR, "Cross-Origin-Resource-Policy": "cross-origin"}
    return web.Response(text=text, content_type=kind, headers=headers)
