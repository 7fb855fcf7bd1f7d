"""What must be true after all that went wrong: pure, of what was done and of what was heard."""

from __future__ import annotations

from collections.abc import Iterable

from tests.chaos.account import Account, Heard, Window

REACHES_S = 3.0
"""Within what time an event that one viewer has is with every other who is there."""


def problems(account: Account) -> list[str]:
    """Everything that is not as it must be, in words."""
    return [
        *account.wrong,
        *_viewer(account),
        *_visits(account),
        *_chains(account),
        *_outages(account),
        *_pages(account),
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


def _visits(account: Account) -> Iterable[str]:
    """Who came by has a piece of the log without a hole, and all that came while they were there."""
    logged = [event["id"] for event in account.log]
    for visit in account.visits:
        wanted = [id for id in logged if id > visit.after]
        said = f"who listened after {visit.after} from {visit.began:.1f} to {visit.ended:.1f} s"
        if list(visit.ids) != wanted[: len(visit.ids)]:
            yield f"{said} has {list(visit.ids)}, the log {wanted[: len(visit.ids)]}"
        came = [one.event["id"] for one in account.heard if one.came < visit.ended - REACHES_S]
        missing = [id for id in came if id > max([visit.after, *visit.ids])]
        if missing and visit.ended - visit.began > REACHES_S and not _dead(account, visit.began, visit.ended):
            yield f"{said} has not got {missing}"


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
    for window, until in _judged(account):
        during = _transitions(account, window.on, window.began, until)
        lost = [one for one in during if one.event["to"] == "LOST"]
        back = [one for one in during if (one.event["from"], one.event["to"]) == ("LOST", "CONNECTED")]
        said = _named(window)
        if len(lost) != (1 if window.loses else 0):
            yield f"{said} has {len(lost)} LOST instead of {1 if window.loses else 0}"
        if window.loses and len(back) != 1:
            yield f"{said} has {len(back)} recoveries instead of 1"
        for one in lost:
            opened = [two for two in account.incidents if two["opened_event_id"] == one.event["id"]]
            if len(opened) != 1:
                yield f"{said} has {len(opened)} incidents for its LOST (event {one.event['id']}) instead of 1"


def _pages(account: Account) -> Iterable[str]:
    """The page that was left open showed the same: LOST once, and then CONNECTED."""
    for window, until in _judged(account):
        if not account.shown:
            return
        own = [one for one in account.shown if one.cluster == window.on]
        states = [one.state for one in own if window.began <= one.at <= until]
        if states.count("LOST") != (1 if window.loses else 0):
            yield f"{_named(window)} was on the page as {states}"
        elif window.loses and states[-1] != "CONNECTED":
            yield f"{_named(window)} was on the page as {states}, and never over"


def _judged(account: Account) -> Iterable[tuple[Window, float]]:
    """The outages of which something is certain, and until when what is heard belongs to them."""
    of_cluster = sorted((one for one in account.windows if one.on not in ("", "-")), key=lambda one: one.began)
    for window in of_cluster:
        later = [one.began for one in of_cluster if one.on == window.on and one.began > window.began]
        until = min([window.ended + account.recovers_s, *later])
        if window.loses is not None and not _dead(account, window.began - 1.0, window.ended + account.recovers_s):
            yield window, until


def _named(window: Window) -> str:
    return f"{window.on}: {window.what} from {window.began:.1f} to {window.ended:.1f} s"


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
    """Every incident was told as firing once and, if it is over, as resolved once; nothing is owed."""
    kinds: dict[int, list[str]] = {}
    for one in account.told:
        kinds.setdefault(one.incident, []).append(one.kind)
    for incident in account.incidents:
        number, name = incident["id"], f"incident {incident['id']} ({incident['rule']} of {incident['cluster']})"
        told = kinds.get(number, [])
        wanted = ["firing"] if incident["resolved_at"] is None else ["firing", "resolved"]
        if told != wanted:
            yield f"{name} was told as {told} instead of {wanted}"
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
