"""The tables. Times are UTC milliseconds, states and causes are stored as the words that the API uses."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
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

HEAD = "0006"
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
    Column("rule", Text, nullable=False),  # of a rule that fires or resolves; else empty, as is the subject
    Column("subject", Text, nullable=False),
    Column("severity", Text),
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
    Column("subject", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("cause", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("opened_at", BigInteger, nullable=False),
    Column("opened_event_id", _Id, ForeignKey("events.id"), nullable=False, index=True),
    Column("last_seen_at", BigInteger, nullable=False),
    Column("firing", Boolean, nullable=False),
    Column("flapping_since", BigInteger),
    Column("acknowledged_at", BigInteger),
    Column("acknowledged_by", Text, nullable=False),
    Column("acknowledged_note", Text, nullable=False),
    Column("resolved_at", BigInteger, index=True),
    Column("resolved_event_id", _Id, ForeignKey("events.id"), index=True),
    Column("resolved_why", Text, nullable=False),
    sqlite_autoincrement=True,
)
Index(
    "uq_incidents_open",
    incidents.c.cluster,
    incidents.c.rule,
    incidents.c.subject,
    unique=True,
    sqlite_where=text("resolved_at IS NULL"),
    postgresql_where=text("resolved_at IS NULL"),
)

# What each rule holds to be true of its subject, and since when: how a rule waits, and how it is known to flap.
conditions = Table(
    "conditions",
    metadata,
    Column("cluster", Text, primary_key=True),
    Column("rule", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("present", Boolean, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("event_id", BigInteger, nullable=False),  # the last that told of it
    Column("severity", Text, nullable=False),
    Column("cause", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("changes", Text, nullable=False),  # when it came and went of late: JSON
    Column("look_at", BigInteger, index=True),  # when it has lasted long enough, or has been calm for long enough
)

# What a route is, will be or will not be told of an incident.
notifications = Table(
    "notifications",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("route", Text, nullable=False),
    Column("incident_id", _Id, ForeignKey("incidents.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("state", Text, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("next_at", BigInteger, nullable=False),  # when to look at it again
    Column("why", Text, nullable=False),
    Column("muted", Text, nullable=False),  # what keeps it back: one word, empty if nothing does
    Column("group_id", Text, nullable=False),  # the delivery that told of it first: a group is what it told of
    Column("told_at", BigInteger),
    Column("last_told_at", BigInteger),
    Column("flapping_told_at", BigInteger),
    Column("resolved_told_at", BigInteger),
    Column("escalation", Boolean, nullable=False),
    Column("escalated_at", BigInteger),
    UniqueConstraint("route", "incident_id"),
    sqlite_autoincrement=True,
)
Index(
    "ix_notifications_live",
    notifications.c.route,
    notifications.c.next_at,
    sqlite_where=text("state IN ('waiting', 'told')"),
    postgresql_where=text("state IN ('waiting', 'told')"),
)

silences = Table(
    "silences",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("name", Text, nullable=False),  # of one from the configuration; else empty
    Column("matchers", Text, nullable=False),  # JSON
    Column("starts_at", BigInteger, nullable=False),
    Column("ends_at", BigInteger),
    Column("window", Text, nullable=False),  # when it recurs; else empty
    Column("reason", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger, index=True),
    Column("ended_by", Text, nullable=False),
    sqlite_autoincrement=True,
)

# Which silence kept which incident from being told.
mutes = Table(
    "mutes",
    metadata,
    Column("silence_id", _Id, ForeignKey("silences.id", ondelete="CASCADE"), primary_key=True),
    Column("incident_id", _Id, ForeignKey("incidents.id", ondelete="CASCADE"), primary_key=True, index=True),
    Column("at", BigInteger, nullable=False),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Text, primary_key=True),
    Column("number", BigInteger, nullable=False),  # grows: what is told of an incident is told in this order
    Column("kind", Text, nullable=False),
    Column("incident_id", _Id, ForeignKey("incidents.id")),  # the first that it tells of; a test tells of none
    Column("event_id", _Id, ForeignKey("events.id"), index=True),
    Column("route", Text, nullable=False),
    Column("cluster", Text, nullable=False),  # empty if it tells of several
    Column("payload", Text, nullable=False),  # the message, byte for byte, of every try
    Column("state", Text, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("refusals", Integer, nullable=False),  # how many tries in a row were answered with a no that stays
    Column("next_try_at", BigInteger, nullable=False),
    Column("last_error", Text, nullable=False),
    Column("last_status", Integer),
    Column("created_at", BigInteger, nullable=False, index=True),
    Column("sent_at", BigInteger),
    Index(None, "incident_id"),
)
Index(
    "ix_deliveries_owed",
    deliveries.c.route,
    deliveries.c.next_try_at,
    sqlite_where=text("state = 'owed'"),
    postgresql_where=text("state = 'owed'"),
)

delivery_incidents = Table(
    "delivery_incidents",
    metadata,
    Column("delivery_id", Text, ForeignKey("deliveries.id", ondelete="CASCADE"), primary_key=True),
    Column("incident_id", _Id, ForeignKey("incidents.id"), primary_key=True, index=True),
    Column("event_id", _Id, ForeignKey("events.id"), nullable=False, index=True),
    # The same of one incident and of the next of its kind: so neither is told before what came earlier has been.
    Column("about", Text, nullable=False, index=True),
)

attempts = Table(
    "attempts",
    metadata,
    Column("delivery_id", Text, ForeignKey("deliveries.id", ondelete="CASCADE"), primary_key=True),
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("took_ms", BigInteger, nullable=False),
    Column("status", Integer),
    Column("error", Text, nullable=False),
    Column("request", Text, nullable=False),
    Column("response", Text, nullable=False),
)
