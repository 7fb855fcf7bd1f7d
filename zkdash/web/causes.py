"""What happened, above the charts and on the same axis: zkdash's session, marks, and what each server was."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from zkdash.ensemble.changes import Stand
from zkdash.ensemble.roles import Stint, elections, newest, stints
from zkdash.timeline.event import Event
from zkdash.web import lanes, words
from zkdash.web.keys import Dashboard
from zkdash.web.pieces import lane_of, swimlane
from zkdash.web.render import fragment
from zkdash.web.server_rows import element_id, url_for_server
from zkdash.web.urls import url_for_event

if TYPE_CHECKING:
    from zkdash.zookeeper.container import ClusterContainer

MARKS = 300
"""How many events are drawn at most, the newest."""
LISTED = 100
"""So many stints of servers are listed, the newest."""
TROUBLE = (Stand.READ_ONLY, Stand.NOT_SERVING, Stand.DOWN, Stand.SILENT)
"""Drawn last, so that it lies on top, and at least as wide as can be seen."""
MIN_TROUBLE_PERCENT = 0.3


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened at a time (UTC ms), at `x` percent of the axis. `kind` says its shape and colour."""

    at: int
    x: float
    kind: str
    text: str
    href: str


@dataclass(frozen=True, slots=True)
class RoleBar:
    """A server's stint in its lane, in percent of its width."""

    stint: Stint
    x: float
    width: float


async def draw(
    dashboard: Dashboard, container: ClusterContainer, servers: Sequence[str], since: int, until: int, live: bool
) -> dict[str, Any]:
    """Everything that charts/_causes.html shows. Raises StoreUnavailable."""
    name = container.name
    recorded = await dashboard.events.lanes([name], since, until)
    events = await dashboard.events.find(clusters=[name], since=since, until=until, limit=MARKS)
    changes = await dashboard.changes.between(name, since, until)
    watched = [(each.start, each.end) for each in recorded[name] if each.state is not None]
    found = stints(changes, joined(watched), since, until)
    chosen = {server: found.get(server, ()) for server in servers}
    lane = lane_of(container, recorded[name], until, to_now=live)
    return {
        "session": swimlane(name, lane, since, until, live=live),
        "marks": marks_markup(marks(name, events, found, since, until), since, until, live),
        "roles": [(server, role_lane(server, one, since, until, live)) for server, one in chosen.items()],
        "list": newest(chosen, LISTED),
        "listed": LISTED,
        "ticks": lanes.axis(since, until, runs_on=live),
        "since": since,
        "until": until,
    }


def joined(watched: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Stretches of time that touch as one."""
    made: list[tuple[int, int]] = []
    for start, end in watched:
        if made and made[-1][1] == start:
            made[-1] = made[-1][0], end
        else:
            made.append((start, end))
    return made


def marks(
    cluster: str, events: Iterable[Event], found: Mapping[str, tuple[Stint, ...]], since: int, until: int
) -> list[Mark]:
    """The events of a range and its elections, the oldest first."""
    span = max(until - since, 1)

    def place(at: int) -> float:
        return round((at - since) * 100 / span, 3)

    made = [
        Mark(event.at, place(event.at), kind, words.explain(event.cause, event.reason), url_for_event(event.id))
        for event in events
        if (kind := mark_kind(event)) is not None
    ]
    for at, server in elections(dict(found)):
        if since <= at < until:
            made.append(Mark(at, place(at), "election", f"{server} leads", url_for_server(cluster, server)))
    return sorted(made, key=lambda mark: mark.at)


def mark_kind(event: Event) -> str | None:
    """Which mark an event gets: that of the state it led to, or of the rule it tells of. None for a mere notice."""
    if event.kind == "rule":
        return "resolved" if event.cause == "resolved" else "firing"
    word = words.of_event(event)
    return None if word == "notice" else word


def marks_markup(found: Sequence[Mark], since: int, until: int, live: bool) -> Markup:
    """The marks in their lane."""
    return fragment("charts/_marks.html", marks=found, since=since, until=until, live=live)


def role_lane(server: str, found: Sequence[Stint], since: int, until: int, live: bool) -> Markup:
    """What a server was, as a lane."""
    span = max(until - since, 1)
    bars = []
    for index, one in enumerate(found):
        width = (one.end - one.start) * 100 / span
        if one.stand in TROUBLE:
            width = max(width, MIN_TROUBLE_PERCENT)
        if live and index == len(found) - 1 and one.end >= until:
            width += 100  # the browser moves the lane to the left as time goes on
        bars.append(RoleBar(one, round((one.start - since) * 100 / span, 3), round(width, 3)))
    bars.sort(key=lambda bar: bar.stint.stand in TROUBLE)
    told = ", ".join(dict.fromkeys(one.stand for one in found)) or "nothing recorded"
    return fragment(
        "charts/_role_lane.html",
        id=f"lane-{element_id(server)}",
        words=f"{server}: {told}",
        bars=bars,
        since=since,
        until=until,
        live=live,
    )
