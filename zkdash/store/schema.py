"""The tables. Times are UTC milliseconds, states and causes are stored as the words that the API uses."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

HEAD = "0001"
"""The newest migration, so that a store that is up to date can be told without loading Alembic."""

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite numbers its rows by itself only where the column's type is spelt INTEGER, which there has 64 bits as well.
_Id = BigInteger().with_variant(Integer(), "sqlite")

# One row per process: what lies outside every run was not watched.
runs = Table(
    "runs",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("started_at", BigInteger, nullable=False),
    Column("alive_at", BigInteger, nullable=False, index=True),
    Column("stopped_at", BigInteger),
    sqlite_autoincrement=True,
)

events = Table(
    "events",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("run_id", _Id, ForeignKey("runs.id"), nullable=False),
    # The number within the run: a transaction that is repeated because nobody knows whether it held adds nothing twice.
    Column("seq", BigInteger, nullable=False),
    Column("cluster", Text, nullable=False),
    Column("at", BigInteger, nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("cause", Text, nullable=False),
    Column("from_state", Text),
    Column("to_state", Text),
    Column("session_id", BigInteger),
    Column("server", Text),
    Column("lasted_ms", BigInteger),
    Column("reason", Text, nullable=False),
    Column("about", BigInteger),  # of a notice: the transition that it adds to
    UniqueConstraint("run_id", "seq"),
    Index(None, "cluster", "at", "id"),
    Index(None, "cluster", "id"),
    sqlite_autoincrement=True,
)
Index(
    "ix_events_about",
    events.c.about,
    sqlite_where=events.c.about.is_not(None),
    postgresql_where=events.c.about.is_not(None),
)

incidents = Table(
    "incidents",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("cluster", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("cause", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("opened_at", BigInteger, nullable=False),
    Column("opened_event_id", _Id, ForeignKey("events.id"), nullable=False, index=True),
    Column("resolved_at", BigInteger, index=True),
    Column("resolved_event_id", _Id, ForeignKey("events.id"), index=True),
    sqlite_autoincrement=True,
)
Index(
    "uq_incidents_open",
    incidents.c.cluster,
    incidents.c.rule,
    unique=True,
    sqlite_where=text("resolved_at IS NULL"),
    postgresql_where=text("resolved_at IS NULL"),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Text, primary_key=True),
    Column("incident_id", _Id, ForeignKey("incidents.id"), nullable=False),
    Column("event_id", _Id, ForeignKey("events.id"), nullable=False, index=True),
    Column("route", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("cluster", Text, nullable=False),
    Column("payload", Text, nullable=False),  # the body, byte for byte, of every try
    Column("state", Text, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("next_try_at", BigInteger, nullable=False),
    Column("last_error", Text, nullable=False),
    Column("last_status", Integer),
    Column("created_at", BigInteger, nullable=False, index=True),
    Column("sent_at", BigInteger),
    Index(None, "incident_id", "route", "event_id"),
)
Index(
    "ix_deliveries_owed",
    deliveries.c.route,
    deliveries.c.next_try_at,
    sqlite_where=text("state = 'owed'"),
    postgresql_where=text("state = 'owed'"),
)
