"""What keeps a route from being told of an incident now. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from zkdash.alerts.incident import Incident
from zkdash.alerts.rules import CLUSTER_IS_GONE
from zkdash.alerts.silence import Silence
from zkdash.config import AlertConfig

HOLD_MS = 5 * 60_000
"""How long all alerts are held back at most because zkdash itself may be the trouble."""

HELD, INHIBITED, SILENCED, OFF_HOURS = "held", "inhibited", "silenced", "off-hours"


@dataclass(frozen=True, slots=True)
class Hold:
    """zkdash itself may be the trouble, since a time (UTC ms)."""

    reason: str
    since: int


@dataclass(frozen=True, slots=True)
class Scene:
    """All that matters beside a route and its incidents. `lost` are the clusters that are, `label` gives their labels.

    `silences` are those that aren't over.
    """

    now: int
    silences: tuple[Silence, ...] = ()
    lost: frozenset[str] = frozenset()
    hold: Hold | None = None
    label: Callable[[str], str] = str


@dataclass(frozen=True, slots=True)
class Mute:
    """Why nothing is told: `kind` is one of the words above. `until` is when to look again, if anybody knows."""

    kind: str
    why: str
    until: int | None = None
    silence_id: int | None = None


def mute(route: AlertConfig, incident: Incident, scene: Scene) -> Mute | None:
    """What keeps the incident from being told, None if nothing does."""
    held = scene.hold
    if held is not None and held.since - HOLD_MS < scene.now < held.since + HOLD_MS:
        return Mute(HELD, f"held back: {held.reason}", held.since + HOLD_MS)
    if incident.rule not in CLUSTER_IS_GONE and incident.cluster in scene.lost:
        return Mute(INHIBITED, "the whole cluster is lost")
    for silence in scene.silences:
        if silence.is_active(scene.now) and silence.matchers.match(incident, scene.label(incident.cluster)):
            return Mute(
                SILENCED, f"silenced by {silence.author}: {silence.reason}", silence.until(scene.now), silence.id
            )
    if route.hours is not None and not route.hours.contains(scene.now):
        return Mute(OFF_HOURS, "outside the route's active hours", route.hours.next_edge(scene.now))
    return None
