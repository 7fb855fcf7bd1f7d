"""When servers came to stand differently."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "server_changes",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("cluster", sa.Text(), nullable=False),
        sa.Column("server", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("was", sa.Text()),
        sa.Column("now", sa.Text(), nullable=False),
        sa.Column("restarted", sa.Boolean(), nullable=False),
        sa.Column("epoch", sa.BigInteger()),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_server_changes"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_server_changes_at", "server_changes", ["at"])
    op.create_index("ix_server_changes_cluster_server_at", "server_changes", ["cluster", "server", "at"])
