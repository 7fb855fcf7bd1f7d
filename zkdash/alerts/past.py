"""What the log holds of the past, for telling what a route would have been told."""

from __future__ import annotations

from collections.abc import Collection

from zkdash.alerts.silence import Silence, silence_of
from zkdash.store import events as rows
from zkdash.store import silences as silence_rows
from zkdash.store.engine import Store
from zkdash.timeline.event import Event
from zkdash.timeline.rows import event_of

_AT_ONCE = 1000


async def events_since(
    store: Store, since: int, most: int, clusters: Collection[str] | None = None
) -> tuple[list[Event], bool]:
    """The events of some clusters (None: all) since a time (UTC ms), the oldest first, and whether there are more than
    `most`, the newest of which are given. Raises StoreUnavailable."""
    found: list[Event] = []
    before: int | None = None
    async with store.connect() as connection:
        while len(found) <= most:
            page = await rows.find(
                connection,
                clusters=clusters,
                states=None,
                since=since,
                until=None,
                before=before,
                after=None,
                limit=min(_AT_ONCE, most + 1 - len(found)),
            )
            found += map(event_of, page)
            if len(page) < _AT_ONCE:
                break
            before = found[-1].id
    return found[:most][::-1], len(found) > most


async def silences(store: Store) -> list[Silence]:
    """All silences, also those that are over. Raises StoreUnavailable."""
    async with store.connect() as connection:
        return [silence_of(row) for row in await silence_rows.find(connection)]
