"""Who is connected to a cluster: asked for when somebody opens the page, and never by a timer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from aiohttp import web

from zkdash.ensemble.asking import take_census
from zkdash.ensemble.clients import Census, Client, Order, ordered
from zkdash.web import client_shapes
from zkdash.web.api import answer
from zkdash.web.cluster import find_whole
from zkdash.web.holders import OPERATIONS
from zkdash.web.keys import HOLDERS, ROLLS
from zkdash.web.query import Query
from zkdash.web.render import render
from zkdash.web.urls import url_for_cluster, with_query
from zkdash.znodes.holding import grouped

SHOWN = 200
"""How many clients, and how many sessions of one, a page shows."""
PARAMETERS = ("sort", "find", "address", "watches")


@dataclass(frozen=True, slots=True)
class Wish:
    """What the address of the page asks for: `find` narrows the list, `address` opens one client."""

    name: str
    sort: Order = Order.CONNECTIONS
    find: str = ""
    address: str = ""
    watches: bool = False

    def url(self, **changes: Any) -> str:
        """The same page with something else asked for."""
        wished = {
            "sort": self.sort if self.sort is not Order.CONNECTIONS else "",
            "find": self.find,
            "address": self.address,
            "watches": int(self.watches) or "",
        }
        return with_query(f"{url_for_cluster(self.name)}/clients", wished | changes)

    def chosen(self, census: Census) -> list[Client]:
        """The clients that are asked for, in their order."""
        found = [
            client
            for client in census.clients
            if (not self.address or client.address == self.address) and self.find in client.address
        ]
        return ordered(found, self.sort)


async def index(request: web.Request) -> web.Response:
    """GET /clusters/{name}/clients"""
    container, wish = find_whole(request), _wish(request)
    census = await take_census(request.app[HOLDERS], request.app[ROLLS], container, watches=wish.watches)
    clients = wish.chosen(census)
    return render(
        request,
        "clients/index.html",
        cluster=container,
        census=census,
        wish=wish,
        clients=clients[:SHOWN],
        matching=len(clients),
        opened=clients[0] if wish.address and clients else None,
        shown=SHOWN,
        gaps=grouped(census.gaps),
        operations=OPERATIONS,
    )


async def api_clients(request: web.Request) -> web.Response:
    """GET /api/v1/clusters/{name}/clients?sort=&find=&address=&watches="""
    container, wish = find_whole(request), _wish(request)
    census = await take_census(request.app[HOLDERS], request.app[ROLLS], container, watches=wish.watches)
    return answer(client_shapes.census(census, wish.chosen(census)))


def _wish(request: web.Request) -> Wish:
    query = Query(request, PARAMETERS)
    return Wish(
        request.match_info["name"],
        query.choice("sort", Order) or Order.CONNECTIONS,
        query.text("find").strip(),
        query.text("address"),
        query.flag("watches"),
    )
