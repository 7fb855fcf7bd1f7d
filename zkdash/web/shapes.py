"""What flows, as the JSON API gives it: `openapi_schemas.py` describes the same. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kazoo.protocol.states import ZnodeStat

from zkdash.ensemble.verdict import Health, Verdict
from zkdash.timeline.event import Event
from zkdash.web.filters import iso
from zkdash.znodes.choice import Choice, Sort
from zkdash.znodes.decode import for_json
from zkdash.znodes.listing import Page
from zkdash.znodes.masking import masked_by
from zkdash.znodes.seen import UNSEEN
from zkdash.znodes.stat import hex_id
from zkdash.zookeeper.states import State

if TYPE_CHECKING:
    from zkdash.zookeeper.container import ClusterContainer

HEALTH = {State.CONNECTED: "ok", State.SUSPENDED: "suspended", State.LOST: "lost"}
JUDGED = frozenset(Health) - {Health.UNKNOWN, Health.NOT_PROBED}


def cluster(container: ClusterContainer, verdict: Verdict | None = None) -> dict[str, Any]:
    """One of a list of clusters."""
    status = container.status
    return {
        "name": container.name,
        "label": container.label,
        "state": status.state,
        "since": iso(status.since),
        "cause": status.cause,
        "reason": status.reason,
        "server": status.server,
        "session_id": _session(status.session_id),
        "health": health(status.state, verdict),
    }


def health(state: State, verdict: Verdict | None) -> str:
    """One word for a traffic light: the verdict on the servers of a cluster that is connected, if there is one."""
    if state is State.CONNECTED and verdict is not None and verdict.health in JUDGED:
        return verdict.health
    return HEALTH[state]


def cluster_details(container: ClusterContainer, verdict: Verdict | None = None) -> dict[str, Any]:
    """A cluster by itself."""
    return cluster(container, verdict) | {
        "path": container.config.path,
        "servers": [_server(host, port) for host, port in container.config.servers],
        "session_timeout": container.status.session_timeout_s,
    }


def znode(path: str, value: bytes | None, stat: ZnodeStat, page: Page, choice: Choice) -> dict[str, Any]:
    """A znode with a page of the children that are wanted."""
    data, encoding = for_json(value)
    return {
        "path": path,
        "stat": None if stat is UNSEEN else _stat(stat),
        "data": data,
        "encoding": encoding,
        "masked": len(masked_by(value)),
        "children": [{"name": name} for name in page.names],
        "matching": page.matching,
        "next": page.next if choice.sort is Sort.NAME else None,
        "next_skip": page.end if page.next is not None and choice.sort is not Sort.NAME else None,
    }


def event(event: Event) -> dict[str, Any]:
    """An event, in lists, by itself and on the stream."""
    return {
        "id": event.id,
        "cluster": event.cluster,
        "at": iso(event.at),
        "kind": event.kind,
        "from": event.from_state,
        "to": event.to_state,
        "cause": event.cause,
        "reason": event.reason,
        "session_id": _session(event.session_id),
        "server": event.server,
        "lasted": None if event.lasted_ms is None else event.lasted_ms / 1000,
        "about": event.about,
        "rule": event.rule or None,
        "subject": event.subject or None,
        "severity": event.severity,
    }


def _stat(stat: ZnodeStat) -> dict[str, Any]:
    return {
        "czxid": stat.czxid,
        "mzxid": stat.mzxid,
        "pzxid": stat.pzxid,
        "ctime": iso(stat.ctime),
        "mtime": iso(stat.mtime),
        "ctime_ms": stat.ctime,
        "mtime_ms": stat.mtime,
        "version": stat.version,
        "cversion": stat.cversion,
        "aversion": stat.aversion,
        "ephemeral_owner": hex_id(stat.ephemeralOwner) if stat.ephemeralOwner else None,
        "data_length": stat.dataLength,
        "num_children": stat.numChildren,
    }


def _server(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _session(session_id: int | None) -> str | None:
    return hex_id(session_id) if session_id else None
