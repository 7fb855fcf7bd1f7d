"""The connection state machine: pure, no clock and no IO of its own.

The states are ZooKeeper's client states as kazoo and asab name them. What kazoo's client says is not enough
(it is silent about LOST during an outage, and about the state that a client starts in), so the machine also
takes the passing of the negotiated session timeout and the session id of every new connection as signals.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace


class State(enum.StrEnum):
    """A client's connection state."""

    CONNECTED = "CONNECTED"
    SUSPENDED = "SUSPENDED"
    LOST = "LOST"


class Cause(enum.StrEnum):
    """Why a cluster is in its state, as the event log and the API spell it."""

    STARTING = "starting"
    CONNECTED = "connected"
    RECONNECTED = "reconnected"
    CONNECTION_LOST = "connection-lost"
    SESSION_TIMEOUT = "session-timeout"
    SESSION_EXPIRED = "session-expired"
    NEW_SESSION = "new-session"
    NEVER_CONNECTED = "never-connected"
    AUTH_FAILED = "auth-failed"
    STOPPED = "stopped"


class Kind(enum.StrEnum):
    """What an event of the log is."""

    STATE = "state"
    """A transition from one state to another."""

    NOTICE = "notice"
    """Something learnt about the present state without a transition: never-connected, a late session-expired."""


@dataclass(frozen=True, slots=True)
class Observation:
    """One thing seen of a cluster, on its way to the log.

    `at` is UTC milliseconds since the epoch; `lasted_ms` is how long the state that ended had lasted, from a
    monotonic clock. A transition has `to_state`, and `from_state` unless it is the first since zkdash watches
    (None: what came before is unknown). A notice has neither. `session_id` is ZooKeeper's 64-bit id, signed as
    it is on the wire; `server` is "host:port" of the server that the session is or was connected to.
    """

    cluster: str
    at: int
    kind: Kind
    cause: Cause
    from_state: State | None = None
    to_state: State | None = None
    session_id: int | None = None
    server: str | None = None
    lasted_ms: int | None = None
    reason: str = ""
