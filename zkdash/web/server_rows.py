"""One server of an ensemble as its row shows it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from zkdash.ensemble.sample import Role, Sample, Server
from zkdash.ensemble.verdict import Health, Verdict
from zkdash.ensemble.view import View
from zkdash.web.filters import count
from zkdash.web.metric_rows import value_in_words
from zkdash.web.trails import Spark
from zkdash.web.urls import url_for_cluster
from zkdash.zookeeper.commands import Refusal, merged
from zkdash.zookeeper.refusals import Trouble

STANDINGS = {
    "serving": "connected",
    "behind": "suspended",
    "read-only": "suspended",
    "not serving": "suspended",
    "out of quorum": "suspended",
    "down": "lost",
    "silent": "lost",
    "not told": "unknown",
    "not asked yet": "unknown",
}
"""A server's state in words, and the shape and colour that it is shown with."""

HEALTH_STANDINGS = {
    Health.HEALTHY: "connected",
    Health.DEGRADED: "suspended",
    Health.AT_RISK: "suspended",
    Health.NO_QUORUM: "lost",
    Health.UNKNOWN: "unknown",
    Health.NOT_PROBED: "unknown",
}
SLOW_MS = 100
WAITING = 20
BEHIND = 1000
"""From so many transactions on, a server that serves is said to be behind."""


@dataclass(frozen=True, slots=True)
class ServerRow:
    """Everything that stands in a row. `started` (UTC ms) is when the server began to serve."""

    id: str
    url: str
    name: str
    number: int | None
    word: str
    standing: str
    role: Role
    why: str
    latency: str
    outstanding: str
    connections: str
    znodes: str
    watches: str
    zxid: str
    started: int | None
    version: str
    spark: str
    spark_words: str
    high: frozenset[str]


@dataclass(frozen=True, slots=True)
class Glance:
    """The ensemble in a sentence, and what is odd about it."""

    health: Health
    standing: str
    sentence: str
    warnings: tuple[str, ...]


def element_id(server: str) -> str:
    """The id of a server's row: only what needs no escaping anywhere, and no two servers have the same."""
    return "server-" + re.sub(r"[^A-Za-z0-9-]", lambda found: f"_{ord(found[0]):x}_", server)


def url_for_server(cluster: str, server: str) -> str:
    """The page of one server."""
    return f"{url_for_cluster(cluster)}/servers/{quote(server, safe='')}"


def state_word(name: str, sample: Sample | None, verdict: Verdict) -> str:
    """How a server stands, one of STANDINGS."""
    if sample is None:
        return "not asked yet"
    if name in verdict.out_of_quorum:
        return "read-only" if sample.role is Role.READ_ONLY else "out of quorum"
    if sample.role is Role.READ_ONLY:
        return "read-only"
    if sample.role is Role.LOOKING:
        return "not serving"
    if sample.ok:
        return "behind" if (verdict.lag or {}).get(name, 0) >= BEHIND else "serving"
    trouble = sample.refusal.trouble if sample.refusal is not None else Trouble.SILENT
    return {
        Trouble.UNREACHABLE: "down",
        Trouble.SILENT: "silent",
        Trouble.NOT_SERVING: "not serving",
    }.get(trouble, "not told")


def metrics_of(view: View, name: str) -> Mapping[str, float]:
    """All numbers of a server: those of its last full round, with what it has said since."""
    full, last = view.full.get(name), view.samples.get(name)
    if last is None or not last.ok:
        return {}
    return {**(full.metrics if full is not None else {}), **last.metrics}


