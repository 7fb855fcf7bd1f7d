"""What was just done, said once on the page that comes after it: a cookie of a moment that holds one of these words."""

from __future__ import annotations

from aiohttp import web

from zkdash.web.urls import at

COOKIE = "zkdash-done"
LIVES_S = 60
DONE = {
    "acknowledged": "Acknowledged. It is not told again, and not escalated, while it goes on.",
    "unacknowledged": "The acknowledgement is taken back.",
    "silenced": "The silence is made.",
    "ended": "The silence is ended. What is still open is told.",
    "resent": "It is sent again.",
    "signed-out": "You are signed out.",
    "session-ended": "The session is ended.",
    "token-revoked": "The token is revoked.",
    "tested": "A test is on its way. What comes of it shows below.",
    "revoked": "The link is revoked: it shows nothing any more.",
    "published": "The note is published on the status pages that show this cluster.",
    "saved": "The view is saved.",
    "removed": "The view is removed.",
    "locale": "Numbers, dates and times are written so from now on.",
    "who": "Say who you are, so that others see who did it. Your browser remembers it.",
}


def go_to(address: str, done: str) -> web.Response:
    """The way from a form to the page that shows what came of it (303: a reload asks nothing twice)."""
    response = web.Response(status=303, headers={"Location": address})
    response.set_cookie(COOKIE, done, max_age=LIVES_S, path=at("/"), httponly=True, samesite="Strict")
    return response


def said(request: web.Request) -> str:
    """What was just done, in words; empty if nothing was."""
    return DONE.get(request.cookies.get(COOKIE, ""), "")


def forget(request: web.Request, response: web.Response) -> None:
    """It was said: the next page says it no more."""
    if COOKIE in request.cookies:
        response.del_cookie(COOKIE, path=at("/"), httponly=True, samesite="Strict")
