"""Going somewhere: one box for clusters, servers, znodes, clients, incidents, actions and pages."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

from aiohttp import web
from kazoo.exceptions import NoAuthError, NoNodeError

from zkdash.access import Role
from zkdash.alerts import pages as incident_pages
from zkdash.store.engine import StoreUnavailable
from zkdash.web import places, urls
from zkdash.web.alert_words import rule_words
from zkdash.web.entrance import own_address
from zkdash.web.finder import Group, Hit, address_in, fitting, path_in
from zkdash.web.gate import reach_of, who_asks
from zkdash.web.keys import READER, Dashboard
from zkdash.web.query import Query
from zkdash.web.render import is_partial, render
from zkdash.web.seen import Seen
from zkdash.web.seen import seen as seeing
from zkdash.web.server_rows import url_for_server
from zkdash.web.terms import WORDS, Word
from zkdash.web.words import standing
from zkdash.znodes import paths
from zkdash.znodes.marks import visible
from zkdash.zookeeper.errors import ClusterUnavailable, InvalidPath
from zkdash.zookeeper.states import State

if TYPE_CHECKING:
    from zkdash.zookeeper.container import ClusterContainer

SHOWN = 8
"""How many hits of a kind are shown."""
ASKED = 5
"""How many clusters are asked for a path when none is named, and offered for a client's address."""
ZNODES_S = 1.0
"""How long znodes may take: the rest doesn't wait for a cluster that is slow."""
INCIDENTS = 200
TYPED_CHARS = 1000


async def index(request: web.Request) -> web.Response:
    """GET /go?q=&at=: what fits; `at` is the cluster of the page that one comes from."""
    query = Query(request, ("q", "at"))
    typed, at = query.text("q").strip()[:TYPED_CHARS], query.text("at")
    mine = seeing(request)
    seen = list(mine.clusters)
    here = next((each for each in seen if each.name == at), None)
    groups = [
        Group("Clusters", fitting(typed, map(_cluster, seen), SHOWN)),
        Group("Incidents", await _incidents(mine, typed)),
        Group("Znodes", await _znodes(request, seen, here, typed)),
        Group("Servers", fitting(typed, _servers(mine.whole, seen), SHOWN) if typed else ()),
        Group("Clients", tuple(_clients(seen, here, typed))),
        Group("Actions", fitting(typed, _actions(request, seen, here, typed), SHOWN)),
        Group("Pages", fitting(typed, _pages(request, seen, here, typed), SHOWN if typed else 30)),
        Group("Words", fitting(typed, map(_word, WORDS), 3) if typed else ()),
        Group("Search", _search(typed, here)),
    ]
    groups = [group for group in groups if group.hits]
    only_hits = is_partial(request) and request.headers.get("HX-Target", "").endswith("#go-hits")
    return render(
        request,
        "go/_hits.html" if only_hits else "go/index.html",
        q=typed,
        came_from=here.name if here else "",
        groups=groups,
        found=sum(len(group.hits) for group in groups),
    )


async def keys(request: web.Request) -> web.Response:
    """GET /keys"""
    groups = [("Go to", (*places.MAIN, *places.others(who_asks(request)))), ("In a cluster", places.of_cluster("NAME"))]
    return render(request, "go/keys.html", groups=groups, everywhere=places.EVERYWHERE)


def _cluster(container: ClusterContainer) -> Hit:
    stands = standing(container.status.state, container.status.cause)
    return Hit(
        container.label,
        urls.url_for_cluster(container.name),
        stands if container.label == container.name else f"{container.name}, {stands}",
        also=f"{container.name} {stands}",
        standing=stands,
        rank=stands.rank,
    )


def _servers(dashboard: Dashboard, seen: list[ClusterContainer]) -> Iterator[Hit]:
    for container in seen:
        view = dashboard.ensemble.latest(container.name)
        for server in view.servers if view is not None else ():
            yield Hit(server.name, url_for_server(container.name, server.name), container.label, mono=True)


async def _incidents(mine: Seen, typed: str) -> tuple[Hit, ...]:
    """Those that are open first; where nothing was typed, only those."""
    wanted = incident_pages.Filter(is_open=None if typed else True)
    try:
        found = await mine.alerts.page(wanted, INCIDENTS, open_first=True)
    except StoreUnavailable:
        return ()
    hits = [
        Hit(
            f"{each.cluster}: {rule_words(each.rule)}{f' {each.subject}' if each.subject else ''}",
            urls.url_for_incident(each.id),
            f"incident {each.id}, {'open' if each.is_open else 'over'}",
            also=f"#{each.id} {each.id} {'open' if each.is_open else 'over'} incident",
            standing="lost" if each.is_open else "",
            rank=0 if each.is_open else 5,
        )
        for each in found
    ]
    return fitting(typed, hits, SHOWN)


