"""What an operator tells of an incident to people outside the team, on status pages."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from zkdash.clock import now_ms
from zkdash.store import public_notes as rows
from zkdash.store.engine import Store


@dataclass(frozen=True, slots=True)
class PublicNote:
    """A sentence about an incident, written at a time (UTC ms). `by` is for the team alone."""

    incident_id: int
    at: int
    by: str
    text: str


async def publish(store: Store, incident_id: int, by: str, text: str) -> None:
    """Add a note. Raises StoreUnavailable."""
    async with store.begin() as connection:
        await rows.add(connection, {"incident_id": incident_id, "at": now_ms(), "by": by, "text": text})


async def notes_on(store: Store, incident_ids: Collection[int]) -> list[PublicNote]:
    """The notes on these incidents, oldest first. Raises StoreUnavailable."""
    async with store.connect() as connection:
        found = await rows.of(connection, incident_ids)
    return [PublicNote(row["incident_id"], row["at"], row["by"], row["text"]) for row in found]
