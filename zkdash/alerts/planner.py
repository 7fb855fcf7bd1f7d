"""What a route is to be told now, and when to look again. Pure.

Every rule on what is told when stands here; `docs/alerts.md` says them in words.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace

from zkdash.alerts.delivery import DeliveryKind
from zkdash.alerts.gate import Gate
from zkdash.alerts.incident import Incident
from zkdash.alerts.mutes import HELD, INHIBITED, OFF_HOURS, Mute, Scene, mute
from zkdash.alerts.notification import LIVE, Notification, NotificationState
from zkdash.alerts.plan import Case, Gates, Plan, Telling
from zkdash.alerts.routing import group_wait_ms
from zkdash.config import AlertConfig

NEVER = 253_402_300_799_999
"""The end of the year 9999, UTC ms: only a change is a reason to look again."""

SETTLE_MS = 10_000
"""What was held back by an outage is told so long after it at the earliest: it may be about to resolve."""

_MOST_LOOKS = 3
_CLOCK_MS = 60_000  # a time that lies further ahead than this can't be: the clock has been set back


def plan(
    route: AlertConfig, cases: Iterable[Case], scene: Scene, gates: Gates, new_id: Callable[[], str]
) -> tuple[Plan, Gates]:
    """What to tell the route; `cases` are all of its live notifications. `new_id` names each message."""
    before = list(cases)
    gates = Gates(gates.firing.seen_at(scene.now), gates.resolved.seen_at(scene.now))
    found = Plan()
    now = before
    for _ in range(_MOST_LOOKS):
        planner = _Planner(route, now, scene, gates, new_id)
        planner.look()
        found.tellings += planner.tellings
        found.escalated += planner.escalated
        found.mutes = found.mutes or planner.mutes
        gates, now = planner.gates, planner.cases
        if not planner.tellings:  # else there is more to find out: when it is to be told again
            break
    known = {case.notification.id: case.notification for case in before}
    found.notifications = [one.notification for one in now if one.notification != known[one.notification.id]]
    return found, gates


class _Planner:
    def __init__(
        self, route: AlertConfig, cases: list[Case], scene: Scene, gates: Gates, new_id: Callable[[], str]
    ) -> None:
        self.gates = gates
        self.tellings: list[Telling] = []
        self.escalated: list[Incident] = []
        self.mutes: list[tuple[int, int]] = []
        self._route = route
        self._cases = {case.notification.id: case for case in cases}
        self._scene = scene
        self._now = scene.now
        self._new_id = new_id
        self._waiting: dict[int, list[int]] = defaultdict(list)  # by how long they wait for their group
        self._ready: dict[DeliveryKind, list[int]] = defaultdict(list)
        self._over: list[int] = []

    def look(self) -> None:
        for case in self.cases:
            if case.notification.state in LIVE:
                self._look_at(case)
        self._gather()
        self._tell_over()  # before what is new: the next of its kind may be among that
        self._tell_new()
        self._tell_over()

    @property
    def cases(self) -> list[Case]:
        """All of them, as they are now."""
        return list(self._cases.values())

    def _look_at(self, case: Case) -> None:
        one, incident = _not_ahead(case.notification, self._now), case.incident
        reason = mute(self._route, incident, self._scene)
        if reason and reason.silence_id is not None and incident.is_open:
            self.mutes.append((reason.silence_id, incident.id))
        if one.state is NotificationState.WAITING:
            self._look_at_untold(one, incident, reason)
        elif incident.is_open:
            self._look_at_told(one, incident, reason)
        else:
            self._look_at_over(one, reason)

    # Not told yet

    def _look_at_untold(self, one: Notification, incident: Incident, reason: Mute | None) -> None:
        if not incident.is_open and (reason or one.muted):
            kept = reason.why if reason else one.why
            self._change(one, state=NotificationState.SKIPPED, next_at=NEVER, why=f"it was over while {kept}")
            return
        if reason:
            self._change(one, muted=reason.kind, why=reason.why, next_at=reason.until or NEVER)
            return
        for_ms = 0 if one.escalation else round(self._route.for_s * 1000)
        wait_ms = 0 if one.escalation else group_wait_ms(self._route, incident)
        if one.muted == INHIBITED or (one.muted == HELD and self._scene.hold is None):
            # It may be stale, and nothing it waited for has been seen to last: the wait begins anew.
            one = replace(one, since=self._now + max(0, SETTLE_MS - for_ms - wait_ms))
        one = replace(one, muted="", why="")
        due = one.since + for_ms + wait_ms
        waits = due > min(one.since, incident.opened_at)
        if incident.resolved_at is not None and waits and min(incident.resolved_at, self._now) < due:
            why = "it was over before its time to be told had come"
            self._change(one, state=NotificationState.SKIPPED, next_at=NEVER, why=why)
        elif one.since + for_ms > self._now:
            self._change(one, next_at=one.since + for_ms, why="it has to last longer")
        else:
            self._change(one)
            self._waiting[wait_ms].append(one.id)

    def _gather(self) -> None:
        """When the one that waits longest has waited for long enough, all go that wait likewise."""
        for wait_ms, ids in self._waiting.items():
            deadline = wait_ms + min(self._began(id) for id in ids)
            for id in ids:
                if deadline > self._now:
                    self._change(self._one(id), next_at=deadline, why="it waits for others to be told with it")
                elif self._one(id).escalation:
                    self._ready[DeliveryKind.ESCALATION].append(id)
                elif self._cases[id].incident.flapping_since is not None:
                    self._ready[DeliveryKind.FLAPPING].append(id)
                else:
                    self._ready[DeliveryKind.FIRING].append(id)

    def _began(self, id: int) -> int:
        one = self._one(id)
        return one.since + (0 if one.escalation else round(self._route.for_s * 1000))

    # Told, and it goes on

    def _look_at_told(self, one: Notification, incident: Incident, reason: Mute | None) -> None:
        one = replace(one, muted=reason.kind if reason else "", why=reason.why if reason else "")
        looks = [reason.until or NEVER] if reason else []
        if incident.flapping_since is not None and one.flapping_told_at is not None:
            why = one.why or "it flaps, and is quiet until it has been calm"
            self._change(one, next_at=min(looks, default=NEVER), why=why)
            return
        if incident.flapping_since is not None:
            self._when_due(one, DeliveryKind.FLAPPING, self._now, reason, looks)
        elif one.flapping_told_at is not None:
            self._when_due(one, DeliveryKind.REPEAT, self._now, reason, looks)
        elif incident.acknowledged_at is not None:
            why = one.why or f"acknowledged by {incident.acknowledged_by}"
            self._change(one, next_at=min(looks, default=NEVER), why=why)
        else:
            one = self._escalated(one, incident, reason, looks)
            if self._route.repeat_interval_s is None:
                self._change(one, next_at=min(looks, default=NEVER))
                return
            due = (one.last_told_at or one.since) + round(self._route.repeat_interval_s * 1000)
            self._when_due(one, DeliveryKind.REPEAT, due, reason, looks)

    def _when_due(self, one: Notification, kind: DeliveryKind, due: int, reason: Mute | None, looks: list[int]) -> None:
        self._change(one, next_at=min([*looks, *([] if reason else [due])], default=NEVER))
        if due <= self._now and not reason:
            self._ready[kind].append(one.id)

    def _escalated(self, one: Notification, incident: Incident, reason: Mute | None, looks: list[int]) -> Notification:
        after_s = self._route.escalate_after_s
        if after_s is None or one.escalated_at is not None or one.told_at is None:
            return one
        due = one.told_at + round(after_s * 1000)
        if reason:
            return one
        if due > self._now:
            looks.append(due)
            return one
        self.escalated.append(incident)
        return replace(one, escalated_at=self._now)

    # Told, and it is over

    def _look_at_over(self, one: Notification, reason: Mute | None) -> None:
        if not self._route.tells_resolved:
            self._change(one, state=NotificationState.DONE, next_at=NEVER, muted="", why="")
        elif reason and reason.kind in (HELD, OFF_HOURS):
            self._change(one, muted=reason.kind, why=reason.why, next_at=reason.until or NEVER)
        else:
            # Who was told that it fires is told that it's over, whatever mutes it now: that pages nobody.
            self._change(one, muted="", why="")
            self._over.append(one.id)

    def _tell_over(self) -> None:
        over, self._over = self._over, []
        groups: dict[str, list[int]] = defaultdict(list)
        for id in over:
            groups[self._one(id).group_id].append(id)
        open_groups = {case.notification.group_id for case in self._cases.values() if case.incident.is_open}
        again = {case.incident.key for case in self._cases.values() if case.incident.is_open}
        ready: list[int] = []
        pressing = False
        for group, ids in groups.items():
            deadline = self._now
            if group and group in open_groups:
                deadline = round(self._route.group_interval_s * 1000) + min(self._ended(id) for id in ids)
            for id in ids:
                if self._cases[id].incident.key in again:
                    pressing = True  # the next of its kind must not be told before
                elif deadline > self._now:
                    why = "it waits for others to be over with it"
                    self._change(self._one(id), next_at=deadline, why=why)
                    continue
                ready.append(id)
        if not ready:
            return
        if not pressing and self.gates.resolved.opens_at > self._now:
            self._wait_for_gate(ready, self.gates.resolved)
            return
        self.gates = replace(self.gates, resolved=self.gates.resolved.passed(self._now))
        self._tell(DeliveryKind.RESOLVED, ready)

    def _ended(self, id: int) -> int:
        at = self._cases[id].incident.resolved_at or 0
        return at if at <= self._now + _CLOCK_MS else 0

    # Telling

    def _tell_new(self) -> None:
        new = [id for kind, ids in self._ready.items() if kind is not DeliveryKind.REPEAT for id in ids]
        if not self._route.tells_firing:
            for id in [*new, *self._ready[DeliveryKind.REPEAT]]:
                self._told(id, DeliveryKind.FIRING, "")
            return
        if new and self.gates.firing.opens_at > self._now:
            self._wait_for_gate(new, self.gates.firing)
        elif new:
            self.gates = replace(self.gates, firing=self.gates.firing.passed(self._now))
            for kind in (DeliveryKind.FIRING, DeliveryKind.ESCALATION, DeliveryKind.FLAPPING):
                self._tell(kind, self._ready[kind])
        self._tell(DeliveryKind.REPEAT, self._ready[DeliveryKind.REPEAT])

    def _wait_for_gate(self, ids: list[int], gate: Gate) -> None:
        for id in ids:
            self._change(self._one(id), next_at=gate.opens_at, why="it waits a moment for others to be told with it")

    def _tell(self, kind: DeliveryKind, ids: list[int]) -> None:
        if not ids:
            return
        incidents = tuple(self._cases[id].incident for id in ids)
        telling = Telling(self._new_id(), kind, tuple(sorted(incidents, key=lambda incident: abs(incident.id))))
        self.tellings.append(telling)
        for id in ids:
            self._told(id, kind, telling.id)

    def _told(self, id: int, kind: DeliveryKind, telling_id: str) -> None:
        one, incident, now = self._one(id), self._cases[id].incident, self._now
        if kind is DeliveryKind.RESOLVED:
            self._change(one, state=NotificationState.DONE, resolved_told_at=now, next_at=NEVER, why="")
            return
        self._change(
            one,
            state=NotificationState.TOLD,
            group_id=one.group_id or telling_id,
            told_at=one.told_at or now,
            last_told_at=now,
            flapping_told_at=now if incident.flapping_since is not None else None,
            why="",
            next_at=now,  # when to look again is found out at the next look, which is at once
        )
        if not incident.is_open:
            self._look_at_over(self._one(id), mute(self._route, incident, self._scene))

    def _one(self, id: int) -> Notification:
        return self._cases[id].notification

    def _change(self, one: Notification, **fields: object) -> None:
        changed = replace(one, **fields)  # type: ignore[arg-type]  # fields of its own
        self._cases[one.id] = Case(changed, self._cases[one.id].incident)


def _not_ahead(one: Notification, now: int) -> Notification:
    """Without times that can't be: where the clock has been set back, waits begin anew."""

    def moved(at: int | None) -> int | None:
        return now if at is not None and at > now + _CLOCK_MS else at

    return replace(
        one,
        since=moved(one.since) or 0,
        told_at=moved(one.told_at),
        last_told_at=moved(one.last_told_at),
        flapping_told_at=moved(one.flapping_told_at),
    )
