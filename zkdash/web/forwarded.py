"""Behind a proxy: the browser's own address, scheme and host, from headers that are believed from the proxy only."""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from zkdash.access.headers import is_among, peer_of
from zkdash.config import Network
from zkdash.web.keys import ZKDASH

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def believe_proxies(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let handlers see the request as the browser sent it."""
    proxies = request.app[ZKDASH].config.access.proxies
    if not proxies or not is_among(peer_of(request), proxies):
        return await handler(request)
    told: dict[str, Any] = {}
    if remote := client_of(request.headers.getall("X-Forwarded-For", []), proxies):
        told["remote"] = remote
    scheme = last(request.headers.getall("X-Forwarded-Proto", [])).lower()
    if scheme in ("http", "https"):
        told["scheme"] = scheme
    host = last(request.headers.getall("X-Forwarded-Host", []))
    if host and host.isascii() and host.isprintable() and not set(host) & set("/\\@?# "):
        told["host"] = host
    return await handler(request.clone(**told) if told else request)


def client_of(lines: list[str], proxies: tuple[Network, ...]) -> str:
    """The last address that is no proxy's own: what stands before it may be anybody's invention."""
    hops = [hop.strip().strip("[]") for line in lines for hop in line.split(",") if hop.strip()]
    for hop in reversed(hops):
        try:
            ipaddress.ip_address(hop)
        except ValueError:
            return ""
        if not is_among(hop, proxies):
            return hop
    return hops[0] if hops else ""


def last(lines: list[str]) -> str:
    """What the nearest proxy said."""
    return lines[-1].rpartition(",")[2].strip() if lines else ""
