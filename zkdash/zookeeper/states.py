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
    FIRING = "firing"
    """Of a rule: what it looks for is there."""
    RESOLVED = "resolved"
    """Of a rule: what it looks for is there no more."""


class Severity(enum.StrEnum):
    """How bad it is that a rule fires, worst first."""

    CRITICAL = "critical"
    WARNING = "warning"
    INFO = "info"


class Kind(enum.StrEnum):
    """What an event of the log is."""

    STATE = "state"
    """A transition from one state to another."""

    NOTICE = "notice"
    """Something learnt about the present state without a transition: never-connected, a late session-expired."""

    RULE = "rule"
    """A rule on what the servers of an ensemble say of themselves, which fires or resolves (the cause says which)."""


@dataclass(frozen=True, slots=True)
class Observation:
    """One thing seen of a cluster, on its way to the log.

    `at` is UTC milliseconds since the epoch; `lasted_ms` is how long the state that ended had lasted, from a
    monotonic clock. A transition has `to_state`, and `from_state` unless it is the first since zkdash watches
    (None: what came before is unknown). A notice has neither. `session_id` is ZooKeeper's 64-bit id, signed as
    it is on the wire; `server` is "host:port" of the server that the session is or was connected to.

    Of a rule: `rule` is its name, `subject` the server that it is about ("host:port", empty for the whole cluster),
    and `reason` says what it saw, the limit, since when, and what to look at next.
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
    rule: str = ""
    subject: str = ""
    severity: Severity | None = None


@dataclass(frozen=True, slots=True)
class Started:
    """zkdash begins to watch the cluster."""


@dataclass(frozen=True, slots=True)
class Connected:
    """A server has accepted the session `session_id` and every credential."""

    session_id: int
    server: str


@dataclass(frozen=True, slots=True)
class Dropped:
    """The connection broke, or nothing was heard on it for two thirds of the session timeout."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unreachable:
    """Every server was tried once and none accepted a session."""

    reason: str


@dataclass(frozen=True, slots=True)
class TimeoutPassed:
    """The negotiated session timeout has passed without a connection."""


@dataclass(frozen=True, slots=True)
class Expired:
    """A server answered that the session is no more."""

    server: str


@dataclass(frozen=True, slots=True)
class AuthFailed:
    """A server refused the credentials."""

    reason: str


@dataclass(frozen=True, slots=True)
class Stopped:
    """zkdash ends watching the cluster. Whatever comes after it says nothing."""


Signal = Started | Connected | Dropped | Unreachable | TimeoutPassed | Expired | AuthFailed | Stopped


@dataclass(frozen=True, slots=True)
class Status:
    """What is known of a cluster's connection: the machine's whole memory."""

    state: State = State.LOST
    cause: Cause = Cause.STARTING
    session_id: int | None = None
    server: str | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing the machine says: a transition (`kind` STATE) or a notice about the present state."""

    kind: Kind
    cause: Cause
    from_state: State | None = None
    to_state: State | None = None
    session_id: int | None = None
    server: str | None = None
    reason: str = ""


def step(status: Status | None, signal: Signal) -> tuple[Status | None, tuple[Step, ...]]:
    """The status after a signal, and what is to be said about it, in order.

    A status of None is a cluster not watched yet; only Started leads out of it. No sequence of signals gives a
    transition from a state to itself, and so never two LOSTs in a row.
    """
    if status is None:
        return _start() if isinstance(signal, Started) else (None, ())
    if status.cause is Cause.STOPPED:
        return status, ()
    match signal:
        case Started():
            return status, ()
        case Connected():
            return _connected(status, signal)
        case Dropped(reason):
            if status.state is not State.CONNECTED:
                return replace(status, reason=reason), ()
            return _move(status, State.SUSPENDED, Cause.CONNECTION_LOST, reason)
        case Unreachable(reason):
            return replace(status, reason=reason), ()
        case TimeoutPassed():
            return _timeout_passed(status)
        case Expired(server):
            return _expired(status, server)
        case AuthFailed(reason):
            if status.state is not State.LOST:
                return _move(status, State.LOST, Cause.AUTH_FAILED, reason)
            if status.cause is Cause.AUTH_FAILED:
                return replace(status, reason=reason), ()
            return _notice(replace(status, cause=Cause.AUTH_FAILED, reason=reason), Cause.AUTH_FAILED)
        case Stopped():
            if status.state is State.LOST:
                return replace(status, cause=Cause.STOPPED), ()
            return _move(status, State.LOST, Cause.STOPPED, "zkdash stopped watching")


def _start() -> tuple[Status, tuple[Step, ...]]:
    return Status(), (Step(Kind.STATE, Cause.STARTING, None, State.LOST),)


def _connected(status: Status, signal: Connected) -> tuple[Status, tuple[Step, ...]]:
    same_session = signal.session_id == status.session_id
    steps: tuple[Step, ...] = ()
    if status.state is State.CONNECTED and same_session:
        return replace(status, server=signal.server), ()
    if status.state is not State.LOST and not same_session:
        # The session was replaced behind our back: a LOST was missed, and it comes before the CONNECTED.
        status, steps = _move(status, State.LOST, Cause.NEW_SESSION, "the server gave another session")
    cause = Cause.RECONNECTED if same_session else Cause.CONNECTED
    after, said = _move(replace(status, session_id=signal.session_id, server=signal.server), State.CONNECTED, cause, "")
    return after, steps + said


def _timeout_passed(status: Status) -> tuple[Status, tuple[Step, ...]]:
    if status.state is State.SUSPENDED:
        return _move(status, State.LOST, Cause.SESSION_TIMEOUT, status.reason)
    if status.cause is Cause.STARTING:
        return _notice(replace(status, cause=Cause.NEVER_CONNECTED), Cause.NEVER_CONNECTED)
    return status, ()


def _expired(status: Status, server: str) -> tuple[Status, tuple[Step, ...]]:
    reason = f"{server} says that the session has expired"
    if status.state is not State.LOST:
        after, said = _move(status, State.LOST, Cause.SESSION_EXPIRED, reason)
        return replace(after, session_id=None), said
    if status.session_id is None:
        return status, ()
    after, said = _notice(replace(status, reason=reason), Cause.SESSION_EXPIRED)
    return replace(after, session_id=None), said


def _move(status: Status, to: State, cause: Cause, reason: str) -> tuple[Status, tuple[Step, ...]]:
    after = replace(status, state=to, cause=cause, reason=reason)
    return after, (Step(Kind.STATE, cause, status.state, to, after.session_id, after.server, reason),)


def _notice(status: Status, cause: Cause) -> tuple[Status, tuple[Step, ...]]:
    said = Step(Kind.NOTICE, cause, session_id=status.session_id, server=status.server, reason=status.reason)
    return status, (said,)
