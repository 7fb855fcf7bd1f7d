"""Reading what pages show: incidents and deliveries by filters and in pages, and what belongs to many of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import TypeVar

from zkdash.alerts.delivery import Delivery, DeliveryState, delivery_of
from zkdash.alerts.incident import Incident, incident_of
from zkdash.alerts.notification import Notification, notification_of
from zkdash.store import alert_pages as rows
from zkdash.store.engine import Store
from zkdash.store.visible import Within
from zkdash.zookeeper.states import Severity

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Filter:
    """Which incidents: empty is all. `since` <= time < `until` (UTC ms) is when they went on, `before` an id.

    Beyond the clusters in `within` there is nothing; None is without such bounds.
    """

    clusters: tuple[str, ...] = ()
    within: Collection[str] | None = None
    rules: tuple[str, ...] = ()
    severities: tuple[Severity, ...] = ()
    is_open: bool | None = None
    since: int | None = None
    until: int | None = None
    before: int | None = None


@dataclass(frozen=True, slots=True)
class Mute:
    """That a silence has kept an incident from being told, first at `at` (UTC ms); `over`: the silence is ended."""

    silence_id: int
    incident_id: int
    at: int
    reason: str
    over: bool


@dataclass(frozen=True, slots=True)
class Arrival:
    """How far a message is, and whether it was tried."""

    state: DeliveryState
    tried: bool


async def incidents(store: Store, wanted: Filter, limit: int, *, open_first: bool = False) -> list[Incident]:
    """The newest first, of those that are open first if asked so. Raises StoreUnavailable, as all of these do."""
    async with store.connect() as connection:
        found = await rows.incident_page(
            connection,
            clusters=wanted.clusters or None,
            within=wanted.within,
            rules=wanted.rules or None,
            severities=[str(each) for each in wanted.severities] or None,
            is_open=wanted.is_open,
            since=wanted.since,
            until=wanted.until,
            before=wanted.before,
            open_first=open_first,
            limit=limit,
        )
    return [incident_of(row) for row in found]


async def names(store: Store, within: Collection[str] | None = None) -> tuple[list[str], list[str]]:
    """The clusters and the rules of which there ever was an incident; of these clusters only, if any are given."""
    async with store.connect() as connection:
        return await rows.incident_names(connection, within)


async def of_event(store: Store, event_id: int) -> list[Incident]:
    """The incidents that an event opened or resolved."""
    async with store.connect() as connection:
        return [incident_of(row) for row in await rows.of_event(connection, event_id)]


async def opened_by(store: Store, event_ids: Collection[int]) -> list[Incident]:
    """The incidents that were opened by any of these events."""
    async with store.connect() as connection:
        return [incident_of(row) for row in await rows.of_events(connection, event_ids)]


async def notifications(store: Store, incident_ids: Collection[int]) -> dict[int, list[Notification]]:
    """By incident, what each route is told of it."""
    async with store.connect() as connection:
        found = [notification_of(row) for row in await rows.told(connection, incident_ids)]
    return _by_incident(incident_ids, ((each.incident_id, each) for each in found))


async def arrivals(store: Store, incident_ids: Collection[int]) -> dict[tuple[int, str], Arrival]:
    """By incident and route, how far the newest message of it is."""
    async with store.connect() as connection:
        found = await rows.last_deliveries(connection, incident_ids)
    return {(row["incident_id"], row["route"]): Arrival(DeliveryState(row["state"]), row["tries"] > 0) for row in found}


async def mutes(store: Store, incident_ids: Collection[int], now: int) -> dict[int, list[Mute]]:
    """By incident, the silences that have kept it from being told."""
    async with store.connect() as connection:
        found = await rows.muting(connection, incident_ids)
    return _by_incident(
        incident_ids,
        (
            (
                row["incident_id"],
                Mute(
                    row["silence_id"],
                    row["incident_id"],
                    row["at"],
                    row["reason"],
                    row["ended_at"] is not None or (row["ends_at"] is not None and row["ends_at"] <= now),
                ),
            )
            for row in found
        ),
    )


async def deliveries(
    store: Store,
    *,
    routes: Collection[str] = (),
    states: Collection[DeliveryState] = (),
    incident: int | None = None,
    event: int | None = None,
    before: int | None = None,
    within: Within | None = None,
    limit: int,
) -> list[Delivery]:
    """The newest first, of those that tell of an incident or an event if one is given; `before` is a number."""
    async with store.connect() as connection:
        found = await rows.delivery_page(
            connection,
            routes=routes or None,
            states=[str(state) for state in states] or None,
            incident=incident,
            event=event,
            before=before,
            within=within,
            limit=limit,
        )
    return [delivery_of(row) for row in found]


async def is_within(store: Store, delivery_id: str, bounds: Within) -> bool:
    """Whether a delivery tells of nothing beyond these bounds."""
    async with store.connect() as connection:
        return await rows.is_delivery_within(connection, delivery_id, bounds)


def _by_incident(ids: Iterable[int], pairs: Iterable[tuple[int, T]]) -> dict[int, list[T]]:
    found: dict[int, list[T]] = {each: [] for each in ids}
    for incident_id, each in pairs:
        found[incident_id].append(each)
    return found
