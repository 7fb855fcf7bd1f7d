"""One's own account: where one is signed in, and the tokens of one's scripts. Admins see everybody's."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from zkdash.access import Person, Role
from zkdash.access.service import AccessService
from zkdash.web import done
from zkdash.web.bodies import form_of, text_in
from zkdash.web.entrance import url_for_sign_in
from zkdash.web.gate import person_of
from zkdash.web.keys import ZKDASH
from zkdash.web.render import render
from zkdash.web.seen import seen
from zkdash.web.sign_in import forget
from zkdash.web.urls import at

DAY_MS = 86_400_000
LASTS = {"7": "a week", "30": "30 days", "90": "90 days", "365": "a year"}
NAME_CHARS = 80
MOST_TOKENS = 50
BY_BROWSER = ("basic", "proxy", "oidc")


async def show(request: web.Request) -> web.Response:
    """GET /account"""
    return _page(request, owner(request))


async def everybody(request: web.Request) -> web.Response:
    """GET /account/everybody"""
    person, access = owner(request), request.app[ZKDASH].access
    return render(
        request, "account/everybody.html", person=person, sessions=access.sessions.of(), tokens=access.tokens.of()
    )


def _page(request: web.Request, person: Person, **more: Any) -> web.Response:
    access = request.app[ZKDASH].access
    names = seen(request).clusters.names()
    context: dict[str, Any] = {"typed": {}, "problems": {}, "secret": "", "status": 200} | more
    return render(
        request,
        "account/index.html",
        person=person,
        sessions=access.sessions.of(person.name) if person.via != "proxy" else [],
        tokens=access.tokens.of(person.name),
        roles=[role.word for role in Role if role <= person.role],
        clusters=[(name, role.word) for name in names if (role := person.reach.role_on(name)) is not None],
        lasts=lasts(access),
        **context,
    )


async def end_session(request: web.Request) -> web.Response:
    """POST /account/sessions/{id}/end"""
    person, dashboard = owner(request), request.app[ZKDASH]
    session = dashboard.access.sessions.get(request.match_info["id"])
    if session is None or (session.who != person.name and person.role < Role.ADMIN):
        raise web.HTTPNotFound(text="This session is over.")
    await dashboard.access.end([session])
    await dashboard.audit.record("session-end", person, session.who, address=request.remote or "")
    if session.id == person.session:
        response = done.go_to(url_for_sign_in(), "signed-out")
        forget(request, response)
        return response
    return done.go_to(_back(session.who, person), "session-ended")


async def end_sessions(request: web.Request) -> web.Response:
    """POST /account/sessions/end"""
    person, dashboard = owner(request), request.app[ZKDASH]
    await dashboard.access.end(dashboard.access.sessions.of(person.name))
    await dashboard.audit.record("sign-out-everywhere", person, address=request.remote or "")
    response = done.go_to(url_for_sign_in(), "signed-out")
    forget(request, response)
    return response


async def make_token(request: web.Request) -> web.Response:
    """POST /account/tokens (name, role, clusters, lasts)"""
    person, dashboard = owner(request), request.app[ZKDASH]
    form, problems = await form_of(request, ("name", "role", "clusters", "lasts")), dict[str, str]()
    name = text_in(form, "name", NAME_CHARS, problems)
    if not name and not problems:
        problems["name"] = "Say what the token is for."
    role = next((role for role in Role if role.word == form["role"] and role <= person.role), None)
    if role is None:
        problems["role"] = "The role is none that you have."
    clusters = tuple(dict.fromkeys(word.strip() for word in form["clusters"].split(",") if word.strip()))
    if any(not person.reach.sees_cluster(each) or dashboard.clusters.get(each) is None for each in clusters):
        problems["clusters"] = "Name clusters that there are, separated by commas."
    if form["lasts"] not in lasts(dashboard.access):
        problems["lasts"] = "Choose how long it lasts."
    if len(dashboard.access.tokens.of(person.name)) >= MOST_TOKENS:
        problems["name"] = f"You have {MOST_TOKENS} tokens: revoke one first."
    if problems or role is None:
        return _page(request, person, typed=form, problems=problems, status=400)
    token, secret = await dashboard.access.tokens.make(
        name,
        person.name,
        person.groups,
        person.via,
        role=role,
        clusters=clusters,
        lifetime_ms=int(form["lasts"]) * DAY_MS,
    )
    details = {"role": role.word, "clusters": ",".join(clusters), "days": form["lasts"]}
    await dashboard.audit.record("token-create", person, token.name, address=request.remote or "", **details)
    return _page(request, person, secret=secret)


async def revoke_token(request: web.Request) -> web.Response:
    """POST /account/tokens/{id}/revoke"""
    person, dashboard = owner(request), request.app[ZKDASH]
    token = dashboard.access.tokens.get(request.match_info["id"])
    if token is None or (token.who != person.name and person.role < Role.ADMIN):
        raise web.HTTPNotFound(text="There is no such token.")
    await dashboard.access.revoke(token)
    await dashboard.audit.record("token-revoke", person, token.name, address=request.remote or "", owner=token.who)
    return done.go_to(_back(token.who, person), "token-revoked")


def _back(owner_name: str, person: Person) -> str:
    return at("/account" if owner_name == person.name else "/account/everybody")


def lasts(access: AccessService) -> dict[str, str]:
    """For how many days a token may be made, in words."""
    most = access.config.token_lifetime_s / 86_400
    return {days: words for days, words in LASTS.items() if int(days) <= most} or {f"{int(most)}": f"{int(most)} days"}


def owner(request: web.Request) -> Person:
    """Who is signed in by themselves. Raises 403 for a token and 404 where nobody signs in."""
    person = person_of(request)
    if person.via == "none":
        raise web.HTTPNotFound(text="Nobody signs in here, so there are no accounts: see [access] sign_in.")
    if person.via not in BY_BROWSER:
        raise web.HTTPForbidden(text="A token can't see to sessions and tokens: sign in for that.")
    return person