def row(view: View, server: Server, spark: Spark, started: int | None) -> ServerRow:
    """The row of a server that the view has."""
    sample, verdict = view.samples.get(server.name), view.verdict
    word = state_word(server.name, sample, verdict)
    metrics = metrics_of(view, server.name)
    latency, waiting = metrics.get("avg_latency"), metrics.get("outstanding_requests")
    high = {"latency"} if (latency or 0) > SLOW_MS else set()
    high |= {"outstanding"} if (waiting or 0) > WAITING else set()
    ok = sample is not None and sample.ok
    return ServerRow(
        id=element_id(server.name),
        url=url_for_server(view.cluster, server.name),
        name=server.name,
        number=server.number,
        word=word,
        standing=STANDINGS[word],
        role=sample.role if sample is not None else Role.UNKNOWN,
        why=why(server, sample, verdict),
        latency=_said(latency, "ms"),
        outstanding=_said(waiting),
        connections=_said(metrics.get("num_alive_connections")),
        znodes=_said(metrics.get("znode_count")),
        watches=_said(metrics.get("watch_count")),
        zxid=f"0x{sample.zxid:x}" if ok and sample is not None and sample.zxid is not None else "–",
        started=started if ok else None,
        version=sample.version if sample is not None else "",
        spark=spark.path,
        spark_words=spark.words,
        high=frozenset(high),
    )


def why(server: Server, sample: Sample | None, verdict: Verdict) -> str:
    """What is worth a word about a server: why it doesn't serve, how far it is behind, whence it is known."""
    said = []
    if sample is not None and not sample.ok and sample.refusal is not None:
        said.append(sample.refusal.reason)
    behind = (verdict.lag or {}).get(server.name, 0)
    if behind >= BEHIND:
        said.append(f"{count(behind, 'transaction')} behind the leader")
    if server.peer.value == "observer":
        said.append("has no vote")
    if not server.configured:
        said.append("named by the ensemble, not by zkdash's configuration")
    elif server.guessed:
        said.append("its client port is a guess")
    return "; ".join(said)


def glance(view: View) -> Glance:
    """The verdict in a sentence with a capital, and the warnings that go with it."""
    verdict = view.verdict
    sentence = verdict.sentence[:1].upper() + verdict.sentence[1:]
    return Glance(verdict.health, HEALTH_STANDINGS[verdict.health], sentence, tuple(warnings(view)))


def warnings(view: View) -> Iterable[str]:
    """What is odd about an ensemble, each in a sentence that names the servers."""
    verdict = view.verdict
    if verdict.out_of_quorum:
        yield f"Out of the quorum, whatever they say of themselves: {_names(verdict.out_of_quorum)}."
    if verdict.skew:
        parts = ", ".join(f"{version} on {_names(servers)}" for version, servers in verdict.skew.items())
        yield f"Versions differ: {parts}."
    for setting, values in (verdict.drift or {}).items():
        parts = ", ".join(f"{value or 'nothing'} on {_names(servers)}" for value, servers in values.items())
        yield f"The setting {setting} differs: {parts}."
    behind = {name: number for name, number in (verdict.lag or {}).items() if number >= BEHIND}
    for name, number in behind.items():
        yield f"{name} is {count(number, 'transaction')} behind the leader."
    if verdict.diverged:
        parts = "; ".join(_names(servers) for servers in verdict.diverged.values())
        yield f"The data of servers has diverged, by their digests at the same zxid: {parts}."
    for name, reason in view.unnamed:
        yield f"{name} can't be asked: {reason}."


def refusals(view: View) -> list[tuple[str, str, tuple[str, ...]]]:
    """(servers, reason, settings that would allow it) of what those that serve refused, alike ones together."""
    found: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for server in view.servers:
        sample, refused = view.samples.get(server.name), view.refusals.get(server.name, ())
        if refused and sample is not None and sample.ok:
            found.setdefault((_reasons(refused), merged(refused)), []).append(server.name)
    return [(_names(servers), reason, settings) for (reason, settings), servers in found.items()]


def _reasons(refused: Iterable[Refusal]) -> str:
    return "; ".join(dict.fromkeys(f"{one.command.title}: {one.reason}" for one in refused))


def _names(servers: Iterable[str]) -> str:
    *first, last = servers
    return f"{', '.join(first)} and {last}" if first else last


def _said(value: float | None, unit: str = "") -> str:
    return "–" if value is None else value_in_words(value, unit)
