"""What an event says of each rule. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from zkdash.timeline.event import Event
from zkdash.zookeeper.states import Cause, Kind, Severity, State

LOST = "lost"
NEVER_CONNECTED = "never-connected"
SUSPENDED = "suspended"
SESSION_REPLACED = "session-replaced"

CLUSTER_IS_GONE = (LOST, NEVER_CONNECTED)
"""The rules of which one is open at a time, and which mute all others of their cluster."""

STATE_RULES = (LOST, NEVER_CONNECTED, SUSPENDED, SESSION_REPLACED)

# A cluster that zkdash doesn't watch yet, or no more, isn't lost.
_OWN_DOING = (Cause.STARTING, Cause.STOPPED)


@dataclass(frozen=True, slots=True)
class Finding:
    """What an event says of one rule: that it holds, that it doesn't, or (None) that nobody knows any more.

    `waits`: it has to hold for a while before it counts. `why` says why it is over.
    """

    rule: str
    present: bool | None
    severity: Severity = Severity.CRITICAL
    subject: str = ""
    waits: bool = False
    why: str = ""


def findings(event: Event) -> list[Finding]:
    """What an event says of the rules, in the order in which it is to be taken."""
    match event.kind:
        case Kind.RULE:
            severity = event.severity or Severity.WARNING
            present = event.cause is Cause.FIRING
            return [Finding(event.rule, present, severity, event.subject, why="" if present else event.reason)]
        case Kind.NOTICE:
            return _of_notice(event.cause)
        case Kind.STATE:
            return _of_transition(event)


def _of_notice(cause: Cause) -> list[Finding]:
    """Learnt while the cluster counts as LOST anyway: from its start, or since it was lost."""
    if cause is Cause.NEVER_CONNECTED:
        return [_suspended_no_more("no server answers"), Finding(NEVER_CONNECTED, True)]
    if cause is Cause.AUTH_FAILED:
        return [_suspended_no_more("the servers refuse the credentials"), Finding(LOST, True)]
    return []


def _of_transition(event: Event) -> list[Finding]:
    if event.to_state is State.CONNECTED:
        return [Finding(rule, False, why="it is connected again") for rule in STATE_RULES]
    if event.to_state is State.SUSPENDED:
        return [Finding(SUSPENDED, True, Severity.WARNING, waits=True)]
    if event.cause in _OWN_DOING:
        return [Finding(SUSPENDED, None)]
    if event.cause is Cause.NEW_SESSION:
        return [_suspended_no_more("a server answers again"), Finding(SESSION_REPLACED, True, Severity.WARNING)]
    return [_suspended_no_more("it counts as lost now"), Finding(LOST, True)]


def _suspended_no_more(why: str) -> Finding:
    return Finding(SUSPENDED, False, why=why)
