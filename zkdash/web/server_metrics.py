"""What Prometheus may know of every server of an ensemble, as the last probes found it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from zkdash.ensemble.sample import Role, Sample
from zkdash.ensemble.verdict import Health
from zkdash.ensemble.view import View

FRESH_MS = 120_000
"""A server that was not probed for so long is left out: what is not known is no number."""

LABELS = ("cluster", "server")


@dataclass(frozen=True, slots=True)
class Shown:
    """One of a server's metrics: `sources` are AdminServer's names for it, of which the first that is there counts."""

    name: str
    words: str
    sources: tuple[str, ...]
    counter: bool = False
    scale: float = 1.0


_MS = 0.001
SHOWN: tuple[Shown, ...] = (
    Shown("latency_average_seconds", "Average latency of requests.", ("avg_latency",), scale=_MS),
    Shown("latency_max_seconds", "Longest latency of a request.", ("max_latency",), scale=_MS),
    Shown("outstanding_requests", "Requests that wait in the server.", ("outstanding_requests",)),
    Shown("packets_received", "Packets received.", ("packets_received",), counter=True),
    Shown("packets_sent", "Packets sent.", ("packets_sent",), counter=True),
    Shown("connections", "Connections of clients.", ("num_alive_connections",)),
    Shown("connections_rejected", "Connections refused (maxClientCnxns).", ("connection_rejected",), counter=True),
    Shown("znodes", "Znodes.", ("znode_count",)),
    Shown("watches", "Watches.", ("watch_count",)),
    Shown("ephemerals", "Ephemeral znodes.", ("ephemerals_count",)),
    Shown("data_bytes", "About how much data the znodes have.", ("approximate_data_size",)),
    Shown("open_files", "Open files of the process.", ("open_file_descriptor_count",)),
    Shown("open_files_limit", "How many files the process may open.", ("max_file_descriptor_count",)),
    Shown("heap_used_bytes", "Used heap.", ("heap_used",)),
    Shown("heap_limit_bytes", "Largest heap.", ("heap_max",)),
    Shown("synced_followers", "Followers in step, by the leader's word.", ("synced_followers",)),
    Shown("pending_syncs", "Followers that wait to be brought up to date.", ("pending_syncs",)),
    Shown("fsync_seconds", "Time spent writing the transaction log to disk.",
          ("sum_fsynctime", "fsynctime_sum"), True, _MS),
    Shown("fsyncs", "How often the transaction log was written to disk.", ("cnt_fsynctime", "fsynctime_count"), True),
    Shown("snapshot_seconds", "Time spent writing snapshots.", ("sum_snapshottime", "snapshottime_sum"), True, _MS),
    Shown("snapshots", "Snapshots written.", ("cnt_snapshottime", "snapshottime_count"), True),
    Shown("election_seconds", "Time spent in elections.", ("sum_election_time", "election_time_sum"), True, _MS),
    Shown("elections", "Elections that the server took part in.", ("cnt_election_time", "election_time_count"), True),
    Shown("jvm_pause_seconds", "Time in which the JVM stood still.",
          ("sum_jvm_pause_time_ms", "jvm_pause_time_ms_sum"), True, _MS),
    Shown("digest_mismatches", "Digests of the data that did not match.", ("digest_mismatches_count",), True),
    Shown("unrecoverable_errors", "Errors that the server can't recover from.", ("unrecoverable_error_count",), True),
    Shown("throttled_requests", "Requests that were throttled.", ("throttled_ops",), True),
)  # fmt: skip


def of_servers(views: list[View], now: int) -> Iterator[Metric]:
    """The metrics of all servers of all `views` at `now` (UTC ms)."""
    known = [
        (view.cluster, server.name, sample, _full(view, server.name, now))
        for view in views
        for server in view.servers
        if (sample := view.samples.get(server.name)) is not None and now - sample.at <= FRESH_MS
    ]
    yield _gauge("up", "1 for a server that serves, else 0.", known, lambda sample: float(sample.ok))
    yield _gauge("probe_seconds", "How long the last probe took.", known, lambda sample: sample.took_ms * _MS)
    yield _gauge("uptime_seconds", "For how long the server runs.", known,
                 lambda sample: None if sample.uptime_ms is None else sample.uptime_ms * _MS)  # fmt: skip
    yield _gauge("zxid", "The last transaction: epoch and counter.", known,
                 lambda sample: None if sample.zxid is None else float(sample.zxid))  # fmt: skip
    roles = GaugeMetricFamily(
        "zkdash_server_role", "1 for the role that a server has, 0 for the others.", labels=(*LABELS, "role")
    )
    for cluster, server, sample, _ in known:
        for role in Role:
            roles.add_metric([cluster, server, role], float(sample.role is role))
    yield roles
    for shown in SHOWN:
        kind = CounterMetricFamily if shown.counter else GaugeMetricFamily
        family = kind(f"zkdash_server_{shown.name}", shown.words, labels=LABELS)
        for cluster, server, _, full in known:
            value = _first(full, shown.sources)
            if value is not None:
                family.add_metric([cluster, server], value * shown.scale)
        yield family


def of_verdicts(views: list[View]) -> Iterator[Metric]:
    """What all servers of each cluster say together."""
    health = GaugeMetricFamily(
        "zkdash_cluster_health", "1 for how an ensemble is, 0 for how it is not.", labels=["cluster", "health"]
    )
    may_fail = GaugeMetricFamily(
        "zkdash_cluster_may_fail", "How many more voters may fail before the quorum is lost.", labels=["cluster"]
    )
    serving = GaugeMetricFamily("zkdash_cluster_servers_serving", "How many servers serve.", labels=["cluster"])
    servers = GaugeMetricFamily("zkdash_cluster_servers", "How many servers there are.", labels=["cluster"])
    for view in views:
        verdict = view.verdict
        for one in Health:
            health.add_metric([view.cluster, one], float(one is verdict.health))
        if verdict.may_fail is not None:
            may_fail.add_metric([view.cluster], verdict.may_fail)
        if verdict.health is not Health.NOT_PROBED:
            serving.add_metric([view.cluster], verdict.serving)
            servers.add_metric([view.cluster], verdict.servers)
    yield from (health, may_fail, serving, servers)


def _full(view: View, server: str, now: int) -> Sample | None:
    full = view.full.get(server)
    latest = view.samples[server]
    return full if full is not None and full.ok and latest.ok and now - full.at <= FRESH_MS else None


def _gauge(
    name: str,
    words: str,
    known: list[tuple[str, str, Sample, Sample | None]],
    value_of: Callable[[Sample], float | None],
) -> Metric:
    family = GaugeMetricFamily(f"zkdash_server_{name}", words, labels=LABELS)
    for cluster, server, sample, _ in known:
        value = value_of(sample)
        if value is not None:
            family.add_metric([cluster, server], value)
    return family


def _first(sample: Sample | None, sources: tuple[str, ...]) -> float | None:
    if sample is None:
        return None
    return next((sample.metrics[name] for name in sources if name in sample.metrics), None)
