"""A verdict in one sentence: "3 of 3 serving, leader zk2, 1 more may fail". Pure."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zkdash.ensemble.sample import Server
    from zkdash.ensemble.verdict import Verdict

MANY = 5


def of(verdict: Verdict, servers: Sequence[Server], *, by_its_own_word: bool) -> str:
    """The sentence, without a full stop."""
    if not servers:
        return "no server is known"
    short = short_names(servers)
    parts = [f"{verdict.serving} of {verdict.servers} serving"]
    if verdict.servers == len(verdict.standalone) == 1:
        return f"{parts[0]}, standalone"
    if len(verdict.standalone) == verdict.servers:
        return f"{parts[0]}, each standalone: they are no ensemble"
    if verdict.leader is not None:
        parts.append(f"leader {short[verdict.leader]}" + (" by its own word" if by_its_own_word else ""))
    elif len(verdict.out_of_quorum) > 1 and verdict.health == "unknown":
        parts.append("several claim to lead")
    elif verdict.followers and verdict.health != "no-quorum":
        parts.append("leader not seen")
    if verdict.health == "no-quorum":
        parts.append("no quorum" if verdict.quorum_size is None else f"no quorum ({verdict.quorum_size} needed)")
    elif verdict.health == "unknown":
        parts.append("whether there is a quorum is not known")
    elif verdict.may_fail is not None and verdict.servers > 1:
        parts.append(f"{verdict.may_fail or 'none'} more may fail")
    said = ", ".join(parts)
    for word, names in (
        ("down", verdict.down),
        ("silent", verdict.silent),
        ("looking for a leader", verdict.looking),
        ("out of the quorum", verdict.out_of_quorum),
        ("not known", verdict.unknown),
    ):
        if names:
            said += f"; {word}: {_listed([short[name] for name in names])}"
    if verdict.diverged:
        said += "; the data of its servers differs"
    return said


def short_names(servers: Sequence[Server]) -> Mapping[str, str]:
    """What each server may be called beside the others: its host's name alone, where no two share one."""
    hosts = [server.host for server in servers]
    return {
        server.name: server.host if hosts.count(server.host) == 1 and not _is_address(server.host) else server.name
        for server in servers
    }


def _is_address(host: str) -> bool:
    """Of which alone nobody would say what is meant: 127.0.0.1 is many."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _listed(names: Sequence[str]) -> str:
    more = len(names) - MANY
    return ", ".join(names[:MANY]) + (f" and {more} more" if more > 0 else "")
