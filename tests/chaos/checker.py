"""What must be true after all that went wrong: pure, of what was done and of what was heard.

Times are seconds of one monotonic clock, as they really were: a server that took long to come back was away for long.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time in which something was wrong: with a cluster, or with zkdash.

    `loses` is whether the session must be lost by it (True), must not be (False), or may be (None).
    """

    on: str
    what: str
    began: float
    ended: float
    loses: bool | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """An event as the viewer that was there throughout got it, and when."""

    at: float
    event: Mapping[str, Any]

    @property
    def is_transition(self) -> bool:
        """Whether the cluster changed; a configuration that is read again may end its watching, and begin it anew."""
        return self.event["kind"] == "state" and self.event["cause"] not in ("stopped", "starting")


@dataclass(frozen=True, slots=True)
class Told:
    """An incident in a message that a receiver has taken: the message's kind, and the incident's number and rule."""

    kind: str
    incident: int
    rule: str
    cluster: str


@dataclass(frozen=True, slots=True)
class Account:
    """All that is known when it is over. `log` is zkdash's own, oldest first; `owed` are deliveries not made yet."""

    windows: Sequence[Window]
    deaths: Sequence[tuple[float, float]]
    log: Sequence[Mapping[str, Any]]
    heard: Sequence[Heard]
    incidents: Sequence[Mapping[str, Any]]
    told: Sequence[Told]
    owed: int = 0
    timeout_s: float = 4.0
    recovers_s: float = 8.0
    resources: Mapping[str, tuple[float, float, float]] = field(default_factory=dict)
    """What zkdash took before and after, and how much more is allowed."""


def problems(account: Account) -> list[str]:
    """Everything that is not as it must be, in words."""
    return [
        *_viewer(account),
        *_chains(account),
        *_outages(account),
        *_inventions(account),
        *_hooks(account),
        *_resources(account),
    ]


def _viewer(account: Account) -> Iterable[str]:
    """The viewer has what the log has, once and in order."""
    logged, heard = [event["id"] for event in account.log], [one.event["id"] for one in account.heard]
    if heard != logged:
        missing, more = sorted(set(logged) - set(heard)), sorted(set(heard) - set(logged))
        order = "in order" if heard == sorted(heard) else "out of order"
        yield f"the viewer's events are not the log's: missing {missing}, invented {more}, {order}"


def _chains(account: Account) -> Iterable[str]:
    """Of each cluster every transition starts from where the last one led, but for the first of a run."""
    last: dict[str, str] = {}
    for event in account.log:
        if event["kind"] != "state":
            continue
        was, name = last.get(event["cluster"]), event["cluster"]
        if event["from"] is not None and was is not None and event["from"] != was:
            yield f"event {event['id']} of {name} leads from {event['from']}, but it was {was}"
        if event["from"] == event["to"]:
            yield f"event {event['id']} of {name} leads from {event['from']} to itself"
        last[name] = event["to"]


def _outages(account: Account) -> Iterable[str]:
    """Every outage that loses the session has exactly one LOST and one recovery, any other has none."""
    for window in account.windows:
        if window.loses is None or _dead(account, window.began - 1.0, window.ended + account.recovers_s):
            continue
        during = _transitions(account, window.on, window.began, window.ended + account.recovers_s)
        lost = [one for one in during if one.event["to"] == "LOST"]
        back = [one for one in during if (one.event["from"], one.event["to"]) == ("LOST", "CONNECTED")]
        said = f"{window.on}: {window.what} from {window.began:.1f} to {window.ended:.1f} s"
        if len(lost) != (1 if window.loses else 0):
            yield f"{said} has {len(lost)} LOST instead of {1 if window.loses else 0}"
        if window.loses and len(back) != 1:
            yield f"{said} has {len(back)} recoveries instead of 1"


def _inventions(account: Account) -> Iterable[str]:
    """No cluster was said to be suspended or lost while nothing was wrong with it, nor with zkdash."""
    for one in account.heard:
        if not one.is_transition or one.event["to"] == "CONNECTED":
            continue
        on = one.event["cluster"]
        explained = any(
            window.on in (on, "") and window.began - 0.5 <= one.at <= window.ended + account.recovers_s
            for window in account.windows
        )
        if not explained and not _dead(account, one.at - account.recovers_s, one.at):
            yield f"{on} was said to be {one.event['to']} at {one.at:.1f} s, and nothing was wrong"


def _hooks(account: Account) -> Iterable[str]:
    """Every incident was told as firing first and, if it is over, as resolved last; nothing is owed."""
    kinds: dict[int, list[str]] = {}
    for one in account.told:
        kinds.setdefault(one.incident, []).append(one.kind)
    for incident in account.incidents:
        number, name = incident["id"], f"incident {incident['id']} ({incident['rule']} of {incident['cluster']})"
        told = kinds.get(number, [])
        if told[:1] != ["firing"]:
            yield f"{name} was told as {told}"
        elif incident["resolved_at"] is not None and told[-1] != "resolved":
            yield f"the end of {name} was not told: {told}"
        if "resolved" in told[:-1]:
            yield f"{name} was over and went on: {told}"
    if unknown := sorted(set(kinds) - {incident["id"] for incident in account.incidents}):
        yield f"incidents {unknown} were told and are in no log"
    if account.owed:
        yield f"{account.owed} deliveries are owed still"


def _resources(account: Account) -> Iterable[str]:
    for name, (before, after, more) in account.resources.items():
        if after > before + more:
            yield f"{name} grew from {before:g} to {after:g}, by more than {more:g}"


def _transitions(account: Account, on: str, since: float, until: float) -> list[Heard]:
    return [
        one for one in account.heard if one.is_transition and one.event["cluster"] == on and since <= one.at <= until
    ]


def _dead(account: Account, since: float, until: float) -> bool:
    """Whether zkdash was dead at some time between."""
    return any(began <= until and ended >= since for began, ended in account.deaths)
