"""What answers to `srvr`, `mntr`, `server_stats` and `monitor` say of a server. Pure; nothing raises.

Sources: ZooKeeper's SrvrCommand, MonitorCommand, Commands.SrvrCommand, ZooKeeperServer.dumpMonitorValues.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from zkdash.zookeeper.unsigned import UNSIGNED_64

MAX_METRICS = 2000
"""A real server has about 430 of them, and some for each learner."""

MAX_NAME = 100
_LONGEST_LINE = 200
# One for each child of the root: as many as somebody likes, named as znodes are.
_BY_ZNODE = "_per_namespace"
_VERSION = re.compile(r"\s*(\d{1,6}(?:\.\d{1,6}){1,3}(?:-(?:alpha|beta|rc)[\w.-]{0,8})?)", re.ASCII)
_NAME = re.compile(rf"[A-Za-z0-9_.:-]{{1,{MAX_NAME}}}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Vitals:
    """What a server says of itself. `state` is "leader", "follower", "observer", "standalone", "read-only" or "".

    `metrics` have AdminServer's bare names. `zxid` is unsigned; None: not told.
    """

    state: str
    version: str = ""
    zxid: int | None = None
    uptime_ms: int | None = None
    metrics: Mapping[str, float] = field(default_factory=dict)


STATES = frozenset({"leader", "follower", "observer", "standalone", "read-only"})


def of_srvr(answer: bytes) -> Vitals | None:
    """Of an answer to `srvr`; None for what is none."""
    if not answer.startswith(b"Zookeeper version: "):
        return None
    said: dict[str, str] = {}
    for line in answer.decode("utf-8", "replace").split("\n", 16)[:16]:
        key, _, value = line.partition(": ")
        said[key] = value
    state = said.get("Mode", "").strip()
    if state not in STATES:
        return None
    metrics = {name: number for key, name in _OF_SRVR if (number := _decimal(said.get(key, ""))) is not None}
    latencies = said.get("Latency min/avg/max", "").split("/")
    if len(latencies) == 3:
        for name, text in zip(("min_latency", "avg_latency", "max_latency"), latencies, strict=True):
            if (number := _decimal(text)) is not None:
                metrics[name] = number
    return Vitals(state, version_of(said["Zookeeper version"]), _hex(said.get("Zxid", "")), None, metrics)


_OF_SRVR = (
    ("Received", "packets_received"),
    ("Sent", "packets_sent"),
    ("Connections", "num_alive_connections"),
    ("Outstanding", "outstanding_requests"),
    ("Node count", "znode_count"),
)


def of_mntr(answer: bytes) -> Vitals | None:
    """Of an answer to `mntr`: lines "zk_NAME<tab>VALUE"; None for what is none."""
    words: dict[str, str] = {}
    metrics: dict[str, float] = {}
    for line in answer.decode("utf-8", "replace").split("\n"):
        found = _line(line) if len(line) <= _LONGEST_LINE else None
        if found is None:
            continue
        name, value = found
        if isinstance(value, str):
            words[name] = value
        elif len(metrics) < MAX_METRICS:
            metrics[name] = value
    return _of_monitor(words, metrics)


@functools.lru_cache(maxsize=8 * MAX_METRICS)
def _line(line: str) -> tuple[str, float | str] | None:
    """One line of an answer to `mntr`; None for what tells nothing. Most say the same every time, on most servers."""
    if _BY_ZNODE in line:
        return None
    key, tab, value = line.partition("\t")
    if not tab or not key.startswith("zk_"):
        return None
    name = key[3:]
    if name in ("version", "server_state"):
        return name, value
    number = _decimal(value)
    known = _known(name) if len(name) <= MAX_NAME else ""
    return (known, number) if known and number is not None else None


def of_monitor(answer: Mapping[str, Any]) -> Vitals | None:
    """Of AdminServer's answer to `monitor`; None for what is none."""
    return _of_monitor(answer, _numbers(answer.items()))


def of_server_stats(answer: Mapping[str, Any]) -> Vitals | None:
    """Of AdminServer's answer to `server_stats`; None for what is none."""
    stats = answer.get("server_stats")
    if not isinstance(stats, dict):
        return None
    metrics = _numbers((_OF_STATS.get(name, name), stats[name]) for name in _STATS if name in stats)
    metrics |= _numbers([("znode_count", answer.get("node_count"))])
    state = "read-only" if answer.get("read_only") is True else stats.get("server_state")
    if not isinstance(state, str) or state not in STATES:
        return None
    zxid = stats.get("last_processed_zxid")
    if not isinstance(zxid, int) or isinstance(zxid, bool):
        zxid = None
    return Vitals(
        state,
        version_of(answer.get("version")),
        None if zxid is None else zxid & UNSIGNED_64,
        _uptime(metrics),
        metrics,
    )


_STATS = (
    *("packets_sent", "packets_received", "outstanding_requests", "min_latency", "avg_latency", "max_latency"),
    *("num_alive_client_connections", "uptime", "auth_failed_count", "fsync_threshold_exceed_count"),
)
_OF_STATS = {"num_alive_client_connections": "num_alive_connections"}


def version_of(text: object) -> str:
    """ "3.8.4" of "3.8.4-9316c2a7…, built on 2024-02-12 22:16 UTC"; "" for what is none."""
    found = _VERSION.match(text) if isinstance(text, str) else None
    return found[1] if found else ""


def _of_monitor(words: Mapping[str, Any], metrics: dict[str, float]) -> Vitals | None:
    state = words.get("server_state")
    if not isinstance(state, str) or state.strip() not in STATES:
        return None
    return Vitals(state.strip(), version_of(words.get("version")), None, _uptime(metrics), metrics)


def _uptime(metrics: Mapping[str, float]) -> int | None:
    uptime = metrics.get("uptime", -1.0)
    return int(uptime) if 0 <= uptime < 1 << 53 else None


def _numbers(items: Iterable[tuple[str, Any]]) -> dict[str, float]:
    """The metrics among these, as floats; JSON gives each key once."""
    found: dict[str, float] = {}
    for name, value in items:
        kind = type(value)
        if kind is int or kind is float:
            if len(found) >= MAX_METRICS:
                break
            if len(name) <= MAX_NAME and (known := _known(name)):
                found[known] = float(value)
    return found


@functools.lru_cache(maxsize=4 * MAX_METRICS)
def _known(name: str) -> str:
    """The name of a metric, "" for what is none: looked at once, and one string for all servers that say it.

    Only of names that are short: the last are kept.
    """
    return name if not name.endswith(_BY_ZNODE) and _NAME.fullmatch(name) else ""


def _decimal(text: str) -> float | None:
    """A finite number in plain digits."""
    if len(text) > 40:
        return None
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _hex(text: str) -> int | None:
    try:
        return int(text, 16) if text.startswith("0x") and len(text) <= 18 else None
    except ValueError:
        return None
