"""What a shared address is about, and its page drawn for somebody else within this one process."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from aiohttp import web
from markupsafe import Markup
from yarl import URL

from zkdash.access import Answer, Need, Person, Reach, decide
from zkdash.access.narrow import Scope
from zkdash.web.gate import PERSON
from zkdash.web.inert import inert
from zkdash.web.urls import at

LONGEST_ADDRESS = 4000
STILL_RUNS = 'http-equiv="refresh"'
"""What a page of results says while it is not whole."""
LIVE = frozenset(
    (
        "/",
        "/clusters/{name}",
        "/clusters/{name}/availability",
        "/clusters/{name}/charts",
        "/clusters/{name}/servers/{server}",
        "/clusters/{name}/znodes",
        "/clusters/{name}/znodes/{path}",
        "/timeline",
        "/timeline/events/{id}",
        "/timeline/events/{id}/story",
        "/alerts",
        "/alerts/history",
        "/alerts/incidents/{id}",
    )
)
"""The pages that can be shared, by their routes."""
FIXED = frozenset(
    ("/search", "/compare", "/clusters/{name}/usage", "/clusters/{name}/clients", "/clusters/{name}/holder")
) | frozenset(("/clusters/{name}/watchers", "/clusters/{name}/count"))
"""Those that cost the cluster work each time: they are shared as they were."""


class NotShared(Exception):
    """The address is none that can be shared, or shows nothing; it says why."""


@dataclass(frozen=True, slots=True)
class Target:
    """An address that can be shared: its request, its handler's match, and what it is about."""

    request: web.Request
    route: str
    scope: Scope

    @property
    def can_be_live(self) -> bool:
        return self.route in LIVE


async def target_of(request: web.Request, address: str) -> Target:
    """The page at `address`, which is without base_path. Raises NotShared."""
    if len(address) > LONGEST_ADDRESS or not address.startswith("/") or address.startswith("//"):
        raise NotShared("Only zkdash's own pages can be shared.")
    try:
        url = URL(at(address), encoded=True)
        inner = request.clone(method="GET", rel_url=url, headers=_headers(request))
        match = await request.app.router.resolve(inner)
    except ValueError:
        raise NotShared("This address can't be read.") from None
    resource = match.route.resource
    route = "" if resource is None or match.http_exception is not None else resource.canonical.removeprefix(at(""))
    route = route or ("/" if address.partition("?")[0] == "/" else "")
    if route not in LIVE | FIXED:
        raise NotShared("This page can't be shared.")
    match.add_app(request.app)
    inner._match_info = match  # aiohttp has no public way to put a request to another handler
    if route.endswith("/charts"):
        inner = inner.clone(rel_url=url.update_query(form="tables"))
        inner._match_info = match  # as above
    return Target(inner, route, scope_of(inner, route))


def scope_of(request: web.Request, route: str) -> Scope:
    """What the page is about, as its address says."""
    name, path = request.match_info.get("name"), request.match_info.get("path", "")
    if name is not None:
        return Scope((name,), "/" + path.strip("/") if "{path}" in route else "/")
    if route == "/compare":
        sides = (request.query.get(side, "").partition(":")[0] for side in ("left", "right"))
        return Scope(tuple(dict.fromkeys(filter(None, sides))))
    named = (name for text in request.query.getall("cluster", []) for name in text.split(","))
    return Scope(tuple(dict.fromkeys(filter(None, named))))


async def drawn(target: Target, person: Person, *, patience: int = 0) -> Markup:
    """The page's content as `person` sees it, to look at only. Raises NotShared, and what its handler raises.

    One whose results are still being gathered is asked again, up to `patience` times.
    """
    inner = target.request
    inner[PERSON] = person
    if decide(person, Need.VIEWER, inner.match_info.get("name")) is not Answer.YES:
        raise NotShared("It is not there.")
    while True:
        response = await inner.match_info.handler(inner)
        text = response.text if isinstance(response, web.Response) else None
        if text is None or response.status != 200:
            raise NotShared("This page shows nothing as it is asked.")
        if patience <= 0 or STILL_RUNS not in text:
            return inert(text)
        patience -= 1
        await asyncio.sleep(0.5)


def clusters_seen(names: list[str], scope: Scope, reach: Reach) -> tuple[str, ...]:
    """Which of the watched clusters a page shows somebody."""
    return tuple(name for name in scope.clusters or names if reach.sees_cluster(name))


def _headers(request: web.Request) -> dict[str, str]:
    """Asks for the content alone, of a znode's page without its tree; nothing of the outer request goes along."""
    return {"Host": request.host, "HX-Request": "true", "HX-Request-Type": "partial", "HX-Target": "div#node"}
