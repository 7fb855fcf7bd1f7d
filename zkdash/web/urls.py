"""The addresses of pages, spelt in one place: names are percent-encoded but for RFC 3986's unreserved characters.

Every address that zkdash writes begins with `[web] base_path`, which `at` puts there and nothing else does.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote, urlencode

from aiohttp import web

from zkdash.web.keys import ZKDASH

_base = ""


def mount(base_path: str) -> None:
    """From now on every address begins with this: "" or "/zkdash". A process has one site."""
    global _base
    _base = base_path


def at(path: str) -> str:
    """The address of `path`, which begins with a slash, below base_path."""
    return f"{_base}{path}"


def whole(address: str, request: web.Request) -> str:
    """An address of zkdash's own, to pass on: by public_url, which has base_path in it, else as it was asked for."""
    public_url = request.app[ZKDASH].config.web.public_url
    return f"{public_url}{address.removeprefix(_base)}" if public_url else f"{request.scheme}://{request.host}{address}"


def own_path(request: web.Request) -> str:
    """What is asked for, without base_path: "/api/v1/clusters"."""
    return request.path.removeprefix(_base)


def url_for_cluster(name: str) -> str:
    """The page of a cluster."""
    return at(f"/clusters/{quote(name, safe='')}")


def url_for_znode(name: str, path: str = "/") -> str:
    """The page of the znode `path` of the cluster `name`; only the slashes between names stay as they are."""
    return f"{url_for_cluster(name)}/znodes{quote(path if path.startswith('/') else '/' + path, safe='/')}"


def url_for_event(event_id: int) -> str:
    """The page of one event."""
    return at(f"/timeline/events/{event_id}")


def url_for_incident(incident_id: int) -> str:
    """The page of one incident."""
    return at(f"/alerts/incidents/{incident_id}")


def url_for_delivery(delivery_id: str) -> str:
    """The page of one delivery."""
    return at(f"/alerts/deliveries/{quote(delivery_id, safe='')}")


def url_for_silence(silence_id: int) -> str:
    """The page of one silence."""
    return at(f"/alerts/silences/{silence_id}")


def url_for_route(name: str) -> str:
    """The page of a route of alerts."""
    return at(f"/alerts/routes/{quote(name, safe='')}")


def url_for_timeline(**query: object) -> str:
    """The timeline with these filters; None, "" and () are left out, a list is repeated."""
    return with_query(at("/timeline"), query)


def with_query(path: str, query: Mapping[str, object]) -> str:
    """`path` with a query string of what is not empty."""
    given = {key: value for key, value in query.items() if value not in (None, "", (), [])}
    return f"{path}?{urlencode(given, doseq=True)}" if given else path
