"""The tables of what single servers said of themselves. Times are UTC milliseconds, roles and ways words."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Float, ForeignKey, Index, Integer, LargeBinary, Table, Text
from sqlalchemy import UniqueConstraint as Unique

from zkdash.store.schema import _Id, metadata

probed_servers = Table(
    "probed_servers",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("cluster", Text, nullable=False),
    Column("server", Text, nullable=False),
    Unique("cluster", "server"),
    sqlite_autoincrement=True,
)

WHOLE = (
    "min_latency", "max_latency", "outstanding_requests", "packets_received", "packets_sent", "num_alive_connections",
    "znode_count", "watch_count", "ephemerals_count", "approximate_data_size", "sum_fsynctime", "cnt_fsynctime",
    "sum_snapshottime", "cnt_snapshottime", "sum_election_time", "cnt_election_time", "sum_jvm_pause_time_ms",
    "cnt_jvm_pause_time_ms", "heap_used", "heap_max", "open_file_descriptor_count", "max_file_descriptor_count",
    "synced_followers", "pending_syncs",
)  # fmt: skip
"""The metrics that have a column of their own, and are whole numbers."""

FRACTIONS = ("avg_latency",)
"""As `WHOLE`, with a fraction."""

# One row per server and sample.
samples = Table(
    "samples",
    metadata,
    Column("server_id", _Id, ForeignKey("probed_servers.id"), primary_key=True, autoincrement=False),
    Column("at", BigInteger, primary_key=True, autoincrement=False),
    Column("ok", Boolean, nullable=False),
    Column("role", Text, nullable=False),
    Column("way", Text, nullable=False),
    Column("took_ms", Integer, nullable=False),
    Column("zxid", BigInteger),
    Column("uptime_ms", BigInteger),
    *(Column(name, BigInteger) for name in WHOLE),
    *(Column(name, Float) for name in FRACTIONS),
    Column("rest", LargeBinary),  # all other metrics, and in words what has no number: zkdash.ensemble.packing
)

# One row per server and hour (of minutes) or day (of quarters of an hour): zkdash.ensemble.blocks.
sample_blocks = Table(
    "sample_blocks",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("server_id", _Id, ForeignKey("probed_servers.id"), nullable=False),
    Column("step_s", Integer, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("bytes", Integer, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Unique("server_id", "step_s", "at"),
    Index(None, "step_s", "at", "bytes"),
)
