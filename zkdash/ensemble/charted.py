"""Which metrics have a history, by AdminServer's bare names, and how each is read."""

from __future__ import annotations

from dataclasses import dataclass

MAX_GAP_MS = 300_000
"""Over a longer silence a counter's rate says nothing."""


@dataclass(frozen=True, slots=True)
class Charted:
    """One metric with a history. A counter is shown by its increase per second."""

    name: str
    counter: bool = False


CHARTED: tuple[Charted, ...] = (
    Charted("up"),  # 1 for an answer, 0 for none
    Charted("took_ms"),
    Charted("zxid", counter=True),  # transactions per second
    Charted("avg_latency"),
    Charted("min_latency"),
    Charted("max_latency"),
    Charted("outstanding_requests"),
    Charted("packets_received", counter=True),
    Charted("packets_sent", counter=True),
    Charted("num_alive_connections"),
    Charted("znode_count"),
    Charted("watch_count"),
    Charted("ephemerals_count"),
    Charted("approximate_data_size"),
    Charted("sum_fsynctime", counter=True),
    Charted("cnt_fsynctime", counter=True),
    Charted("sum_snapshottime", counter=True),
    Charted("cnt_snapshottime", counter=True),
    Charted("sum_election_time", counter=True),
    Charted("cnt_election_time", counter=True),
    Charted("sum_jvm_pause_time_ms", counter=True),
    Charted("cnt_jvm_pause_time_ms", counter=True),
    Charted("heap_used"),
    Charted("heap_max"),
    Charted("open_file_descriptor_count"),
    Charted("max_file_descriptor_count"),
    Charted("synced_followers"),
    Charted("pending_syncs"),
)
BY_NAME = {charted.name: charted for charted in CHARTED}
COUNTERS = frozenset(charted.name for charted in CHARTED if charted.counter)


def increase(before: float, after: float) -> float:
    """By how much a counter has grown; one that is smaller than before began again at 0."""
    return after - before if after >= before else after
