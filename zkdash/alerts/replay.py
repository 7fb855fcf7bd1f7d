"""What routes would have been told of a stretch of the past: the live engine on a clock of its own. Pure."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from zkdash.alerts.delivery import DeliveryKind
from zkdash.alerts.incident import Incident
from zkdash.alerts.mutes import Hold, Scene
from zkdash.alerts.notification import LIVE, Notification, NotificationState
from zkdash.alerts.plan import Case, Gates
from zkdash.alerts.planner import plan
from zkdash.alerts.routing import wants
from zkdash.alerts.rules import CLUSTER_IS_GONE
from zkdash.alerts.silence import Silence
from zkdash.alerts.tracker import Tracker
from zkdash.config import AlertConfig, AlertingConfig
from zkdash.timeline.event import Event


@dataclass(frozen=True, slots=True)
class Replay:
    """What would have been told: (when, UTC ms; why; of what), in order."""

    messages: list[tuple[int, DeliveryKind, list[Incident]]] = field(default_factory=list)


def replay(
    route: AlertConfig,
    events: Iterable[Event],
    silences: Sequence[Silence],
    now: int,
    *,
    alerting: AlertingConfig | None = None,
    label: Callable[[str], str] = str,
) -> Replay:
    """What a route would have been told of events, the oldest first, until now."""
    past = Past((route,), silences, alerting or AlertingConfig(), label)
    for event in events:
        past.run_until(min(event.at, now))
        past.take(event)
    past.run_until(now)
    return Replay([(at, kind, list(incidents)) for at, _, kind, incidents in past.messages])


class Past:
    """The engine in memory. `at` is its clock, `messages` are (when, route, why, of what)."""

    def __init__(
        self,
        routes: Iterable[AlertConfig],
        silences: Sequence[Silence] = (),
        alerting: AlertingConfig | None = None,
        label: Callable[[str], str] = str,
    ) -> None:
        self.at = 0
        self.messages: list[tuple[int, str, DeliveryKind, tuple[Incident, ...]]] = []
        self.incidents: dict[int, Incident] = {}
        self.notifications: dict[int, Notification] = {}
        self._live: dict[int, Notification] = {}  # those that may still change: few, of a long past
        self.silences = list(silences)
        self.hold: Hold | None = None
        self.tracker = Tracker(alerting or AlertingConfig())
        self._routes = {route.name: route for route in routes}
        self._label = label
        self._gates: dict[str, Gates] = {}
        self._ids = itertools.count(1)
        self._told: set[tuple[str, int]] = set()

    def take(self, event: Event) -> None:
        """An event, now or as late as it is recorded; the clock doesn't go back for it."""
        self.at = max(self.at, event.at)
        self.tracker.take(event)
        self._settle()

    def run_until(self, at: int) -> None:
        """Let the time pass, with all that is due in between."""
        while (due := self._next()) is not None and due <= at:
            self.at = max(self.at, due)
            self.look()
        self.at = max(self.at, at)

    def look(self) -> None:
        """Look at everything that is live, now."""
        self.tracker.look(self.at)
        self._settle(everything=True)

    def acknowledge(self, incident_id: int, by: str = "somebody") -> None:
        incident = replace(self.incidents[incident_id], acknowledged_at=self.at, acknowledged_by=by)
        self.incidents[incident_id] = incident
        if incident.is_open:
            self.tracker.open[incident.key] = incident
        self.look()

    def _next(self) -> int | None:
        """When something is due next; a moment that has passed is one look later, so that it ends."""
        looks = [one.next_at for one in self._live.values()]
        looks += [one.look_at for one in self.tracker.conditions.values() if one.look_at is not None]
        return min((max(at, self.at + 1) for at in looks), default=None)

    def _settle(self, everything: bool = False) -> None:
        touched, self.tracker.touched = self.tracker.touched, {}
        for incident in touched.values():
            known = self.incidents.get(incident.id)
            self.incidents[incident.id] = incident
            if known is None:
                for route in self._routes.values():
                    if wants(route, incident, self._label(incident.cluster)):
                        self._owe(route, incident, min(incident.opened_at, self.at))
        due = set(self._routes) if everything else {
            one.route for one in self._live.values() if one.incident_id in touched or one.next_at <= self.at
        }  # fmt: skip
        for _ in range(1 + len(self._routes)):
            due = self._plan(due)
            if not due:
                return

    def _plan(self, due: set[str]) -> set[str]:
        """Tell what is due to these routes; gives those to which something was escalated."""
        gone = {one.cluster for one in self.tracker.open.values() if one.firing and one.rule in CLUSTER_IS_GONE}
        scene = Scene(self.at, tuple(self.silences), frozenset(gone), self.hold, self._label)
        escalated = set()
        for name in sorted(due):
            cases = [Case(one, self.incidents[one.incident_id]) for one in self._live.values() if one.route == name]
            found, self._gates[name] = plan(
                self._routes[name], cases, scene, self._gates.get(name, Gates()), lambda: f"msg_{next(self._ids)}"
            )
            for one in found.notifications:
                self._keep(one)
            self.messages += [(self.at, name, telling.kind, telling.incidents) for telling in found.tellings]
            target = self._routes.get(self._routes[name].escalate_to)
            if target is not None and found.escalated:
                for incident in found.escalated:
                    self._owe(target, incident, self.at, escalation=True)
                escalated.add(target.name)
        return escalated

    def _owe(self, route: AlertConfig, incident: Incident, since: int, escalation: bool = False) -> None:
        known = next(
            (
                one
                for one in self.notifications.values()
                if (one.route, one.incident_id) == (route.name, incident.id)
            ),
            None,
        ) if (route.name, incident.id) in self._told else None  # fmt: skip
        if known is None:
            id = next(self._ids)
            self._told.add((route.name, incident.id))
            waiting = NotificationState.WAITING
            self._keep(Notification(id, route.name, incident.id, waiting, since, since, escalation=escalation))
        elif known.told_at is None:
            again = replace(known, state=NotificationState.WAITING, since=since, next_at=since, escalation=True)
            self._keep(again)

    def _keep(self, one: Notification) -> None:
        self.notifications[one.id] = one
        if one.state in LIVE:
            self._live[one.id] = one
        else:
            self._live.pop(one.id, None)
