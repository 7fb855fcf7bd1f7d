"""Who did it: by sign-in once there is one, until then the name that people give themselves and browsers remember."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, unquote

from aiohttp import web

from zkdash.access import Person
from zkdash.web.bodies import text_in
from zkdash.web.urls import at

COOKIE = "zkdash-by"
LIVES_S = 365 * 86_400
LONGEST = 80
SCRIPT = "a script"
"""Who it was when a script does not say it."""


def remembered(request: web.Request) -> str:
    """The name that this browser gave last; empty if none."""
    try:
        name = unquote(request.cookies.get(COOKIE, ""), errors="strict")
    except UnicodeDecodeError:
        return ""
    return name if len(name) <= LONGEST and name.isprintable() else ""


def name_in(request: web.Request, person: Person, body: Mapping[str, Any], errors: dict[str, str]) -> str:
    """Whoever is signed in, else the field `by`, else the name that the browser remembers; "" if there is none."""
    return person.name or text_in(body, "by", LONGEST, errors) or remembered(request)


def remember(response: web.Response, name: str) -> web.Response:
    """Let the browser keep a name for the next time."""
    response.set_cookie(COOKIE, quote(name), max_age=LIVES_S, path=at("/"), httponly=True, samesite="Strict")
    return response
