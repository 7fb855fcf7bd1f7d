"""What each rule reads of a cluster's servers at present: MONITORING's rules in code. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from zkdash.config.rules import RuleConfig
from zkdash.ensemble.counters import Counters
from zkdash.ensemble.rules import Key, Reading
from zkdash.ensemble.sample import Role, Sample
from zkdash.ensemble.verdict import Health
from zkdash.ensemble.view import View
from zkdash.zookeeper.states import Severity

MINUTE_MS = 60_000
WINDOW_MS = 5 * MINUTE_MS
FRESH_MS = 120_000
"""What a server said longer ago is not known any more."""

_UNKNOWN = Reading(None)


@dataclass(frozen=True, slots=True)
class _Metric:
    """A rule on metrics of one server. `of` is the metric that `names` is a share of (%); `window_ms` makes it an
    increase over that time (`per_second`: a rate)."""

    rule: str
    names: tuple[str, ...]
    what: str
    unit: str
    next: str
    of: str = ""
    window_ms: int = 0
    per_second: bool = False
    scale: float = 1.0


_LOG = "the server's log"
_METRICS = (
    _Metric("average-latency", ("avg_latency",), "the average latency is", " ms",
            "outstanding requests, fsync time and the clients that ask most"),
    _Metric("outstanding-requests", ("outstanding_requests",), "outstanding requests are", "",
            "fsync time, CPU and the busiest clients"),
    _Metric("pending-syncs", ("pending_syncs",), "followers that wait to be brought up to date are", "",
            "the network to the followers and their disks"),
    _Metric("fsync", ("sum_fsynctime", "fsynctime_sum"), "writing the transaction log takes", " ms of each second",
            "the disk of dataLogDir, and what else writes to it", window_ms=MINUTE_MS, per_second=True),
    _Metric("snapshot", ("sum_snapshottime", "snapshottime_sum"), "writing snapshots takes", " ms of each second",
            "the size of the data, snapCount and the disk", window_ms=WINDOW_MS, per_second=True),
    _Metric("snapshot-errors", ("snapshot_error_count",), "failed snapshots in 5 minutes are", "",
            "the room on the disk of dataDir, and " + _LOG, window_ms=WINDOW_MS),
    _Metric("connections-rejected", ("connection_rejected",), "connections refused in 5 minutes are", "",
            "connections by client address, against maxClientCnxns", window_ms=WINDOW_MS),
    _Metric("watches", ("watch_count",), "watches are", "", "the clients with the most watches"),
    _Metric("znodes", ("znode_count",), "znodes are", "", "the usage of the tree: what takes the room"),
    _Metric("data-size", ("approximate_data_size",), "the data takes", " bytes",
            "the usage of the tree: what takes the room"),
    _Metric("file-descriptors", ("open_file_descriptor_count",), "open files are", " % of those allowed",
            "connections, and the process's limit on open files", of="max_file_descriptor_count"),
    _Metric("heap", ("heap_used",), "the heap is used to", " %", "the size of the data and -Xmx", of="heap_max"),
    _Metric("jvm-deadlock", ("jvm_threads_deadlocked",), "deadlocked threads are", "", "a thread dump of the server"),
    _Metric("jvm-pauses", ("sum_jvm_pause_time_ms", "jvm_pause_time_ms_sum"), "the JVM stood still in 5 minutes for",
            " ms", "garbage collection, swapping and the machine's CPU", window_ms=WINDOW_MS),
    _Metric("integrity", ("digest_mismatches_count", "unrecoverable_error_count"),
            "digest mismatches and unrecoverable errors in 5 minutes are", "",
            _LOG + " before anything is written or restarted", window_ms=WINDOW_MS),
    _Metric("throttling", ("throttled_ops", "stale_requests_dropped", "large_requests_rejected"),
            "requests throttled, dropped or rejected in 5 minutes are", "",
            "outstanding requests and jute.maxbuffer", window_ms=WINDOW_MS),
    _Metric("connection-drops", ("connection_drop_probability",), "a new connection is dropped with a chance of", " %",
            "connection throttling in the server's configuration", scale=100.0),
)  # fmt: skip
_ELECTIONS = ("cnt_election_time", "election_time_count", "looking_count", "quit_leading_due_to_disloyal_voter")
COUNTED = frozenset(name for metric in _METRICS if metric.window_ms for name in metric.names) | {*_ELECTIONS}


def readings(view: View, counters: Counters, rules: Mapping[str, RuleConfig | None], now: int) -> dict[Key, Reading]:
    """What every rule that is on reads at `now` (UTC ms)."""
    found = dict(_of_cluster(view, counters, now))
    for server in view.servers:
        name = server.name
        found["server-down", name] = _server_down(view, name)
        found["restarted", name] = _restarted(view, name, now)
        found["zxid-lag", name] = _lag(view, name, rules.get("zxid-lag"))
        sample = _fresh(view, name, now)
        for metric in _METRICS:
            config = rules.get(metric.rule)
            if config is not None:
                value, final = _value(metric, name, sample, counters, now)
                found[metric.rule, name] = _judge(metric, name, value, config, final)
    return {key: reading for key, reading in found.items() if rules.get(key[0]) is not None}


def _of_cluster(view: View, counters: Counters, now: int) -> Iterator[tuple[Key, Reading]]:
    verdict = view.verdict
    known = verdict.health not in (Health.UNKNOWN, Health.NOT_PROBED)
    may_fail, voters = verdict.may_fail, verdict.voters
    yield (
        ("quorum-at-risk", ""),
        Reading(
            None if not known or may_fail is None or voters is None else voters >= 3 and may_fail <= 0,
            saw="one more failure would lose the quorum" if may_fail == 0 else f"{may_fail} more servers may fail",
            next="the servers that don't serve",
        ),
    )
    yield (
        ("no-leader", ""),
        Reading(
            None if not known else verdict.leader is None and not verdict.standalone,
            Severity.CRITICAL,
            f"{verdict.leader} leads" if verdict.leader else "no server leads",
            next="the logs of the servers, and the network between them",
        ),
    )
    # A server that left the quorum may still call itself leader, but then it tells no version.
    leaders = [one.server for one in view.samples.values() if one.ok and one.role is Role.LEADER and one.version]
    yield (
        ("several-leaders", ""),
        Reading(
            None if not view.samples else len(leaders) > 1,
            Severity.CRITICAL,
            f"{len(leaders)} servers say that they lead"
            + (f": {', '.join(sorted(leaders))}" if len(leaders) > 1 else ""),
            next="the network between the servers: the ensemble may be split",
        ),
    )
    yield ("followers-behind", ""), _followers(view, now)
    yield ("election", ""), _election(view, counters, now)
    yield (
        ("diverged", ""),
        Reading(
            bool(verdict.diverged) if known else None,
            Severity.CRITICAL,
            f"the data differs at the same transaction: {_sides(verdict.diverged)}"
            if verdict.diverged
            else "the data agrees",
            next="the logs of these servers before anything is restarted",
        ),
    )
    differs = [*(f"version {version}" for version in verdict.skew), *verdict.drift]
    yield (
        ("drift", ""),
        Reading(
            bool(differs) if known else None,
            Severity.INFO,
            f"the servers differ in {', '.join(differs)}" if differs else "the servers are set up alike",
            next="the versions and settings of the servers",
        ),
    )


def _followers(view: View, now: int) -> Reading:
    verdict = view.verdict
    sample = _fresh(view, verdict.leader, now) if verdict.leader else None
    synced = sample.metrics.get("synced_followers") if sample else None
    if sample is None or synced is None or verdict.quorum_size is None:
        return _UNKNOWN
    # Some versions count observers among the followers.
    synced -= sample.metrics.get("synced_non_voting_followers", 0)
    needed = verdict.quorum_size - 1
    return Reading(
        synced < needed,
        saw=f"{synced:g} followers are in step with {verdict.leader}",
        limit=f"{needed} are needed",
        next="the followers' disks and the network to them",
    )


def _election(view: View, counters: Counters, now: int) -> Reading:
    grown: list[str] = []
    whole = True
    seen = False
    for server in view.servers:
        for name in _ELECTIONS:
            growth, span = counters.growth(server.name, name, WINDOW_MS, now)
            if growth is None:
                continue
            seen = True
            whole = whole and span >= WINDOW_MS - MINUTE_MS
            if growth > 0:
                grown.append(server.name)
    if grown:
        where = ", ".join(dict.fromkeys(grown))
        return Reading(
            True, saw=f"an election in the last 5 minutes, by {where}", next="which server stopped leading, and why"
        )
    return Reading(False if seen and whole else None, saw="no election for 5 minutes")


def _server_down(view: View, server: str) -> Reading:
    verdict, sample = view.verdict, view.samples.get(server)
    if server in verdict.unknown or sample is None:
        return _UNKNOWN
    down = server in verdict.down or server in verdict.silent
    last_one = verdict.may_fail is not None and verdict.may_fail <= 0
    why = f": {sample.refusal.reason}" if down and sample.refusal else ""
    return Reading(
        down,
        Severity.CRITICAL if last_one else Severity.WARNING,
        f"{server} gives no answer{why}" if down else f"{server} answers again",
        next="the machine and the process of the server; " + _LOG,
    )


def _restarted(view: View, server: str, now: int) -> Reading:
    at = view.restarts.get(server)
    recent = at is not None and now - at < WINDOW_MS
    return Reading(recent, Severity.INFO, f"{server} has started again" if recent else f"{server} runs on", next=_LOG)


def _lag(view: View, server: str, config: RuleConfig | None) -> Reading:
    if config is None or view.verdict.leader is None or server not in view.samples or not view.samples[server].ok:
        return _UNKNOWN
    behind, limit = view.verdict.lag.get(server, 0), config.warning if config.warning is not None else config.critical
    return Reading(
        limit is not None and behind > limit,
        Severity.INFO,
        f"{server} is {behind} transactions behind the leader",
        f"{limit:g}",
        "the server's disk and the network to the leader",
    )


def _fresh(view: View, server: str, now: int) -> Sample | None:
    """The last full sample of a server that still answers."""
    latest, full = view.samples.get(server), view.full.get(server)
    if latest is None or full is None or not latest.ok or not full.ok or now - full.at > FRESH_MS:
        return None
    return full


def _value(
    metric: _Metric, server: str, sample: Sample | None, counters: Counters, now: int
) -> tuple[float | None, bool]:
    """The value, and whether it may be the last word: an increase that was not watched for long enough is none."""
    if sample is None:
        return None, False
    if metric.window_ms:
        grown = [counters.growth(server, name, metric.window_ms, now) for name in metric.names]
        seen = [(growth, span) for growth, span in grown if growth is not None]
        if not seen:
            return None, False
        span = min(span for _, span in seen)
        total = sum(growth for growth, _ in seen)
        whole = span >= metric.window_ms * 4 // 5
        if metric.per_second:
            return (total * 1000 / span, True) if whole else (None, False)
        return total, whole
    value = sample.metrics.get(metric.names[0])
    if value is None:
        return None, False
    if metric.of:
        most = sample.metrics.get(metric.of)
        return (100 * value / most, True) if most and most > 0 and value >= 0 else (None, False)
    return value * metric.scale, True


def _judge(metric: _Metric, server: str, value: float | None, config: RuleConfig, final: bool) -> Reading:
    if value is None:
        return _UNKNOWN
    severity, limit = Severity.WARNING, config.warning
    if config.critical is not None and (value > config.critical or limit is None):
        severity, limit = Severity.CRITICAL, config.critical
    above = limit is not None and value > limit
    return Reading(
        True if above else (False if final else None),
        severity,
        f"{server}: {metric.what} {value:,.4g}{metric.unit}"
        if value < 1e4
        else f"{server}: {metric.what} {value:,.0f}{metric.unit}",
        f"{limit:,.0f}" if limit is not None and limit >= 1e4 else f"{limit:g}",
        metric.next,
    )


def _sides(diverged: Mapping[str, tuple[str, ...]]) -> str:
    return " against ".join(", ".join(servers) for servers in diverged.values())
