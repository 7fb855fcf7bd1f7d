"""Who may ask: the Host that a request names, and the page that opens a websocket or changes something."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from aiohttp import web

from zkdash.config import WebConfig
from zkdash.web.keys import ZKDASH
from zkdash.web.urls import own_path

DEFAULT_PORTS = {"http": "80", "https": "443", "ws": "80", "wss": "443"}


def host_is_known(host_header: str, config: WebConfig) -> bool:
    """Whether zkdash answers to this Host header.

    Listening on loopback only, it answers to loopback's names alone (and to those configured), so that a page of
    the internet whose name resolves to 127.0.0.1 (DNS rebinding) reads nothing.
    """
    name = host_name(host_header)
    if name in known_hosts(config):
        return True
    if all(is_loopback(host) for host, _ in config.listen):
        return is_loopback(name)
    return not config.hosts


def known_hosts(config: WebConfig) -> set[str]:
    """The names that the configuration gives zkdash, lower case and without port."""
    named = {host_name(host) for host in config.hosts}
    if config.public_url:
        named.add(host_name(urlsplit(config.public_url).netloc))
    return named


def is_loopback(host: str) -> bool:
    """Whether a name or an address without port is this machine's own."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def host_name(netloc: str) -> str:
    """ "Name:8080" -> "name", "[::1]:8080" -> "::1"."""
    try:
        return (urlsplit(f"//{netloc}").hostname or "").rstrip(".")
    except ValueError:
        return ""


def refuse_foreign_origin(request: web.Request) -> None:
    """Raise 403 if a page of another site asks.

    A browser always says the Origin of a page that opens a websocket. Without one it is a script, which could
    read the pages all the same, so that passes.
    """
    origin = request.headers.get("Origin")
    if origin is None or origin_matches(origin, request.host, request.app[ZKDASH].config.web):
        return
    raise web.HTTPForbidden(text="Pages of other sites can't listen to zkdash.")


def refuse_foreign_change(request: web.Request) -> None:
    """Raise 403 unless what would change something comes from zkdash's own page, or from a script by the API.

    A browser says where a page comes from: by Sec-Fetch-Site over https and on this machine, else by Origin. What
    says neither is a script, or a browser that can't be trusted: it gets no further than to the API, which takes
    no body that a form can send.
    """
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site in ("same-origin", "same-site", "cross-site"):
        ours = site == "same-origin"
    elif origin is not None:
        ours = origin_matches(origin, request.host, request.app[ZKDASH].config.web)
    else:
        browser = request.headers.get("User-Agent", "").startswith("Mozilla/")
        ours = site is None and not browser and own_path(request).startswith("/api/")
    if not ours:
        raise web.HTTPForbidden(text="Only zkdash's own pages can do this, and scripts by the API.")


def origin_matches(origin: str, host_header: str, config: WebConfig) -> bool:
    """Whether an Origin is that of the page's own host, or of a host that the configuration names."""
    try:
        parts = urlsplit(origin)
        port = str(parts.port or DEFAULT_PORTS.get(parts.scheme, ""))
        asked = urlsplit(f"//{host_header}")
        asked_port = str(asked.port or DEFAULT_PORTS.get(parts.scheme, ""))
    except ValueError:
        return False
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return False
    return (parts.hostname, port) == (asked.hostname, asked_port) or parts.hostname in known_hosts(config)
