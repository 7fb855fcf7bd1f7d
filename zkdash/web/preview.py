"""What a route would have been told of the past days, from the log, with waits and intervals to try out."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from zkdash.alerts import past
from zkdash.alerts.delivery import DeliveryKind
from zkdash.alerts.incident import Incident
from zkdash.alerts.replay import replay
from zkdash.alerts.silence import Silence
from zkdash.clock import now_ms
from zkdash.config import AlertConfig
from zkdash.config.values import seconds, yes_no
from zkdash.timeline.event import Event
from zkdash.web.keys import Dashboard
from zkdash.web.seen import Seen

FIELDS = ("for", "group_wait", "group_interval", "repeat_interval", "send_resolved", "since")
SPANS_MS = {"1d": 86_400_000, "3d": 259_200_000, "7d": 604_800_000, "30d": 2_592_000_000}
SPANS = {"1d": "1 day", "3d": "3 days", "7d": "7 days", "30d": "30 days"}
SPAN_DEFAULT = "7d"
MOST_EVENTS = 20_000
"""So many events are looked at, the newest: some seconds of a thread. `zkdash alerts replay` looks at more."""
MOST_SHOWN = 200
"""So many messages are listed, the newest."""
LONGEST_S = 365 * 86_400
LONGEST_TEXT = 40


class Tuning:
    """A route with what is to be tried out. `typed` is by field what stands in the form, `problems` what is wrong."""

    def __init__(self, route: AlertConfig, asked: Mapping[str, str]) -> None:
        self.configured = route
        self.problems: dict[str, str] = {}
        self.typed = written(route) | {name: text.strip() for name, text in asked.items() if text.strip()}
        self.route = self._tuned(route)

    @property
    def differs(self) -> bool:
        """Whether something is to be tried out."""
        return self.route != self.configured

    @property
    def since_ms(self) -> int:
        """How far to look back."""
        return SPANS_MS.get(self.typed["since"], SPANS_MS[SPAN_DEFAULT])

    def _tuned(self, route: AlertConfig) -> AlertConfig:
        typed, own = self.typed, written(route)
        if typed["since"] not in SPANS_MS:
            self.problems["since"] = f"since: allowed are {', '.join(SPANS_MS)}."
        if typed["for"] != own["for"]:
            route = replace(route, for_s=self._seconds("for") or 0.0)
        if typed["group_wait"] != own["group_wait"]:
            route = replace(route, group_wait_s=self._seconds("group_wait", "by severity"))
        if typed["group_interval"] != own["group_interval"]:
            route = replace(route, group_interval_s=self._seconds("group_interval") or 0.0)
        if typed["repeat_interval"] != own["repeat_interval"]:
            route = replace(route, repeat_interval_s=self._seconds("repeat_interval", "never"))
        if typed["send_resolved"] != own["send_resolved"]:
            try:
                route = replace(route, send_resolved=yes_no(typed["send_resolved"]))
            except ValueError as error:
                self.problems["send_resolved"] = f"send_resolved: {error}."
        return route

    def _seconds(self, name: str, none: str = "") -> float | None:
        text = self.typed[name]
        if none and text == none:
            return None
        try:
            return seconds(text[:LONGEST_TEXT], 0, LONGEST_S)
        except ValueError as error:
            self.problems[name] = f"{name}: {error}{f', or {none}' if none else ''}."
            return None


@dataclass(frozen=True, slots=True)
class Message:
    """A message that would have been sent at a time (UTC ms)."""

    at: int
    kind: DeliveryKind
    incidents: tuple[Incident, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """What would have been sent since a time (UTC ms), the newest first; `configured` is the number without tuning."""

    since: int
    now: int
    events: int
    cut: bool
    total: int
    kinds: Mapping[str, int]
    messages: list[Message] = field(default_factory=list)
    configured: int | None = None


async def look(seen: Seen, tuning: Tuning, one_at_a_time: asyncio.Lock) -> Preview:
    """What the route would have been told. Raises what the store raises."""
    now = now_ms()
    since = now - tuning.since_ms
    events, cut = await past.events_since(seen.whole.store, since, MOST_EVENTS, seen.events.within())
    silences = await seen.alerts.silences()
    past_of = partial(messages_of, events=events, silences=silences, now=now, dashboard=seen.whole)
    async with one_at_a_time:
        messages = await asyncio.to_thread(past_of, tuning.route)
        configured = len(await asyncio.to_thread(past_of, tuning.configured)) if tuning.differs else None
    return Preview(
        since=events[0].at if cut else since,
        now=now,
        events=len(events),
        cut=cut,
        total=len(messages),
        kinds=Counter(message.kind for message in messages),
        messages=messages[: -MOST_SHOWN - 1 : -1],
        configured=configured,
    )


def messages_of(
    route: AlertConfig, events: list[Event], silences: list[Silence], now: int, dashboard: Dashboard
) -> list[Message]:
    """What a route would have been told of these events, the oldest first."""
    labels = {cluster.name: cluster.label or cluster.name for cluster in dashboard.config.clusters}
    label = partial(_label, labels)
    found = replay(route, events, silences, now, alerting=dashboard.config.alerting, label=label)
    return [Message(at, kind, tuple(incidents)) for at, kind, incidents in found.messages]


def _label(labels: Mapping[str, str], cluster: str) -> str:
    return labels.get(cluster, cluster)


def written(route: AlertConfig) -> dict[str, str]:
    """What can be tried out, as the configuration would have it."""
    return {
        "for": span(route.for_s),
        "group_wait": "by severity" if route.group_wait_s is None else span(route.group_wait_s),
        "group_interval": span(route.group_interval_s),
        "repeat_interval": "never" if route.repeat_interval_s is None else span(route.repeat_interval_s),
        "send_resolved": "yes" if route.tells_resolved else "no",
        "since": SPAN_DEFAULT,
    }


def span(seconds_: float) -> str:
    """Seconds as a configuration has them: 0s, 30s, 5m, 4h."""
    for size, unit in ((86_400, "d"), (3600, "h"), (60, "m")):
        if seconds_ and seconds_ % size == 0:
            return f"{seconds_ / size:g}{unit}"
    return f"{seconds_:g}s"
