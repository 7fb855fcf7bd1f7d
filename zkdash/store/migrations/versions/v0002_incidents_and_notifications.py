"""Incidents of any rule, what each route is told of them, silences, messages of many incidents, and every try."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    for name in ("rule", "subject"):
        op.add_column("events", _text(name))
    op.add_column("events", sa.Column("severity", sa.Text()))
    _widen_incidents()
    _widen_deliveries()
    _create_conditions()
    _create_notifications()
    _create_silences()
    _create_attempts()
    _carry_over()


def _widen_incidents() -> None:
    op.add_column("incidents", _text("subject"))
    op.add_column("incidents", sa.Column("severity", sa.Text(), nullable=False, server_default="critical"))
    op.add_column("incidents", sa.Column("last_seen_at", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("incidents", sa.Column("firing", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("incidents", sa.Column("flapping_since", sa.BigInteger()))
    op.add_column("incidents", sa.Column("acknowledged_at", sa.BigInteger()))
    for name in ("acknowledged_by", "acknowledged_note", "resolved_why"):
        op.add_column("incidents", _text(name))
    op.drop_index("uq_incidents_open", "incidents")
    _create_partial_index(
        "uq_incidents_open", "incidents", ["cluster", "rule", "subject"], "resolved_at IS NULL", unique=True
    )


def _widen_deliveries() -> None:
    for name in ("created_at", "event_id", "incident_id_route_event_id", "owed"):
        op.drop_index(f"ix_deliveries_{name}", "deliveries")
    with op.batch_alter_table("deliveries") as table:
        table.add_column(sa.Column("number", sa.BigInteger(), nullable=False, server_default="0"))
        table.add_column(sa.Column("kind", sa.Text(), nullable=False, server_default="firing"))
        table.add_column(sa.Column("refusals", sa.Integer(), nullable=False, server_default="0"))
        table.alter_column("incident_id", existing_type=ID, nullable=True)
        table.alter_column("event_id", existing_type=ID, nullable=True)
    op.execute("UPDATE deliveries SET number = event_id")
    op.execute("UPDATE deliveries SET kind = 'resolved' WHERE what = 'RECOVERED'")
    with op.batch_alter_table("deliveries") as table:
        table.drop_column("what")
    for name in ("created_at", "event_id", "incident_id"):
        op.create_index(f"ix_deliveries_{name}", "deliveries", [name])
    _create_partial_index("ix_deliveries_owed", "deliveries", ["route", "next_try_at"], "state = 'owed'")
    op.create_table(
        "delivery_incidents",
        sa.Column("delivery_id", sa.Text(), nullable=False),
        sa.Column("incident_id", ID, nullable=False),
        sa.Column("event_id", ID, nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        _refers("delivery_incidents", "delivery_id", "deliveries", ondelete="CASCADE"),
        _refers("delivery_incidents", "incident_id", "incidents"),
        _refers("delivery_incidents", "event_id", "events"),
        sa.PrimaryKeyConstraint("delivery_id", "incident_id", name="pk_delivery_incidents"),
    )
    for name in ("incident_id", "event_id", "about"):
        op.create_index(f"ix_delivery_incidents_{name}", "delivery_incidents", [name])


def _create_conditions() -> None:
    op.create_table(
        "conditions",
        sa.Column("cluster", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("present", sa.Boolean(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("changes", sa.Text(), nullable=False),
        sa.Column("look_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("cluster", "rule", "subject", name="pk_conditions"),
    )
    op.create_index("ix_conditions_look_at", "conditions", ["look_at"])


def _create_notifications() -> None:
    op.create_table(
        "notifications",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("route", sa.Text(), nullable=False),
        sa.Column("incident_id", ID, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("muted", sa.Text(), nullable=False),
        sa.Column("group_id", sa.Text(), nullable=False),
        sa.Column("told_at", sa.BigInteger()),
        sa.Column("last_told_at", sa.BigInteger()),
        sa.Column("flapping_told_at", sa.BigInteger()),
        sa.Column("resolved_told_at", sa.BigInteger()),
        sa.Column("escalation", sa.Boolean(), nullable=False),
        sa.Column("escalated_at", sa.BigInteger()),
        _refers("notifications", "incident_id", "incidents", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_notifications"),
        sa.UniqueConstraint("route", "incident_id", name="uq_notifications_route_incident_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_notifications_incident_id", "notifications", ["incident_id"])
    _create_partial_index(
        "ix_notifications_live", "notifications", ["route", "next_at"], "state IN ('waiting', 'told')"
    )


def _create_silences() -> None:
    op.create_table(
        "silences",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("matchers", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger()),
        sa.Column("window", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger()),
        sa.Column("ended_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_silences"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_silences_ended_at", "silences", ["ended_at"])
    op.create_table(
        "mutes",
        sa.Column("silence_id", ID, nullable=False),
        sa.Column("incident_id", ID, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        _refers("mutes", "silence_id", "silences", ondelete="CASCADE"),
        _refers("mutes", "incident_id", "incidents", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("silence_id", "incident_id", name="pk_mutes"),
    )
    op.create_index("ix_mutes_incident_id", "mutes", ["incident_id"])


def _create_attempts() -> None:
    op.create_table(
        "attempts",
        sa.Column("delivery_id", sa.Text(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("took_ms", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Integer()),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("response", sa.Text(), nullable=False),
        _refers("attempts", "delivery_id", "deliveries", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("delivery_id", "n", name="pk_attempts"),
    )


def _carry_over() -> None:
    """What was open stays open, and who was told of it is told when it is over."""
    op.execute("UPDATE incidents SET last_seen_at = COALESCE(resolved_at, opened_at), firing = (resolved_at IS NULL)")
    op.execute("UPDATE incidents SET rule = 'never-connected' WHERE cause = 'never-connected'")
    op.execute(
        "INSERT INTO conditions SELECT cluster, rule, '', firing, opened_at, opened_event_id, severity, cause, reason,"
        " '[]', NULL FROM incidents WHERE resolved_at IS NULL"
    )
    op.execute(
        "INSERT INTO delivery_incidents SELECT deliveries.id, incident_id, event_id, incidents.cluster || ' ' || rule"
        " || ' ' FROM deliveries JOIN incidents ON incidents.id = incident_id"
    )
    op.execute(
        "INSERT INTO notifications (route, incident_id, state, since, next_at, why, muted, group_id, told_at,"
        " last_told_at, escalation) SELECT deliveries.route, incidents.id,"
        " CASE WHEN incidents.resolved_at IS NULL THEN 'told' ELSE 'done' END, deliveries.created_at,"
        " deliveries.created_at, '', '', deliveries.id, deliveries.created_at, deliveries.created_at,"
        " deliveries.id = '' FROM deliveries JOIN incidents ON incidents.id = deliveries.incident_id"
        " WHERE deliveries.kind = 'firing'"
    )


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False, server_default="")


def _refers(table: str, column: str, to: str, ondelete: str | None = None) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=f"fk_{table}_{column}", ondelete=ondelete)


def _create_partial_index(name: str, table: str, columns: list[str], where: str, unique: bool = False) -> None:
    condition = sa.text(where)
    op.create_index(name, table, columns, unique=unique, sqlite_where=condition, postgresql_where=condition)
