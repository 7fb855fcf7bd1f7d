"""Which metrics have a chart, in the order in which they stand below each other, and how each is drawn and told."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ChartKind:
    """One chart. `metric` is the name in addresses and in the API; `unit` is "ms", "B", "/s", "ms/s" or "".

    `over` are the two metrics of the history whose quotient it is; else `metric` has a history of its own. A `level`
    is drawn around its values, everything else from 0 on: what is large and hardly moves would be a line. `full` is
    whether only AdminServer or `mntr` tells it.
    """

    metric: str
    title: str
    text: str
    unit: str = ""
    over: tuple[str, str] | None = None
    level: bool = False
    full: bool = True

    @property
    def stored(self) -> tuple[str, ...]:
        """The names in the history that it is made from."""
        return self.over or (self.metric,)


def _mean(name: str) -> tuple[str, str]:
    return f"sum_{name}", f"cnt_{name}"


CHARTS = (
    ChartKind("avg_latency", "Average latency", "from a request to its answer", "ms", full=False),
    ChartKind("max_latency", "Longest latency", "since the server's statistics began", "ms", full=False),
    ChartKind("outstanding_requests", "Outstanding requests", "that wait in the server", full=False),
    ChartKind("packets_received", "Packets received", "from clients", "/s", full=False),
    ChartKind("packets_sent", "Packets sent", "to clients", "/s", full=False),
    ChartKind("num_alive_connections", "Connections", "of clients", full=False),
    ChartKind("znode_count", "Znodes", "in the tree", level=True, full=False),
    ChartKind("watch_count", "Watches", "that clients have set"),
    ChartKind("approximate_data_size", "Data size", "of all paths and values", "B", level=True),
    ChartKind("fsynctime", "Fsync time", "of the transaction log, mean", "ms", _mean("fsynctime")),
    ChartKind("snapshottime", "Snapshot time", "to write one, mean", "ms", _mean("snapshottime")),
    ChartKind("election_time", "Election time", "that one took", "ms", _mean("election_time")),
    ChartKind("sum_jvm_pause_time_ms", "JVM pauses", "of every second", "ms/s"),
    ChartKind("open_file_descriptor_count", "File descriptors", "that are open"),
)
BY_METRIC = {chart.metric: chart for chart in CHARTS}
