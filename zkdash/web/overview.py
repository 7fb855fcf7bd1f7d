"""The overview: every cluster, trouble first."""

from __future__ import annotations

import time
from collections import OrderedDict

from aiohttp import web

from zkdash.access import Reach
from zkdash.web.arranging import MOST_PINS, Arrangement, read
from zkdash.web.assets import shipped
from zkdash.web.encodings import NONE, encoding_for, packed
from zkdash.web.gate import person_of
from zkdash.web.keys import BOARD, KEPT_PAGES
from zkdash.web.locales import locale_of
from zkdash.web.localised import localised
from zkdash.web.render import is_partial, page, render
from zkdash.web.seen import level_of
from zkdash.web.urls import at, with_query

KEEP_S = 1.0
"""For how long a page is good for all who ask, if nothing changes."""
KEPT_LEVELS = 20
"""Of how many levels the page is kept."""


class KeptPage:
    """The whole page of one level in one locale, as it was last drawn, in each encoding that was asked for."""

    def __init__(self, locale: str) -> None:
        self._locale = locale
        self._version = -1
        self._until = 0.0
        self._bodies: dict[str, bytes] = {}

    def body(self, request: web.Request, encoding: str) -> bytes:
        """The page as it is now, in a Content-Encoding."""
        board = request.app[BOARD]
        if board.version != self._version or time.monotonic() > self._until:
            whole = localised(drawn(request, level_of(request), Arrangement()), self._locale).encode()
            self._bodies = {NONE: whole}
            self._version, self._until = board.version, time.monotonic() + KEEP_S
        if encoding not in self._bodies:
            self._bodies[encoding] = packed(self._bodies[NONE], encoding)
        return self._bodies[encoding]


class KeptPages:
    """The page of each level, name and locale that looked at it, those that looked last."""

    def __init__(self) -> None:
        self._pages: OrderedDict[tuple[Reach, str, str], KeptPage] = OrderedDict()

    def of(self, level: Reach, name: str, locale: str) -> KeptPage:
        """The page of a level in a locale, in whose frame this name stands."""
        page = self._pages.pop((level, name, locale), None) or KeptPage(locale)
        self._pages[level, name, locale] = page
        if len(self._pages) > KEPT_LEVELS:
            self._pages.popitem(last=False)
        return page


async def index(request: web.Request) -> web.Response:
    """GET /?group=&pin=&view="""
    headers = {"Vary": "HX-Request, Accept-Encoding"}
    level, board = level_of(request), request.app[BOARD]
    await board.drawn()
    if request.query.get("view") == "wall" and not is_partial(request):
        summary = board.frame(level).summary
        return render(request, "overview/wall.html", cards=board.cards(level), summary=summary)
    wish = read({name: request.query.getall(name, []) for name in ("group", "pin")})
    if wish is None:
        raise web.HTTPBadRequest(text=f"Clusters are grouped by label alone, and at most {MOST_PINS} are pinned.")
    if wish or is_partial(request):
        return web.Response(text=drawn(request, level, wish), content_type="text/html", headers=headers)
    kept = request.app[KEPT_PAGES].of(level, person_of(request).name, locale_of(request))
    if encoding := encoding_for(request):
        headers["Content-Encoding"] = encoding
    return web.Response(body=kept.body(request, encoding), content_type="text/html", charset="utf-8", headers=headers)


def drawn(request: web.Request, level: Reach, wish: Arrangement) -> str:
    """The page, with the clusters arranged so."""
    board = request.app[BOARD]
    return page(
        request,
        "overview/index.html",
        cards=board.arranged(level, wish) if wish else board.cards(level),
        topic=wish.topic(),
        arrangement=wish,
        here=with_query("/", wish.query()),
        names=list(board.names(level)),
    )


async def below(_request: web.Request) -> web.Response:
    """GET / where base_path is something else"""
    raise web.HTTPFound(at("/"))


async def favicon(request: web.Request) -> web.Response:
    """GET /favicon.svg?state=…: the worst state as shape and colour."""
    files = shipped().files
    asset = files.get(f"favicon/{request.query.get('state', 'none')}.svg") or files["favicon/none.svg"]
    return web.Response(
        body=asset.body, content_type="image/svg+xml", headers={"Cache-Control": "public, max-age=86400"}
    )
