"""States and causes in plain words, and how a cluster stands for the reader."""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Iterable

from zkdash.timeline.event import Event
from zkdash.zookeeper.states import Cause, Kind, State

STATE_WORDS = {State.CONNECTED: "connected", State.SUSPENDED: "suspended", State.LOST: "lost"}

CAUSE_WORDS = {
    Cause.STARTING: "zkdash started to watch it",
    Cause.CONNECTED: "a server gave a new session",
    Cause.RECONNECTED: "came back in the same session",
    Cause.CONNECTION_LOST: "the connection broke",
    Cause.SESSION_TIMEOUT: "no server answered within the session timeout",
    Cause.SESSION_EXPIRED: "the servers had ended the session",
    Cause.NEW_SESSION: "the old session had ended unnoticed",
    Cause.NEVER_CONNECTED: "no server has answered yet",
    Cause.AUTH_FAILED: "the servers refused the credentials",
    Cause.STOPPED: "zkdash stopped watching it",
    Cause.FIRING: "a rule fires",
    Cause.RESOLVED: "a rule fires no more",
}

CAUSE_EXPLAINED = {
    Cause.STARTING: "zkdash began to watch this cluster here. What was before, it does not know; until the first "
    "connection ZooKeeper's client counts as LOST.",
    Cause.CONNECTED: "A server accepted the connection and gave a new session.",
    Cause.RECONNECTED: "A server answered again before the session timeout was over: the session and everything "
    "that hangs on it (ephemeral znodes, watches) survived.",
    Cause.CONNECTION_LOST: "The connection to the server broke or went silent. The session lives on as long as a "
    "server answers within the session timeout.",
    Cause.SESSION_TIMEOUT: "No server of the cluster answered for the whole session timeout. The servers, if they "
    "live, have ended the session by now, with its ephemeral znodes and watches.",
    Cause.SESSION_EXPIRED: "A server said that the session had expired: it was away for longer than the session "
    "timeout.",
    Cause.NEW_SESSION: "The server gave another session than the last one without saying that it had ended: the "
    "cluster was lost in between, and zkdash notes it here.",
    Cause.NEVER_CONNECTED: "Since zkdash started to watch this cluster, no server has answered within the session "
    "timeout.",
    Cause.AUTH_FAILED: "The servers refused the credentials that zkdash is configured with. It tries again slowly.",
    Cause.STOPPED: "zkdash ended its session in the ordinary way: it was stopped, or the cluster was taken out of its "
    "configuration.",
    Cause.FIRING: "A rule on what the servers say of themselves has held for as long as it has to.",
    Cause.RESOLVED: "What the rule looks for is there no more.",
}


def explain(cause: Cause, reason: str) -> str:
    """A cause as a sentence, with the reason that was seen: "The connection broke: refused by zk1:2181."."""
    words = CAUSE_WORDS[cause]
    if cause in (Cause.FIRING, Cause.RESOLVED) and reason:
        first = reason.partition(" ")[0]  # a server's name stays as it is
        sentence = f"{first[:1].upper() + first[1:] if first.isalpha() else first}{reason[len(first) :]}"
        return sentence if sentence.endswith((".", "!", "?")) else f"{sentence}."
    if cause is Cause.STOPPED:
        reason = ""  # says the same
    first = words[0] if words.startswith("zkdash") else words[0].upper()
    return f"{first}{words[1:]}{': ' if reason else ''}{reason.rstrip('.')}."


class Standing(enum.StrEnum):
    """How a cluster stands for the reader, worst first: the state, but a first try to connect is no loss yet."""

    LOST = "lost"
    SUSPENDED = "suspended"
    CONNECTING = "connecting"
    CONNECTED = "connected"

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return list(Standing).index(self)


def standing(state: State, cause: Cause) -> Standing:
    """How a cluster in `state` because of `cause` stands."""
    if state is State.LOST and cause is Cause.STARTING:
        return Standing.CONNECTING
    return Standing(STATE_WORDS[state])


def of_event(event: Event) -> str:
    """What an event's row calls it: the state that it led to, unless zkdash's own coming and going is all it was."""
    if event.kind is Kind.RULE:
        return event.cause.value
    if event.to_state is None:
        return "notice"
    if event.cause is Cause.STOPPED:
        return "stopped"
    return standing(event.to_state, event.cause).value


def summary(standings: Iterable[Standing]) -> str:
    """ "1 lost, 1 suspended, 1 connected": what there is, worst first; "no clusters" for none."""
    counts = Counter(standings)
    return ", ".join(f"{counts[each]} {each}" for each in Standing if counts[each]) or "no clusters"


def worst(standings: Iterable[Standing]) -> Standing | None:
    """The worst of all, None of none."""
    return min(standings, key=lambda each: each.rank, default=None)
