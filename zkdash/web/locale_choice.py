"""The choice of the locale in which numbers, dates and times are written: a cookie, beside the zone and the theme."""

from __future__ import annotations

from functools import cache

from aiohttp import web
from babel import Locale

from zkdash.clock import now_ms
from zkdash.web import done
from zkdash.web.bodies import form_of
from zkdash.web.locales import COOKIE, OFFERED, asked_for, chosen_by, locale_of
from zkdash.web.localised import CANONICAL
from zkdash.web.query import Query
from zkdash.web.render import render
from zkdash.web.urls import at
from zkdash.web.views import is_page

LIVES_S = 365 * 24 * 3600


async def index(request: web.Request) -> web.Response:
    """GET /locale?of="""
    of = Query(request, ("of",)).text("of")
    return render(
        request,
        "locale/index.html",
        of=of if await is_page(request, of) else "",
        names=names(),
        chosen=chosen_by(request),
        asked=names()[asked_for(request.headers.get("Accept-Language", ""))],
        reads=names()[locale_of(request)],
        sample_ms=now_ms(),
    )


async def choose(request: web.Request) -> web.Response:
    """POST /locale (locale, of)"""
    blank, form = request.clone(), await form_of(request, ("locale", "of"))
    tag = form["locale"]
    if tag and tag not in OFFERED:
        raise web.HTTPBadRequest(text="There is no such locale to choose.")
    response = done.go_to(at(form["of"] if await is_page(blank, form["of"]) else "/locale"), "locale")
    if tag:
        response.set_cookie(COOKIE, tag, max_age=LIVES_S, path=at("/"), httponly=True, samesite="Lax")
    else:
        response.del_cookie(COOKIE, path=at("/"), httponly=True, samesite="Lax")
    return response


@cache
def names() -> dict[str, str]:
    """The locales by their tags, in English and in order of their names: "German (Austria)"."""
    english = Locale.parse("en")
    found = {}
    for tag in OFFERED:
        language, _, country = tag.partition("-")
        name = english.languages[language]
        found[tag] = f"{name} ({english.territories[country]})" if country else name
    found[CANONICAL] += ", with ISO dates and 24 hours"
    return dict(sorted(found.items(), key=lambda one: one[1]))
