"""From a configured server to the addresses it has now."""

from __future__ import annotations

import asyncio
import ipaddress
import random
import socket
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

# Bounded, and apart from the loop's own pool: a resolver that hangs must not hold up anything else.
_RESOLVERS = ThreadPoolExecutor(max_workers=8, thread_name_prefix="resolve")
_lookups: set[Future[Any]] = set()


@dataclass(frozen=True, slots=True)
class Address:
    """One address of a configured server."""

    host: str
    port: int
    ip: str

    @property
    def server(self) -> str:
        return server_name(self.host, self.port)


def server_name(host: str, port: int) -> str:
    """ "host:port", as people and the configuration write it (IPv6 in brackets)."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


async def resolve(host: str, port: int, deadline_s: float) -> list[Address]:
    """Every address that `host` has at this moment, shuffled. Raises OSError with a plain message."""
    if _is_literal(host):
        return [Address(host, port, host)]
    lookup = _RESOLVERS.submit(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
    _lookups.add(lookup)
    lookup.add_done_callback(_lookups.discard)
    try:
        async with asyncio.timeout(deadline_s):
            found = await asyncio.wrap_future(lookup)
    except TimeoutError:
        raise OSError(f"no answer from the name service within {deadline_s:.0f} s") from None
    except (socket.gaierror, UnicodeError):
        raise OSError("host name not found") from None
    addresses = [Address(host, port, ip) for ip in dict.fromkeys(str(entry[4][0]) for entry in found)]
    random.shuffle(addresses)
    return addresses


def lookups_running() -> int:
    """How many threads wait for a name service: Python can't end them, and would wait for them at its end."""
    return len(_lookups)


def _is_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
