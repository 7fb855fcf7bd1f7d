"""Writing down, within a transaction, what follows from events and from the passing of time."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace

from zkdash.alerts.condition import condition_of
from zkdash.alerts.incident import Incident, incident_of, words
from zkdash.alerts.notification import Notification, NotificationState, notification_of
from zkdash.alerts.routing import wants
from zkdash.alerts.tracker import Tracker
from zkdash.config import AlertConfig, AlertingConfig
from zkdash.store import conditions as condition_rows
from zkdash.store import incidents as incident_rows
from zkdash.store import notifications as notification_rows
from zkdash.store.rows import Connection, Row
from zkdash.timeline.event import Event

Label = Callable[[str], str]

ROUTE_IS_GONE = "its alert is no longer configured"
NOT_MEANT = "the route is not meant for it any more"


async def record(
    connection: Connection,
    events: Sequence[Event],
    settings: AlertingConfig,
    routes: Iterable[AlertConfig],
    label: Label,
    now: int,
) -> tuple[list[Incident], bool]:
    """Draw the conclusions from events: incidents, and what each route is to be told of them.

    Gives the incidents that are new or changed, and whether anything is to be looked at later.
    """
    clusters = {event.cluster for event in events}
    tracker, known = await _tracker(connection, clusters, settings)
    for event in events:
        tracker.take(event)
    touched = await _write(connection, tracker, known, routes, label, now)
    return touched, any(tracker.conditions[key].look_at is not None for key in tracker.changed)


async def look(
    connection: Connection, settings: AlertingConfig, routes: Iterable[AlertConfig], label: Label, now: int
) -> list[Incident]:
    """Draw the conclusions from the time that has passed; gives the incidents that are new or changed."""
    rows = await condition_rows.to_look_at(connection)
    if not rows:
        return []
    tracker, known = await _tracker(connection, {row["cluster"] for row in rows}, settings)
    tracker.look(now)
    return await _write(connection, tracker, known, routes, label, now)


async def forget_waiting(connection: Connection, settings: AlertingConfig, now: int) -> None:
    """Nobody has watched what was waiting to last long enough."""
    rows = await condition_rows.to_look_at(connection)
    if rows:
        tracker, known = await _tracker(connection, {row["cluster"] for row in rows}, settings)
        tracker.forget_waiting()
        await _write(connection, tracker, known, (), str, now)


async def adopt(connection: Connection, routes: Collection[AlertConfig], label: Label, now: int) -> None:
    """See that what is open is told to the routes that there are, and to no others.

    A route that is gone is told nothing more; one that isn't meant for an incident any more is told of it only if it
    knows of it already; one that is newly meant for an incident is told of it.
    """
    await notification_rows.drop_other_routes(connection, [route.name for route in routes], ROUTE_IS_GONE)
    incidents = [incident_of(row) for row in await incident_rows.all_open(connection)]
    found = await notification_rows.of_incidents(connection, [incident.id for incident in incidents])
    known = {(row["route"], row["incident_id"]): notification_of(row) for row in found}
    fresh, changed, dropped = [], [], []
    for incident in incidents:
        for route in routes:
            one = known.get((route.name, incident.id))
            if wants(route, incident, label(incident.cluster)):
                if one is None:
                    fresh.append(_new(route, incident, now))
                elif one.state is NotificationState.DROPPED:
                    told = NotificationState.TOLD if one.told_at is not None else NotificationState.WAITING
                    changed.append(words(replace(one, state=told, why="", next_at=now)))
            elif one is not None and one.state is NotificationState.WAITING and not one.escalation:
                dropped.append(one.id)
    await notification_rows.add(connection, fresh)
    await notification_rows.write(connection, changed)
    if dropped:
        await notification_rows.drop(connection, dropped, NOT_MEANT)


async def escalate(connection: Connection, route: AlertConfig, incidents: Sequence[Incident], now: int) -> None:
    """See that a route is told of incidents that nobody has acknowledged, whatever else it is meant for."""
    found = await notification_rows.of_incidents(connection, [incident.id for incident in incidents])
    known = {row["incident_id"]: notification_of(row) for row in found if row["route"] == route.name}
    fresh, changed = [], []
    for incident in incidents:
        one = known.get(incident.id)
        if one is None:
            fresh.append({**_new(route, incident, now), "escalation": True})
        elif one.told_at is None:
            waiting = replace(one, state=NotificationState.WAITING, escalation=True, since=now, next_at=now)
            changed.append(words(waiting))
    await notification_rows.add(connection, fresh)
    await notification_rows.write(connection, changed)


async def _tracker(
    connection: Connection, clusters: Collection[str], settings: AlertingConfig
) -> tuple[Tracker, set[tuple[str, str, str]]]:
    conditions = [condition_of(row) for row in await condition_rows.of(connection, clusters)]
    incidents = [incident_of(row) for row in await incident_rows.open_of(connection, clusters)]
    return Tracker(settings, conditions, incidents), {one.key for one in conditions}


async def _write(
    connection: Connection,
    tracker: Tracker,
    known: set[tuple[str, str, str]],
    routes: Iterable[AlertConfig],
    label: Label,
    now: int,
) -> list[Incident]:
    changed = [tracker.conditions[key] for key in sorted(tracker.changed)]
    rows = [{**words(one), "changes": json.dumps(one.changes)} for one in changed]
    await condition_rows.add(connection, [row for row in rows if _key(row) not in known])
    await condition_rows.write(connection, [row for row in rows if _key(row) in known])
    old = [incident for incident in tracker.touched.values() if incident.id > 0]
    new = [incident for incident in tracker.touched.values() if incident.id < 0]
    await incident_rows.write(connection, [words(incident) for incident in old])
    await notification_rows.wake(connection, [incident.id for incident in old])
    if new:
        ids = await incident_rows.add(connection, [_without_id(incident) for incident in new])
        new = [replace(incident, id=id) for incident, id in zip(new, ids, strict=True)]
        told = [
            _new(route, incident, min(incident.opened_at, now))
            for incident in new
            for route in routes
            if wants(route, incident, label(incident.cluster))
        ]
        await notification_rows.add(connection, told)
    return [*old, *new]


def _new(route: AlertConfig, incident: Incident, since: int) -> dict[str, object]:
    row = words(Notification(0, route.name, incident.id, NotificationState.WAITING, since=since, next_at=since))
    del row["id"]
    return row


def _without_id(incident: Incident) -> dict[str, object]:
    row = words(incident)
    del row["id"]
    return row


def _key(row: Row) -> tuple[str, str, str]:
    return (row["cluster"], row["rule"], row["subject"])
