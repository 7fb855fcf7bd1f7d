"""What the planner works on, and what it gives. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from zkdash.alerts.delivery import DeliveryKind
from zkdash.alerts.gate import Gate
from zkdash.alerts.incident import Incident
from zkdash.alerts.notification import Notification


@dataclass(frozen=True, slots=True)
class Case:
    """A notification, and the incident that it is about."""

    notification: Notification
    incident: Incident


@dataclass(frozen=True, slots=True)
class Telling:
    """A message that is to be sent now."""

    id: str
    kind: DeliveryKind
    incidents: tuple[Incident, ...]


@dataclass(slots=True)
class Plan:
    """What follows for a route. `notifications` are those that changed; `escalated` is for the route's escalate_to."""

    tellings: list[Telling] = field(default_factory=list)
    notifications: list[Notification] = field(default_factory=list)
    escalated: list[Incident] = field(default_factory=list)
    mutes: list[tuple[int, int]] = field(default_factory=list)
    """(silence, incident) of what a silence keeps back."""


@dataclass(frozen=True, slots=True)
class Gates:
    """How soon a route may be told again, of what is new and of what is over."""

    firing: Gate = field(default_factory=Gate)
    resolved: Gate = field(default_factory=Gate)
