"""Ensembles, their servers and their history as the JSON API gives them, and as its document describes them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from zkdash.ensemble.sample import Peer, Role, Sample, Server
from zkdash.ensemble.verdict import Health
from zkdash.ensemble.view import View
from zkdash.web import server_rows
from zkdash.web.chart_kinds import BY_METRIC, ChartKind
from zkdash.web.filters import iso
from zkdash.web.openapi_schemas import TIME, Schema, list_of, number, object_of, one_of, or_null, text
from zkdash.web.series import POINTS, Drawn
from zkdash.zookeeper.commands import Refusal, Way


def ensemble(view: View) -> dict[str, Any]:
    """The verdict on a cluster's servers, and each of them."""
    verdict = view.verdict
    return {
        "cluster": view.cluster,
        "health": verdict.health,
        "sentence": verdict.sentence,
        "leader": verdict.leader,
        "voters": verdict.voters,
        "quorum_size": verdict.quorum_size,
        "serving": verdict.serving,
        "synced": verdict.synced,
        "may_fail": verdict.may_fail,
        "warnings": list(server_rows.warnings(view)),
        "servers": [server(view, one) for one in view.servers],
    }


def server(view: View, one: Server) -> dict[str, Any]:
    """One server with what it said last."""
    sample = view.samples.get(one.name)
    return {
        "name": one.name,
        "id": one.number,
        "peer": one.peer.value,
        "configured": one.configured,
        "told": one.told,
        "state": server_rows.state_word(one.name, sample, view.verdict),
        "role": sample.role if sample is not None else Role.UNKNOWN,
        "at": iso(sample.at) if sample is not None else None,
        "way": sample.way if sample is not None else None,
        "took_ms": round(sample.took_ms, 3) if sample is not None else None,
        "version": sample.version if sample is not None else "",
        "zxid": _zxid(sample),
        "uptime_ms": sample.uptime_ms if sample is not None else None,
        "reason": sample.refusal.reason if sample is not None and sample.refusal is not None else "",
    }


def server_details(view: View, one: Server) -> dict[str, Any]:
    """A server by itself: all its metrics, and what it refuses."""
    metrics = server_rows.metrics_of(view, one.name)
    full = view.full.get(one.name)
    return server(view, one) | {
        "cluster": view.cluster,
        "metrics": {name: value for name, value in metrics.items() if math.isfinite(value)},
        "metrics_at": iso(full.at) if full is not None else None,
        "refusals": [_refusal(refusal) for refusal in view.refusals.get(one.name, ())],
    }


def series(cluster: str, charts: Sequence[ChartKind], servers: Sequence[str], numbers: Drawn) -> dict[str, Any]:
    """Charts' numbers; bounds are left out where they are all alike."""
    told = []
    for chart in charts:
        for name in servers:
            line = numbers.lines.get((name, chart.metric))
            if line is None:
                continue
            alike = all(point is None or point[0] == point[2] for point in line)
            columns = [[None if point is None else point[place] for point in line] for place in range(3)]
            told.append(
                {
                    "server": name,
                    "metric": chart.metric,
                    "unit": chart.unit,
                    "avg": columns[1],
                    "min": None if alike else columns[0],
                    "max": None if alike else columns[2],
                }
            )
    return {
        "cluster": cluster,
        "step_ms": numbers.step_ms,
        "rolled": numbers.rolled,
        "times": list(numbers.times),
        "series": told,
    }


def _zxid(sample: Sample | None) -> str | None:
    return None if sample is None or sample.zxid is None else f"0x{sample.zxid:x}"


def _refusal(refusal: Refusal) -> dict[str, Any]:
    return {"command": refusal.command.title, "reason": refusal.reason, "settings": list(refusal.settings)}


def _numbers(description: str) -> Schema:
    return {"type": "array", "items": {"type": ["number", "null"]}, "description": description}


def _texts(description: str) -> Schema:
    return {"type": "array", "items": {"type": "string"}, "description": description}


