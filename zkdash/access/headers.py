"""What a proxy in front of zkdash says of who asks: believed from its own addresses only."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection

from aiohttp import web

from zkdash.config import AccessConfig, Network

LONGEST = 200


def peer_of(request: web.Request) -> str:
    """The address that the connection really comes from, whatever headers say; "" if it is gone."""
    peer = request.transport.get_extra_info("peername") if request.transport is not None else None
    return str(peer[0]) if isinstance(peer, tuple) and peer else ""


def is_among(address: str, networks: Collection[Network]) -> bool:
    """Whether an address is in one of the networks; an IPv4 address may be written as IPv6."""
    if not networks:
        return False
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    return any(ip in network for network in networks if network.version == ip.version)


def user_in(request: web.Request, config: AccessConfig) -> tuple[str, tuple[str, ...]] | None:
    """The user and the groups that the proxy names; None if it names none, several, or is not the proxy."""
    if not is_among(peer_of(request), config.proxies):
        return None
    names = request.headers.getall(config.user_header, [])
    if len(names) != 1:
        return None
    name = names[0].strip()
    if not name or len(name) > LONGEST or not name.isprintable():
        return None
    said = ",".join(request.headers.getall(config.groups_header, []))
    return name, tuple(dict.fromkeys(group.strip() for group in said.split(",") if group.strip()))
