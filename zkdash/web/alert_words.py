"""Incidents, notifications, silences and deliveries in plain words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType

from zkdash.alerts.delivery import DeliveryKind, DeliveryState
from zkdash.alerts.incident import Incident
from zkdash.alerts.notification import Notification, NotificationState
from zkdash.alerts.pages import Arrival, Mute
from zkdash.alerts.silence import Matchers, Silence
from zkdash.web.words import explain
from zkdash.zookeeper.states import Cause

KIND_WORDS = {
    DeliveryKind.FIRING: "firing",
    DeliveryKind.FLAPPING: "flapping",
    DeliveryKind.REPEAT: "still firing",
    DeliveryKind.ESCALATION: "nobody acknowledged it",
    DeliveryKind.RESOLVED: "resolved",
    DeliveryKind.TEST: "test",
}
STATE_ICONS = {
    DeliveryState.SENT: "check",
    DeliveryState.OWED: "clock",
    DeliveryState.FAILED: "circle-alert",
    DeliveryState.DROPPED: "x",
}
MATCHER_WORDS = {
    "clusters": "clusters",
    "rules": "rules",
    "severities": "severities",
    "labels": "labels",
    "subjects": "servers",
}


@dataclass(frozen=True, slots=True)
class Told:
    """A line of who was told: `at` (UTC ms) stands after the text. `bad`: it should not be so."""

    route: str
    text: str
    at: int | None = None
    bad: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """An incident with what stands beside it in lists."""

    incident: Incident
    told: tuple[Told, ...] = ()
    mutes: tuple[Mute, ...] = field(default=())


def rule_words(rule: str) -> str:
    """ "server-down" -> "server down"."""
    return rule.replace("-", " ").replace("_", " ")


def why(incident: Incident) -> str:
    """What is wrong, as a sentence: a rule's reason says it all, a state's stands after its cause."""
    return explain(incident.cause, incident.reason)


def told(notification: Notification, arrival: Arrival | None, *, is_open: bool = True) -> Told:
    """What a route was told of an incident, in a line; `arrival` is how far the newest message of it is."""
    route = notification.route
    if arrival is not None and arrival.state is not DeliveryState.SENT:
        match arrival.state:
            case DeliveryState.OWED if not arrival.tried:
                return Told(route, f"{route} is being told")
            case DeliveryState.OWED:
                return Told(route, f"{route} has not taken the message yet", bad=True)
            case DeliveryState.FAILED:
                return Told(route, f"{route} could not be told", bad=True)
        return Told(route, f"{route} was not told: the message was dropped", bad=is_open)
    if notification.resolved_told_at is not None:
        return Told(route, f"{route} was told that it is over", notification.resolved_told_at)
    if notification.last_told_at is not None:
        again = notification.told_at is not None and notification.last_told_at > notification.told_at
        flapping = notification.flapping_told_at == notification.last_told_at
        word = "told that it flaps" if flapping else "told again" if again else "told"
        return Told(route, f"{route} was {word}", notification.last_told_at)
    if notification.state is NotificationState.WAITING:
        return Told(route, f"{route} was not told yet" + (f": {notification.why}" if notification.why else ""))
    reason = notification.why or ("it was over before" if notification.state is NotificationState.SKIPPED else "")
    return Told(route, f"{route} was not told" + (f": {reason}" if reason else ""), bad=is_open)


def shown(
    incidents: Iterable[Incident],
    notifications: Mapping[int, list[Notification]] = MappingProxyType({}),
    arrivals: Mapping[tuple[int, str], Arrival] = MappingProxyType({}),
    mutes: Mapping[int, list[Mute]] = MappingProxyType({}),
) -> list[Shown]:
    """Incidents with what belongs to them; of the silences those that are not over."""
    return [
        Shown(
            each,
            tuple(
                told(one, arrivals.get((each.id, one.route)), is_open=each.is_open)
                for one in notifications.get(each.id, ())
            ),
            tuple(mute for mute in mutes.get(each.id, ()) if not mute.over),
        )
        for each in incidents
    ]


def matchers_in_words(matchers: Matchers) -> list[tuple[str, tuple[str, ...]]]:
    """What a silence is about, by what: [("clusters", ("prod-*",))]; nothing if it is about everything."""
    found = ((MATCHER_WORDS[each.name], getattr(matchers, each.name)) for each in fields(matchers))
    return [(word, patterns) for word, patterns in found if patterns]


def silence_state(silence: Silence, now: int) -> str:
    """One of "active", "upcoming" (it has not begun, or its window is not open) and "over"."""
    if silence.is_over(now):
        return "over"
    return "active" if silence.is_active(now) else "upcoming"


def is_rule_event(cause: Cause) -> bool:
    """Whether a cause says that a rule fires or resolves."""
    return cause in (Cause.FIRING, Cause.RESOLVED)
