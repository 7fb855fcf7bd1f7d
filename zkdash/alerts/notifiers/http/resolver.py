"""Names of receivers, resolved where zkdash resolves those of clusters: beside the event loop, with a deadline."""

from __future__ import annotations

import ipaddress
import socket

from aiohttp.abc import AbstractResolver, ResolveResult

from zkdash.zookeeper.addresses import resolve

_DEADLINE_S = 5.0


class Resolver(AbstractResolver):
    """aiohttp's resolver; a name service that hangs holds up no other part of zkdash, nor its end."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Raises OSError with a plain message."""
        found = []
        for address in await resolve(host, port, _DEADLINE_S):
            of = socket.AF_INET6 if ipaddress.ip_address(address.ip.partition("%")[0]).version == 6 else socket.AF_INET
            if family in (socket.AF_UNSPEC, of):
                found.append(
                    ResolveResult(
                        hostname=host, host=address.ip, port=port, family=of, proto=0, flags=socket.AI_NUMERICHOST
                    )
                )
        return found

    async def close(self) -> None:
        """Nothing is held."""
