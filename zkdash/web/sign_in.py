"""Signing in and out."""

from __future__ import annotations

import math
from urllib.parse import urlsplit

from aiohttp import web

from zkdash.access.entering import Wait, by_password
from zkdash.access.passwords import LONGEST, TooMany
from zkdash.access.sessions import Session
from zkdash.web import done
from zkdash.web.bodies import form_of
from zkdash.web.entrance import own_address, url_for_sign_in
from zkdash.web.gate import who_asks
from zkdash.web.keys import ZKDASH
from zkdash.web.query import Query
from zkdash.web.render import render
from zkdash.web.urls import at

WRONG = "The name or the password is wrong."


async def show(request: web.Request) -> web.Response:
    """GET /sign-in?next="""
    after = own_address(Query(request, ("next",)).text("next"))
    method = request.app[ZKDASH].config.access.sign_in
    if method == "none" or who_asks(request) is not None:
        raise web.HTTPSeeOther(after)
    return page(request, after, status=401 if method == "proxy" else 200)


def page(request: web.Request, after: str, *, status: int = 200, problem: str = "", user: str = "") -> web.Response:
    """The page, with what went wrong."""
    method = request.app[ZKDASH].config.access.sign_in
    oidc = request.app[ZKDASH].config.access.oidc
    return render(
        request,
        "sign-in/index.html",
        status=status,
        method=method,
        after=after,
        problem=problem,
        user=user,
        provider=urlsplit(oidc.issuer).hostname if oidc is not None else "",
    )


async def sign_in(request: web.Request) -> web.Response:
    """POST /sign-in (user, password, next)"""
    access = request.app[ZKDASH].access
    form = await form_of(request, ("user", "password", "next"))
    after = own_address(form["next"])
    if access.config.sign_in != "basic":
        raise web.HTTPConflict(text="Nobody signs in here by a password.")
    try:
        made = await by_password(access, form["user"], form["password"][:LONGEST], request)
    except Wait as wait:
        seconds = math.ceil(wait.seconds)
        problem = f"Too many sign-ins have failed. Try again in {seconds} s."
        response = page(request, after, status=429, problem=problem, user=form["user"])
        response.headers["Retry-After"] = f"{seconds}"
        return response
    except TooMany:
        return page(request, after, status=503, problem="Too many sign in at once. Try again.", user=form["user"])
    if made is None:
        return page(request, after, status=403, problem=WRONG, user=form["user"])
    return welcome(request, made, after)


def welcome(request: web.Request, made: tuple[Session, str], after: str) -> web.Response:
    """To the page that somebody wanted, with the cookie of their new session."""
    access = request.app[ZKDASH].access
    response = web.Response(status=303, headers={"Location": after})
    response.set_cookie(
        access.cookie_name(request),
        made[1],
        max_age=round(access.config.lifetime_s),
        path=at("/"),
        httponly=True,
        samesite="Lax",
        secure=access.is_secure(request),
    )
    return response


async def sign_out(request: web.Request) -> web.Response:
    """POST /sign-out"""
    dashboard = request.app[ZKDASH]
    session = dashboard.access.session_of(request)
    if session is not None:
        await dashboard.audit.record("sign-out", who_asks(request), address=request.remote or "")
        await dashboard.access.end([session])
    response = done.go_to(url_for_sign_in(), "signed-out")
    forget(request, response)
    return response


def forget(request: web.Request, response: web.StreamResponse) -> None:
    """Take the session's cookie away."""
    access = request.app[ZKDASH].access
    response.del_cookie(
        access.cookie_name(request),
        path=at("/"),
        httponly=True,
        samesite="Lax",
        secure=access.is_secure(request),
    )
