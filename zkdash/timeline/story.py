"""What happened when a cluster was suspended or lost: was it the link, one server, or the ensemble? Pure.

Two witnesses are put together: zkdash's own session, and what each server said to probes before, during and after. A
verdict says no more than they do; where they can't tell, neither does it.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass

from zkdash.ensemble.changes import Stand, standings_at
from zkdash.timeline.evidence import BEFORE_MS, Evidence, Witness, witnesses_of
from zkdash.zookeeper.states import Cause


class Whose(enum.StrEnum):
    """Where it was."""

    LINK = "link"
    SERVER = "server"
    ENSEMBLE = "ensemble"
    ELECTION = "election"
    UNREACHABLE = "unreachable"
    ZKDASH = "zkdash"
    CREDENTIALS = "credentials"
    UNKNOWN = "unknown"


TITLES = {
    Whose.LINK: "The link between zkdash and the cluster",
    Whose.SERVER: "The server that the session was with",
    Whose.ENSEMBLE: "The ensemble: it had no quorum",
    Whose.ELECTION: "The ensemble: it elected a leader",
    Whose.UNREACHABLE: "The network, or all servers at once",
    Whose.ZKDASH: "zkdash's own network",
    Whose.CREDENTIALS: "zkdash's credentials",
    Whose.UNKNOWN: "Not known",
}


@dataclass(frozen=True, slots=True)
class Story:
    """Whose it was, in one sentence, with why: sentences that name what was seen."""

    whose: Whose
    sentence: str
    why: tuple[str, ...]
    witnesses: tuple[Witness, ...]


def tell(evidence: Evidence) -> Story:
    """The story that the evidence tells."""
    witnesses = witnesses_of(evidence)
    whose, sentence, why = _judged(evidence, witnesses)
    return Story(whose, sentence, tuple(why), witnesses)


def _judged(evidence: Evidence, witnesses: Sequence[Witness]) -> tuple[Whose, str, list[str]]:
    causes = {event.cause for event in (*evidence.episode, *evidence.notices)}
    if Cause.AUTH_FAILED in causes:
        return Whose.CREDENTIALS, "The servers refused zkdash's credentials.", _said(evidence)
    if not witnesses:
        return (
            Whose.UNKNOWN,
            "Nothing is known of the servers: zkdash did not probe them then.",
            _said(evidence),
        )
    silent = [one for one in witnesses if Stand.SILENT in one.during]
    hurt = [one for one in witnesses if one.hurt]
    own = next((one for one in witnesses if one.server == evidence.server), None)
    if len(silent) == len(witnesses):
        return _all_silent(evidence, witnesses)
    if not hurt:
        return _nobody(evidence, witnesses)
    if not _kept_quorum(evidence, witnesses):
        return _no_quorum(evidence, witnesses)
    if own is not None and own.hurt:
        return _that_server(own, witnesses)
    names = ", ".join(one.server for one in hurt)
    sentence = f"The connection to {evidence.server or 'the cluster'} broke, though that server went on serving."
    return Whose.LINK, sentence, [_sentence(one) for one in hurt] + [f"{names} would not break that connection."]


def _all_silent(evidence: Evidence, witnesses: Sequence[Witness]) -> tuple[Whose, str, list[str]]:
    count = _count(len(witnesses), "server")
    hit = f"Within seconds {', '.join(evidence.hit)} left CONNECTED too."
    if evidence.others and 2 * len(evidence.hit) >= evidence.others:
        sentence = f"All {count} fell silent, and other clusters at the same time: it was where zkdash is."
        return Whose.ZKDASH, sentence, [f"{hit} {_count(evidence.others, 'other cluster')} are watched."]
    if evidence.hit:
        compared = hit
    elif evidence.others:
        compared = f"{_count(evidence.others, 'other cluster')} stayed as they were."
    else:
        compared = "There is no other cluster to compare with."
    sentence = f"All {count} fell silent: the way to them, or all their hosts. From here the two can't be told apart."
    return Whose.UNREACHABLE, sentence, [compared]


def _nobody(evidence: Evidence, witnesses: Sequence[Witness]) -> tuple[Whose, str, list[str]]:
    place = f" to {evidence.server}" if evidence.server else ""
    sentence = f"Every server answered probes and went on serving. It was the connection{place}, not the ensemble."
    why = [f"{_count(len(witnesses), 'server')} served throughout, by their own word."]
    if any(event.cause in (Cause.SESSION_EXPIRED, Cause.NEW_SESSION) for event in evidence.episode):
        why.append("The session ended on the servers: nothing of it reached them for the whole session timeout.")
    return Whose.LINK, sentence, [*why, *_said(evidence)]


def _no_quorum(evidence: Evidence, witnesses: Sequence[Witness]) -> tuple[Whose, str, list[str]]:
    voters = [one for one in witnesses if one.votes]
    gone = [one for one in voters if {Stand.DOWN, Stand.SILENT} & set(one.during) or one.restarted]
    why = [_sentence(one) for one in witnesses if one.hurt]
    if len(witnesses) == 1:
        return Whose.ENSEMBLE, f"Its only server, {witnesses[0].server}, {_what(witnesses[0])}.", why
    need = len(voters) // 2 + 1
    if len(voters) - len(gone) >= need:
        leader = next((one for one in gone if one.before is Stand.LEADER), None)
        because = f" after its leader {leader.server} {_what(leader)}" if leader else ""
        return (
            Whose.ELECTION,
            f"The ensemble had no leader for a while and elected one{because}.",
            why + _elections(evidence),
        )
    return (
        Whose.ENSEMBLE,
        f"The ensemble lost its quorum: {len(gone)} of {len(voters)} servers were gone, and {need} are needed.",
        why + _elections(evidence),
    )


def _that_server(own: Witness, witnesses: Sequence[Witness]) -> tuple[Whose, str, list[str]]:
    others = [one for one in witnesses if one is not own]
    served = [one.server for one in others if not one.hurt]
    why = [_sentence(own)]
    if served:
        why.append(f"{', '.join(served)} went on serving.")
    why += [_sentence(one) for one in others if one.hurt]
    return (
        Whose.SERVER,
        f"{own.server}, which the session was with, {_what(own)}. The ensemble went on without it.",
        why,
    )


def _kept_quorum(evidence: Evidence, witnesses: Sequence[Witness]) -> bool:
    """Whether at every moment some server served that can't without a quorum, as far as is known."""
    voters = [one.server for one in witnesses if one.votes]
    need = len(voters) // 2 + 1
    moments = [evidence.start - BEFORE_MS] + [
        change.at for change in evidence.changes if evidence.start - BEFORE_MS < change.at <= evidence.seen_until
    ]
    for at in moments:
        stands = standings_at(evidence.changes, at)
        if any(stand in (Stand.FOLLOWER, Stand.OBSERVER, Stand.STANDALONE) for stand in stands.values()):
            continue  # who follows is connected to a leader that has a quorum, known or not
        known = [stands[server] for server in voters if server in stands]
        serving, unknown = sum(stand.serves for stand in known), len(voters) - len(known)
        if known and serving + unknown < need:  # a leader alone may not know yet that it leads nobody
            return False
    return True


def _elections(evidence: Evidence) -> list[str]:
    found = []
    for change in evidence.changes:
        if (
            change.now is Stand.LEADER
            and change.was not in (None, Stand.LEADER)
            and change.at >= evidence.start - BEFORE_MS
        ):
            epoch = "" if change.epoch is None else f", epoch {change.epoch}"
            found.append(f"{change.server} became the leader{epoch}.")
    return found


def _said(evidence: Evidence) -> list[str]:
    return [f"The session saw: {event.reason}." for event in evidence.episode[:1] if event.reason]


def _sentence(one: Witness) -> str:
    return f"{one.server} {_what(one)}."


def _what(one: Witness) -> str:
    """What a server that was hurt did, as the end of a sentence about it."""
    if one.restarted:
        return "was restarted"
    for stand, words in _WORDS.items():
        if stand in one.during:
            return words
    return "went on serving"


_WORDS = {
    Stand.DOWN: "refused connections: its process was not there",
    Stand.SILENT: "did not answer: it hung, or the way to it was cut",
    Stand.NOT_SERVING: "was up, but served nobody",
    Stand.READ_ONLY: "was read-only: it had lost the quorum",
    Stand.ODD: "answered nothing that tells what it did",
}


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
