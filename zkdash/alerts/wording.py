"""What is said of each rule: what it means, who is affected, what to look at first. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from zkdash.alerts import rules
from zkdash.alerts.incident import Incident
from zkdash.alerts.server_wording import SAID
from zkdash.timeline.event import Event
from zkdash.timeline.times import iso
from zkdash.zookeeper.states import Cause, Kind


@dataclass(frozen=True, slots=True)
class Wording:
    """`wrong` and `over` follow the cluster's name."""

    wrong: str
    over: str
    affected: str
    look_at: str


_LOST = Wording(
    "is lost",
    "is connected again",
    "Every client of the cluster: sessions end, and ephemeral znodes, locks and elections with them.",
    "Whether the servers run, whether they have a quorum, and whether the network reaches them from here.",
)
_OF_RULE = {
    rules.LOST: _LOST,
    rules.NEVER_CONNECTED: Wording(
        "has never been connected to",
        "is connected for the first time",
        _LOST.affected,
        "Whether the servers run, and whether their addresses and zkdash's access to them are right.",
    ),
    rules.SUSPENDED: Wording(
        "is suspended",
        "is no longer suspended",
        "Clients that were connected to the same server; they lose their sessions if this lasts.",
        "The server that the connection was to, and the way to it.",
    ),
    rules.SESSION_REPLACED: Wording(
        "gave another session without a word",
        "is connected in a new session",
        "What hung on the old session is gone: ephemeral znodes and watches.",
        "Whether the servers were started again or lost their sessions.",
    ),
}
_ITS_PAGE = "The cluster's page: its servers, and what they say of themselves."
_LOOK_AT = " Look at "
_CAUSES = {
    Cause.SESSION_TIMEOUT: "no server answered within the session timeout",
    Cause.SESSION_EXPIRED: "the servers had ended the session",
    Cause.NEW_SESSION: "the old session had ended unnoticed",
    Cause.NEVER_CONNECTED: "no server has answered yet",
    Cause.AUTH_FAILED: "the servers refused the credentials",
    Cause.CONNECTION_LOST: "the connection broke",
}


def wording(incident: Incident) -> Wording:
    of_rule = _OF_RULE.get(incident.rule)
    if of_rule is not None:
        return of_rule
    affected = f"Clients of {incident.subject}." if incident.subject else "Clients of the cluster."
    if incident.rule in SAID:
        wrong, over = (words.format(server=incident.subject or "a server") for words in SAID[incident.rule])
    else:
        where = f" of {incident.subject}" if incident.subject else ""
        wrong, over = f"has {incident.rule}{where}", f"has no {incident.rule}{where} any more"
    return Wording(wrong, over, affected, _next(incident.reason) or _ITS_PAGE)


def _next(reason: str) -> str:
    """What a rule on the servers says that is to be looked at next, as a sentence; "" if it says nothing."""
    said = reason.rpartition(_LOOK_AT)[2] if _LOOK_AT in reason else ""
    return f"{said[:1].upper()}{said[1:]}"


def headline(incident: Incident, label: str) -> str:
    """Where it is and what it is, in one line."""
    where = f"{label} ({incident.cluster})" if label != incident.cluster else incident.cluster
    said = wording(incident)
    if incident.flapping_since is not None:
        return f"{where}: {incident.rule} comes and goes"
    return f"{where} {said.wrong if incident.is_open else said.over}"


def seen(incident: Incident) -> str:
    """What was seen of it, in a sentence."""
    cause = _CAUSES.get(incident.cause)
    if cause is None:
        return incident.reason.rpartition(_LOOK_AT)[0] or incident.reason
    return f"{cause[0].upper()}{cause[1:]}{': ' if incident.reason else ''}{incident.reason.rstrip('.')}."


def before(events: list[Event]) -> str:
    """What had changed before it, the newest first; empty if nothing is known."""
    return "; ".join(f"{_changed(event)} at {iso(event.at)}" for event in events)


def _changed(event: Event) -> str:
    match event.kind:
        case Kind.STATE:
            return f"{event.to_state} ({event.cause})"
        case Kind.RULE:
            return f"{event.rule}{' of ' + event.subject if event.subject else ''} {event.cause}"
        case Kind.NOTICE:
            return event.cause.value


def lines(incident: Incident, label: str, changed_before: str, url: str | None) -> list[str]:
    """All that is to be said of an incident, the most important first."""
    said = wording(incident)
    found = [f"{headline(incident, label)} ({incident.severity})", f"Since {iso(incident.opened_at)}."]
    if incident.resolved_at is not None:
        found[1] = f"From {iso(incident.opened_at)} to {iso(incident.resolved_at)}: {incident.resolved_why}."
    if incident.is_open:
        found.append(seen(incident))
        found += [f"Before: {changed_before}."] if changed_before else []
        found += [f"Affected: {said.affected}", f"Look first at: {said.look_at}"]
    return [*(line for line in found if line), *([url] if url else [])]