async def _znodes(
    request: web.Request, seen: list[ClusterContainer], here: ClusterContainer | None, typed: str
) -> tuple[Hit, ...]:
    """The znodes that the path typed so far may mean, in the cluster that is named, else in the present one or all."""
    asked = path_in(typed)
    if asked is None:
        return ()
    name, path = asked
    named = [each for each in seen if name.casefold() in (each.name.casefold(), each.label.casefold())]
    clusters = named if name else ([here] if here else seen)
    connected = [each for each in clusters if each.status.state is State.CONNECTED][:ASKED]
    found = await asyncio.gather(*(_completed(request, each, path) for each in connected))
    return tuple(hit for hits in found for hit in hits)[: 2 * SHOWN]


async def _completed(request: web.Request, container: ClusterContainer, typed: str) -> list[Hit]:
    parent, _, begun = typed.rpartition("/")
    try:
        async with asyncio.timeout(ZNODES_S):
            path = paths.from_text(parent)
            page, _ = await request.app[READER].page(container, path, limit=SHOWN, prefix=begun)
    except (NoNodeError, NoAuthError, ClusterUnavailable, InvalidPath, paths.BadPath, TimeoutError):
        return []
    found = [paths.join(path, name) for name in page.names]
    if not begun:
        found.insert(0, path)
    return [Hit(visible(each), urls.url_for_znode(container.name, each), container.label, mono=True) for each in found]


def _clients(seen: list[ClusterContainer], here: ClusterContainer | None, typed: str) -> Iterator[Hit]:
    """Clients are asked for only when somebody opens their page."""
    address = address_in(typed)
    for container in ([here] if here else seen)[:ASKED] if address else ():
        href = urls.with_query(f"{urls.url_for_cluster(container.name)}/clients", {"find": address})
        yield Hit(f"Clients of {container.label} from {address}", href, "asks its servers")


def _pages(
    request: web.Request, seen: list[ClusterContainer], here: ClusterContainer | None, typed: str
) -> Iterator[Hit]:
    for place in (*places.MAIN, *places.others(who_asks(request))):
        yield Hit(place.text, urls.at(place.href), also=place.also, keys=place.keys)
    if not typed:
        return
    for container in seen:
        near = 0 if container is here else 5
        for place in places.of_cluster(container.name):
            yield Hit(
                f"{container.label}: {place.text}",
                place.href,
                also=f"{container.name} {place.text} {place.also}",
                keys=place.keys if container is here else "",
                rank=near,
            )


def _actions(
    request: web.Request, seen: list[ClusterContainer], here: ClusterContainer | None, typed: str
) -> Iterator[Hit]:
    """What is done with the page that the box was opened on, and with clusters by name."""
    opened_on = urlsplit(request.headers.get("HX-Current-URL", ""))
    of = own_address(urlunsplit(("", "", opened_on.path, opened_on.query, ""))).removeprefix(urls.at(""))
    reach = reach_of(request)
    if opened_on.path and (reach.role_anywhere or 0) >= Role.OPERATOR:
        yield Hit("Share this view", urls.with_query(urls.at("/shares/new"), {"of": of}), also="link")
    if opened_on.path:
        yield Hit("Save this view", urls.with_query(urls.at("/views"), {"of": of}), also="name bookmark")
    for container in seen if typed else [here] if here else []:
        if reach.operates(container.name):
            href = urls.with_query(urls.at("/alerts/silences/new"), {"clusters": container.name})
            also = f"{container.name} mute maintenance"
            yield Hit(f"Silence {container.label}", href, also=also, rank=0 if container is here else 5)


def _word(word: Word) -> Hit:
    return Hit(word.name, urls.at(f"/glossary#{word.anchor}"), "in ZooKeeper's words", also=word.also)


def _search(typed: str, here: ClusterContainer | None) -> tuple[Hit, ...]:
    """The last resort: a search through znodes, which takes a while."""
    if not typed or typed.startswith("/"):
        return ()
    href = urls.with_query(urls.at("/search"), {"name": typed, "cluster": here.name if here else None})
    return (Hit(f"Search znodes for “{typed}”", href, "reads the trees"),)
