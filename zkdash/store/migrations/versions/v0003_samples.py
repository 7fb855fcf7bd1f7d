"""What single servers said of themselves: samples, and their roll-ups by minutes and quarters of an hour."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WHOLE = (
    "min_latency", "max_latency", "outstanding_requests", "packets_received", "packets_sent", "num_alive_connections",
    "znode_count", "watch_count", "ephemerals_count", "approximate_data_size", "sum_fsynctime", "cnt_fsynctime",
    "sum_snapshottime", "cnt_snapshottime", "sum_election_time", "cnt_election_time", "sum_jvm_pause_time_ms",
    "cnt_jvm_pause_time_ms", "heap_used", "heap_max", "open_file_descriptor_count", "max_file_descriptor_count",
    "synced_followers", "pending_syncs",
)  # fmt: skip


def upgrade() -> None:
    op.create_table(
        "probed_servers",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("cluster", sa.Text(), nullable=False),
        sa.Column("server", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_probed_servers"),
        sa.UniqueConstraint("cluster", "server", name="uq_probed_servers_cluster_server"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "samples",
        sa.Column("server_id", ID, autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ok", sa.Boolean(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("took_ms", sa.Integer(), nullable=False),
        sa.Column("zxid", sa.BigInteger()),
        sa.Column("uptime_ms", sa.BigInteger()),
        *(sa.Column(name, sa.BigInteger()) for name in WHOLE),
        sa.Column("avg_latency", sa.Float()),
        sa.Column("rest", sa.LargeBinary()),
        sa.ForeignKeyConstraint(["server_id"], ["probed_servers.id"], name="fk_samples_server_id"),
        sa.PrimaryKeyConstraint("server_id", "at", name="pk_samples"),
    )
    op.create_table(
        "sample_blocks",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("server_id", ID, nullable=False),
        sa.Column("step_s", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["server_id"], ["probed_servers.id"], name="fk_sample_blocks_server_id"),
        sa.PrimaryKeyConstraint("id", name="pk_sample_blocks"),
        sa.UniqueConstraint("server_id", "step_s", "at", name="uq_sample_blocks_server_id_step_s_at"),
    )
    op.create_index("ix_sample_blocks_step_s_at_bytes", "sample_blocks", ["step_s", "at", "bytes"])
    if op.get_bind().dialect.name == "postgresql":
        for column in ("samples ALTER rest", "sample_blocks ALTER data"):
            op.execute(f"ALTER TABLE {column} SET STORAGE EXTERNAL")  # it is compressed already
