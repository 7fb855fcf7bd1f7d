"""What a server says of itself that seldom changes: who it is, how it is set up, and the digest of its data. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeGuard

SETTINGS = (
    *("tick_time", "init_limit", "sync_limit", "max_client_cnxns", "min_session_timeout", "max_session_timeout"),
    "client_port_listen_backlog",
)
"""What is compared between servers. Only numbers: what else a configuration says is nobody's business."""

VOTERS = "voters"
MAX_DIGESTS = 64
MAX_VOTERS = 64
_ADDRESS = re.compile(r"[A-Za-z0-9._:%\[\]-]{1,260}:[0-9]{1,5}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Facts:
    """`number` is the server's id by its own word; `settings` are those that should be the same everywhere.

    `digests` are the digests of its data by zxid, for some of the last zxids. None and empty: not told. `voters` are
    the servers that it votes with, by their ids, each as a line of /zookeeper/config has it.
    """

    number: int | None = None
    settings: Mapping[str, str] | None = None
    digests: Mapping[int, str] | None = None
    voters: Mapping[int, str] = field(default_factory=dict)


def facts_of(configuration: Mapping[str, Any], voting_view: Mapping[str, Any], digests: Mapping[str, Any]) -> Facts:
    """Of AdminServer's answers to `configuration`, `voting_view` and `hash`, each {} where there is none."""
    number = configuration.get("server_id")
    settings = {name: str(value) for name in SETTINGS if _whole(value := configuration.get(name))}
    view = voting_view.get("current_config")
    if isinstance(view, dict) and 0 < len(view) <= MAX_VOTERS and all(_digits(key) for key in view):
        settings[VOTERS] = ", ".join(str(one) for one in sorted(map(int, view)))
    voters = _lines(view) if isinstance(view, dict) and VOTERS in settings else {}
    return Facts(number if _whole(number) else None, settings, _digests(digests.get("digests")), voters)


def _lines(view: Mapping[str, Any]) -> dict[int, str]:
    found: dict[int, str] = {}
    for number, one in view.items():
        said = one if isinstance(one, dict) else {}
        servers = said.get("server_addresses")
        server = servers[0] if isinstance(servers, list) and servers else ""
        clients = said.get("client_address")
        if _ADDRESS.fullmatch(f"{server}"):
            own = f";{clients}" if _ADDRESS.fullmatch(f"{clients}") else ""
            found[int(number)] = f"server.{int(number)}={server}{own}"
    return found


def _digests(value: object) -> dict[int, str]:
    found: dict[int, str] = {}
    for one in value[-MAX_DIGESTS:] if isinstance(value, list) else ():
        if isinstance(one, dict):
            zxid, digest, version = one.get("zxid"), one.get("digest"), one.get("digest_version")
            if _whole(zxid) and _whole(digest) and _whole(version):
                found[zxid] = f"v{version}:{digest:x}"
    return found


def _whole(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and -(1 << 63) <= value < 1 << 64


def _digits(key: object) -> bool:
    return isinstance(key, str) and key.isascii() and key.isdigit() and len(key) < 10


def drift(facts: Mapping[str, Facts]) -> dict[str, dict[str, tuple[str, ...]]]:
    """The settings that differ: setting -> value -> servers."""
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for server, fact in facts.items():
        for name, value in (fact.settings or {}).items():
            values = found.setdefault(name, {})
            values[value] = (*values.get(value, ()), server)
    return {name: values for name, values in found.items() if len(values) > 1}


def diverged(facts: Mapping[str, Facts]) -> dict[str, tuple[str, ...]]:
    """The servers by digest at the last zxid at which they differ; empty where none differ.

    Digests of one zxid are of the same data, unless a server's has gone astray.
    """
    by_zxid: dict[int, dict[str, tuple[str, ...]]] = {}
    for server, fact in facts.items():
        for zxid, digest in (fact.digests or {}).items():
            digests = by_zxid.setdefault(zxid, {})
            digests[digest] = (*digests.get(digest, ()), server)
    for zxid in sorted(by_zxid, reverse=True):
        digests = by_zxid[zxid]
        # Another version of the digest is another way to count.
        if len(digests) > 1 and len({digest.partition(":")[0] for digest in digests}) == 1:
            return digests
    return {}
