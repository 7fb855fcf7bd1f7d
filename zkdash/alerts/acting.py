"""What people do about incidents and deliveries, within a transaction."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import replace

from zkdash.alerts.delivery import Delivery, DeliveryKind, DeliveryState, delivery_of
from zkdash.alerts.incident import Incident, incident_of, words
from zkdash.alerts.payload import payload_of_test
from zkdash.alerts.silence import LONGEST_TEXT
from zkdash.store import conditions as condition_rows
from zkdash.store import deliveries as delivery_rows
from zkdash.store import incidents as incident_rows
from zkdash.store import notifications as notification_rows
from zkdash.store.rows import Connection


def checked(text: str, what: str) -> str:
    """A line that somebody wrote. Raises ValueError if it is none."""
    text = text.strip()
    if not text or len(text) > LONGEST_TEXT or not text.isprintable():
        raise ValueError(f"write {what} on one line of {LONGEST_TEXT} characters at most")
    return text


async def acknowledge(connection: Connection, incident_id: int, at: int | None, by: str, note: str) -> Incident:
    """Note who looks after it, or (`at` None) that nobody does any more. Raises LookupError, ValueError."""
    if at is not None:
        by = checked(by, "who acknowledges it")
        note = checked(note, "a note") if note.strip() else ""
    row = await incident_rows.acknowledge(connection, incident_id, at, by, note)
    if row is None:
        raise LookupError(f"there is no open incident {incident_id}")
    await notification_rows.wake(connection, [incident_id])
    return incident_of(row)


async def forget(connection: Connection, clusters: Collection[str], incident_ids: Collection[int], why: str) -> None:
    """Forget what was true of all clusters but these, and tell nobody of their incidents any more."""
    await condition_rows.drop_others(connection, clusters)
    if incident_ids:
        await notification_rows.drop_of_incidents(connection, incident_ids, why)


async def test(connection: Connection, route: str, by: str, now: int, public_url: str) -> Delivery:
    """Owe a route a message that tells of nothing but itself. Raises ValueError."""
    made = Delivery(
        id=f"msg_{uuid.uuid4().hex}",
        number=1 + await delivery_rows.last_number(connection),
        kind=DeliveryKind.TEST,
        incident_id=None,
        event_id=None,
        route=route,
        cluster="",
        payload=payload_of_test(route, checked(by, "who sends it"), now, public_url),
        state=DeliveryState.OWED,
        tries=0,
        next_try_at=now,
        created_at=now,
    )
    await delivery_rows.add(connection, [words(made)], [])
    return made


async def resend(
    connection: Connection, delivery_id: str, routes: Collection[str], now: int
) -> tuple[Delivery, Delivery]:
    """Owe a delivery again; gives it as it was, and what is owed now. Raises LookupError."""
    found = await delivery_rows.by_id(connection, [delivery_id])
    if not found:
        raise LookupError(f"there is no delivery {delivery_id}")
    before = delivery_of(found[0])
    if before.route not in routes:
        raise LookupError(f"there is no alert {before.route} any more")
    if before.state is DeliveryState.SENT:
        number = 1 + await delivery_rows.last_number(connection)
        made = replace(before, id=f"msg_{uuid.uuid4().hex}", number=number, tries=0, last_error="", last_status=None)
        made = replace(made, state=DeliveryState.OWED, next_try_at=now, created_at=now, refusals=0, sent_at=None)
        told = [{**row, "delivery_id": made.id} for row in await delivery_rows.told(connection, before.id)]
        await delivery_rows.add(connection, [words(made)], told)
    else:
        # What was given up is tried for a day again, under the same id: its receiver may have taken it unheard.
        made = replace(before, state=DeliveryState.OWED, next_try_at=now, created_at=now, refusals=0)
        await delivery_rows.owe_again(connection, made.id, now)
    return before, made
