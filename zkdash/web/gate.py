"""The gate before every handler: who asks, and whether they may."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

from zkdash.access import NOTHING, Answer, Need, Person, Reach, decide
from zkdash.log import NOTICE, get_logger
from zkdash.web.entrance import turned_away
from zkdash.web.keys import NEEDS, ZKDASH
from zkdash.web.urls import at

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
LONGEST = 200
"""How much of an address goes into the log."""
L = get_logger(__name__)
PERSON: web.RequestKey[Person | None] = web.RequestKey("person")


@web.middleware
async def let_in(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Who is not signed in is led there or gets 401; 404 is for a cluster out of reach, 403 for what is not allowed."""
    request[PERSON] = person = await request.app[ZKDASH].access.identify(request)
    if request.match_info.http_exception is not None:
        return await handler(request)  # which says 404 or 405
    need, name = need_of(request), request.match_info.get("name")
    match decide(person, need, name):
        case Answer.SIGN_IN:
            raise turned_away(request)
        case Answer.NOT_THERE:
            raise no_cluster(name or "")
        case Answer.FORBIDDEN:
            role = None if person is None else person.reach.role_anywhere
            has = f"yours is {role.word}" if role else "you have none"
            refused = {"who": person.name if person else "", "address": request.remote, "path": request.path[:LONGEST]}
            L.log(NOTICE, "Refused: it takes another role.", struct_data={**refused, "needs": need.name.lower()})
            raise web.HTTPForbidden(text=f"This takes the role {need.name.lower()}; {has}.")
    return await handler(request)


def need_of(request: web.Request) -> Need:
    """What the route says that it needs."""
    resource = request.match_info.route.resource
    method = "GET" if request.method == "HEAD" else request.method
    path = resource.canonical if resource is not None else ""
    return request.app[NEEDS][method, path.removeprefix(at("")) or "/"]


def who_asks(request: web.Request) -> Person | None:
    """Who asks; None if nobody knows, which a route that needs nothing may be asked by."""
    return request.get(PERSON)


def person_of(request: web.Request) -> Person:
    """Who asks for a route that needs a role."""
    person = who_asks(request)
    if person is None:
        raise LookupError("the gate lets nobody unknown so far")
    return person


def reach_of(request: web.Request) -> Reach:
    """How far who asks reaches; nowhere if nobody knows them."""
    person = who_asks(request)
    return NOTHING if person is None else person.reach


def operates(person: Person, cluster: str) -> None:
    """Raises 403 for who is not an operator of the cluster that something is about."""
    if not person.reach.operates(cluster):
        role = person.reach.role_on(cluster)
        has = f"yours is {role.word}" if role else "you have none"
        raise web.HTTPForbidden(text=f"This takes the role operator on {cluster}; {has}.")


def no_cluster(name: str) -> web.HTTPNotFound:
    """The same words whether it is not there, or not there for them."""
    return web.HTTPNotFound(text=f"No cluster is called {name}.")
