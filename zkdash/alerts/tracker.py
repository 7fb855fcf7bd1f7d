"""From events to incidents: what opens, what resolves, what flaps. Pure: it works on what is in memory."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from zkdash.alerts.condition import Condition
from zkdash.alerts.incident import Incident, Key
from zkdash.alerts.rules import CLUSTER_IS_GONE, Finding, findings
from zkdash.config import AlertingConfig
from zkdash.timeline.event import Event

_MOST_CHANGES = 100


class Tracker:
    """The conditions and the open incidents of some clusters, and what becomes of them.

    A new incident has a negative id, until the store gives it one. `touched` are all incidents that are new or
    changed, in the order of their opening, `changed` the keys of the conditions that are.
    """

    def __init__(
        self, settings: AlertingConfig, conditions: Iterable[Condition] = (), incidents: Iterable[Incident] = ()
    ) -> None:
        self.conditions = {one.key: one for one in conditions}
        self.open = {one.key: one for one in incidents}
        self.touched: dict[int, Incident] = {}
        self.changed: set[Key] = set()
        self._most_flaps = settings.flap_changes
        self._within_ms = round(settings.flap_within_s * 1000)
        self._calm_ms = round(settings.flap_calm_s * 1000)
        self._for_ms = round(settings.suspended_for_s * 1000)
        self._next_id = -1

    def take(self, event: Event) -> None:
        """Draw the conclusions from an event."""
        for finding in findings(event):
            if finding.present:
                self._found(event, finding)
            else:
                self._found_not(event, finding)

    def look(self, now: int) -> None:
        """Draw the conclusions from the time that has passed."""
        longest_ms = max(self._for_ms, self._calm_ms)
        for key, one in list(self.conditions.items()):
            # No wait is longer than this: the clock has been set back.
            if one.look_at is None or now < one.look_at <= now + longest_ms:
                continue
            incident = self.open.get(key)
            if one.present and not (incident and incident.firing):
                self._came(replace(one, look_at=None), min(one.look_at, now))
            elif incident and incident.flapping_since is not None:
                self._calmed(replace(one, look_at=None, changes=()), incident, min(one.look_at, now))
            else:
                self._keep(replace(one, look_at=None))

    def forget_waiting(self) -> None:
        """What had to last for a while may have ended unseen, while nobody watched."""
        for key, one in list(self.conditions.items()):
            incident = self.open.get(key)
            if one.present and not (incident and incident.firing):
                self._keep(replace(one, present=False, look_at=self._calm_at(one, incident)))

    def _found(self, event: Event, finding: Finding) -> None:
        key = self._key(event, finding)
        old, incident = self.conditions.get(key), self.open.get(key)
        if old and old.present:
            if incident:
                news = event.reason if incident.rule == finding.rule and event.rule else incident.reason
                self._touch(replace(incident, last_seen_at=event.at, reason=news or incident.reason))
            return
        one = Condition(
            *key,
            present=True,
            since=event.at,
            event_id=event.id,
            severity=finding.severity,
            cause=event.cause,
            reason=event.reason,
            changes=old.changes if old else (),
        )
        if finding.waits and self._for_ms:
            self._keep(replace(one, look_at=event.at + self._for_ms))
        else:
            self._came(one, event.at)

    def _key(self, event: Event, finding: Finding) -> Key:
        """A cluster that is lost and then never connected to again is one incident."""
        if finding.rule in CLUSTER_IS_GONE:
            for rule in CLUSTER_IS_GONE:
                if (event.cluster, rule, "") in self.open:
                    return (event.cluster, rule, "")
        return (event.cluster, finding.rule, finding.subject)

    def _came(self, one: Condition, at: int) -> None:
        one, flaps = self._counted(one, at)
        incident = self.open.get(one.key)
        if incident is None:
            incident = Incident(
                id=self._next_id,
                cluster=one.cluster,
                rule=one.rule,
                subject=one.subject,
                severity=one.severity,
                cause=one.cause,
                reason=one.reason,
                opened_at=one.since,
                opened_event_id=one.event_id,
                last_seen_at=at,
            )
            self._next_id -= 1
        incident = replace(incident, firing=True, last_seen_at=at)
        if flaps or incident.flapping_since is not None:
            incident = replace(incident, flapping_since=incident.flapping_since or at)
            one = replace(one, look_at=at + self._calm_ms)
        self._keep(one)
        self._touch(incident)

    def _found_not(self, event: Event, finding: Finding) -> None:
        key = (event.cluster, finding.rule, finding.subject)
        one, incident = self.conditions.get(key), self.open.get(key)
        if one is None or not one.present:
            return
        if not (incident and incident.firing):  # it had not lasted long enough
            self._keep(replace(one, present=False, look_at=self._calm_at(one, incident)))
            return
        if finding.present is None:
            return
        one, flaps = self._counted(
            replace(one, present=False, since=event.at, event_id=event.id, look_at=None), event.at
        )
        incident = replace(incident, firing=False, last_seen_at=event.at)
        if flaps or incident.flapping_since is not None:
            self._keep(replace(one, look_at=event.at + self._calm_ms))
            self._touch(replace(incident, flapping_since=incident.flapping_since or event.at))
        else:
            self._keep(one)
            self._resolve(incident, event.at, event.id, finding.why)

    def _calmed(self, one: Condition, incident: Incident, at: int) -> None:
        self._keep(one)
        incident = replace(incident, flapping_since=None)
        if one.present:
            self._touch(replace(incident, last_seen_at=at))
        else:
            self._resolve(incident, at, one.event_id, "it came and went, and has been calm since")

    def _resolve(self, incident: Incident, at: int, event_id: int, why: str) -> None:
        del self.open[incident.key]
        self.touched[incident.id] = replace(
            incident, firing=False, resolved_at=at, resolved_event_id=event_id, resolved_why=why
        )

    def _touch(self, incident: Incident) -> None:
        self.open[incident.key] = self.touched[incident.id] = incident

    def _keep(self, one: Condition) -> None:
        self.conditions[one.key] = one
        self.changed.add(one.key)

    def _counted(self, one: Condition, at: int) -> tuple[Condition, bool]:
        """With one change more, and whether those of late are too many."""
        recent = [*(change for change in one.changes if at - self._within_ms < change <= at), at][-_MOST_CHANGES:]
        return replace(one, changes=tuple(recent)), len(recent) >= self._most_flaps

    def _calm_at(self, one: Condition, incident: Incident | None) -> int | None:
        if incident is None or incident.flapping_since is None:
            return None
        return max(one.changes, default=one.since) + self._calm_ms
