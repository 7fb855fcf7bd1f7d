"""Which servers a cluster has now, and where they can be asked: the configured ones and those of /zookeeper/config."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kazoo.exceptions import KazooException

from zkdash.config import ClusterConfig
from zkdash.zookeeper.addresses import Address, resolve, server_name
from zkdash.zookeeper.commands import Target
from zkdash.zookeeper.tls import tls_context

if TYPE_CHECKING:
    from zkdash.zookeeper.container import ClusterContainer

CONFIG_PATH = "/zookeeper/config"
CONFIG_S = 1.0
RESOLVE_S = 1.0
MAX_TARGETS = 64
ANY_ADDRESS = {"0.0.0.0", "::", "0:0:0:0:0:0:0:0"}  # noqa: S104 - what a server's configuration says, not ours


@dataclass(frozen=True, slots=True)
class Member:
    """One server of /zookeeper/config: `host` and the client port, None where the ensemble doesn't say it.

    `number` is the N of its server.N, `observer` whether it has no vote.
    """

    host: str
    port: int | None
    number: int | None = None
    observer: bool = False


@dataclass(frozen=True, slots=True)
class Members:
    """Whom to ask. `unknown` are names that can't be asked, each with the reason in words."""

    targets: tuple[Target, ...]
    unknown: tuple[tuple[str, str], ...] = ()


async def members_of(container: ClusterContainer) -> Members:
    """All servers of a cluster, at most MAX_TARGETS, each address once. Raises nothing."""
    config = container.config
    configured, value = await asyncio.gather(addresses_of(config.servers), told_by(container))
    told = members_told(value or b"")
    # Where the servers are spoken to by TLS, the client ports that the ensemble tells are others.
    more = [(member.host, member.port) for member in told if member.port and config.tls is None]
    found = await addresses_of(server for server in more if server not in config.servers)
    by_place: dict[tuple[str, int], Address] = {}
    unknown: list[tuple[str, str]] = []
    for one in (*configured, *found):
        if isinstance(one, Address):
            by_place.setdefault((one.ip, one.port), one)
        else:
            unknown.append(one)
    targets = targets_at(config, list(by_place.values()))
    silent = len(told) - len(by_place)
    if silent > 0:
        unknown.append((f"{silent} more of the ensemble", "where their clients connect to is not known"))
    return Members(tuple(targets[:MAX_TARGETS]), tuple(unknown))


async def addresses_of(servers: Iterable[tuple[str, int]]) -> list[Address | tuple[str, str]]:
    """Every address of every server; for a name that isn't found its name and why."""

    async def one(host: str, port: int) -> list[Address | tuple[str, str]]:
        try:
            return [*await resolve(host, port, RESOLVE_S)]
        except OSError as error:
            return [(server_name(host, port), str(error))]

    found = await asyncio.gather(*(one(host, port) for host, port in servers))
    return [address for addresses in found for address in addresses]


def targets_at(config: ClusterConfig, addresses: list[Address]) -> list[Target]:
    """How to ask the servers at these addresses, each of which is another place, in the same order."""
    tls_config = config.tls
    tls = (lambda: tls_context(tls_config)) if tls_config is not None else None
    shared = Counter(address.server for address in addresses)
    made: list[Target] = []
    for address in addresses:
        name = address.server if shared[address.server] == 1 else f"{address.server} ({address.ip})"
        admin, guessed = _admin(config, address, alone=shared[address.server] == 1)
        made.append(Target(name, address.host, address.port, address.ip, admin, guessed, tls))
    # Without a port to compare, one AdminServer can't be that of two servers.
    places = Counter((target.admin, target.ip) for target in made)
    return [
        replace(target, admin="")
        if target.guessed and target.tls is not None and places[target.admin, target.ip] > 1
        else target
        for target in made
    ]


def _admin(config: ClusterConfig, address: Address, *, alone: bool) -> tuple[str, bool]:
    """Where the AdminServer of a server is, "" for unknown, and whether that is a guess."""
    if not config.admin:
        return "", True
    if "{host}" in config.admin[0]:
        host = f"[{address.host}]" if ":" in address.host else address.host
        return config.admin[0].replace("{host}", host), True
    server = (address.host, address.port)
    if server in config.servers and alone:
        return config.admin[config.servers.index(server)], False
    return "", True


async def told_by(container: ClusterContainer) -> bytes | None:
    """What /zookeeper/config says now; None where it can't be read. Raises nothing."""
    if not container.is_connected():
        return None
    try:
        async with asyncio.timeout(CONFIG_S):
            value, _ = await container.ZooKeeper.Client.get_async(CONFIG_PATH)
    except (TimeoutError, KazooException, OSError):
        return None
    return value or b""


def members_told(value: bytes) -> tuple[Member, ...]:
    """The members of a dynamic configuration: lines "server.1=host:2888:3888:participant;host:2181". Raises nothing."""
    found = []
    for line in value.decode(errors="replace").split("\n"):
        key, equals, rest = line.strip().partition("=")
        if not equals or not key.startswith("server."):
            continue
        peers, _, clients = rest.partition(";")
        number = key.removeprefix("server.")
        host = _host_port(peers.partition("|")[0])[0]
        client_host, port = _host_port(clients.partition(";")[0])
        if client_host and client_host not in ANY_ADDRESS:
            host = client_host
        if host:
            found.append(
                Member(
                    host.lower(),
                    port,
                    int(number) if number.isascii() and number.isdigit() and len(number) < 10 else None,
                    peers.strip().endswith(":observer"),
                )
            )
    return tuple(found[:MAX_TARGETS])


def counts_heads(value: bytes) -> bool:
    """Whether a dynamic configuration has each voter count the same: its quorum is then any majority of them."""
    return not any(line.strip().startswith((b"group.", b"weight.")) for line in value.split(b"\n"))


def _host_port(text: str) -> tuple[str, int | None]:
    """The host and the first port of "host:port:…", "[v6]:port:…", "port" or ""."""
    text = text.strip()
    if text.startswith("["):
        host, _, rest = text[1:].partition("]")
        port = rest.lstrip(":").partition(":")[0]
    elif ":" in text:
        host, _, rest = text.partition(":")
        port = rest.partition(":")[0]
    else:
        host, port = "", text
    number = int(port) if port.isascii() and port.isdigit() and len(port) < 6 else 0
    return host, number if 0 < number < 65536 else None