_time = text("ISO 8601, UTC, milliseconds.", format="date-time", pattern=TIME)
_flag: Schema = {"type": "boolean"}
_SERVER: dict[str, Schema] = {
    "name": text("host:port of its client port."),
    "id": or_null(number("The N of server.N; null if nobody told.")),
    "peer": one_of("What the ensemble's configuration has it for; empty if nobody told.", Peer),
    "configured": {**_flag, "description": "Whether zkdash's configuration lists it."},
    "told": {**_flag, "description": "Whether the ensemble itself names it."},
    "state": one_of("How it stands, for zkdash.", server_rows.STANDINGS),
    "role": one_of("What it says it is.", Role),
    "at": or_null({**_time, "description": "When it was asked last."}),
    "way": or_null(one_of("How it answered.", Way)),
    "took_ms": {"type": ["number", "null"], "description": "How long that took."},
    "version": text("ZooKeeper's version; empty if not told."),
    "zxid": or_null(text("Its last transaction, hex.", pattern="^0x[0-9a-f]+$")),
    "uptime_ms": or_null(number("How long it has been serving.")),
    "reason": text("Why it said nothing; empty if it did."),
}

ENSEMBLE_SCHEMAS: dict[str, Schema] = {
    "Ensemble": object_of(
        "What all servers of a cluster say together.",
        cluster=text("The cluster's name."),
        health=one_of("How it is, in a word.", Health),
        sentence=text("The same in a sentence."),
        leader=or_null(text("The server that leads with a quorum behind it.")),
        voters=or_null(number("How many servers vote.")),
        quorum_size=or_null(number("How many of them are needed.")),
        serving=number("How many servers serve."),
        synced=or_null(number("How many voters are in step with the leader.")),
        may_fail=or_null(number("How many more voters may fail.")),
        warnings=_texts("What is odd: versions that differ, servers that are behind, and the like."),
        servers=list_of("Server"),
    ),
    "Server": object_of("A server with what it said last.", **_SERVER),
    "ServerDetails": object_of(
        "A server by itself.",
        **_SERVER,
        cluster=text("The cluster's name."),
        metrics={
            "type": "object",
            "description": "By AdminServer's bare names.",
            "additionalProperties": {"type": "number"},
        },
        metrics_at=or_null({**_time, "description": "When all of them were asked for last."}),
        refusals=list_of("ServerRefusal"),
    ),
    "ServerRefusal": object_of(
        "A command that a server refuses.",
        command=text("The command."),
        reason=text("Why."),
        settings=_texts("Settings of ZooKeeper, any of which would help."),
    ),
    "Series": object_of(
        f"The history of metrics: equally spaced times, at most {POINTS}.",
        cluster=text("The cluster's name."),
        step_ms=number("How far the times are apart."),
        rolled={**_flag, "description": "Whether the numbers come from roll-ups."},
        times={"type": "array", "items": {"type": "integer"}, "description": "When each stretch begins, UTC ms."},
        series=list_of("Line"),
    ),
    "Line": object_of(
        "One metric of one server. null: nothing is known. A counter is told as its increase per second.",
        server=text("The server."),
        metric=text("The metric."),
        unit=text("ms, B, /s, ms/s, or nothing for a plain number."),
        avg=_numbers("The mean of each stretch of time."),
        min={**_numbers("The lowest; null if no stretch has another than its mean."), "type": ["array", "null"]},
        max={**_numbers("The highest; likewise."), "type": ["array", "null"]},
    ),
}


def ensemble_paths(get: Any, query: Any, cluster_name: Schema) -> dict[str, Any]:
    """Their paths; `get` and `query` make an operation and a parameter."""
    base = "/api/v1/clusters/{name}"
    named = {**cluster_name, "name": "server", "description": "host:port of the server."}
    several = {"type": "array", "items": {"type": "string"}}
    metric = query("metric", "Only of these.", {**several, "items": {"type": "string", "enum": list(BY_METRIC)}})
    moment = {"type": "integer", "minimum": 0}
    return {
        f"{base}/ensemble": get(
            "clusters", "getEnsemble", "The verdict on a cluster's servers", "Ensemble", [cluster_name], [404]
        ),
        f"{base}/servers/{{server}}": get(
            "clusters", "getServer", "All that one server tells", "ServerDetails", [cluster_name, named], [404]
        ),
        f"{base}/series": get(
            "clusters",
            "getSeries",
            "The history of servers' metrics",
            "Series",
            [
                cluster_name,
                metric,
                query("server", "Only of these: repeated, or separated by commas.", several),
                query("since", "From this time on, UTC ms; an hour before `until` if not given.", moment),
                query("until", "Up to this time, UTC ms; now if not given.", moment),
                query(
                    "points",
                    "At most so many times.",
                    {"type": "integer", "minimum": 2, "maximum": POINTS, "default": POINTS},
                ),
            ],
            [404, 503],
        ),
    }
