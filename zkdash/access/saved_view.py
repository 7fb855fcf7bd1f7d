"""Views that were given a name, for oneself or for the team."""

from __future__ import annotations

from dataclasses import dataclass

from zkdash.clock import now_ms
from zkdash.store import saved_views as rows
from zkdash.store.engine import Store
from zkdash.store.rows import Row

MOST_LISTED = 500
MOST = 200
"""How many views one person may save, and the team."""


@dataclass(frozen=True, slots=True)
class SavedView:
    """An address under a name. Without an owner it is the team's."""

    id: int
    name: str
    address: str
    owner: str
    pinned: bool
    made_by: str
    made_at: int


class ViewBook:
    """All saved views. Every method raises StoreUnavailable."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def all(self, user: str) -> list[SavedView]:
        """The team's and somebody's own, pinned ones first, then by name."""
        async with self._store.connect() as connection:
            return [_view(row) for row in await rows.find(connection, user, MOST_LISTED)]

    async def get(self, view_id: int) -> SavedView | None:
        async with self._store.connect() as connection:
            row = await rows.get(connection, view_id)
        return None if row is None else _view(row)

    async def save(self, name: str, address: str, owner: str, made_by: str, *, pinned: bool) -> int:
        """Keep a view; gives its id. Raises ValueError when there are too many of this owner."""
        row = {"name": name, "address": address, "owner": owner, "pinned": pinned, "made_by": made_by}
        async with self._store.begin() as connection:
            if await rows.count(connection, owner) >= MOST:
                raise ValueError(f"there are {MOST} views already: remove one")
            return await rows.add(connection, row | {"made_at": now_ms()})

    async def change(self, view_id: int, name: str, *, pinned: bool) -> None:
        async with self._store.begin() as connection:
            await rows.change(connection, view_id, name=name, pinned=pinned)

    async def remove(self, view_id: int) -> None:
        async with self._store.begin() as connection:
            await rows.remove(connection, view_id)


def _view(row: Row) -> SavedView:
    return SavedView(**{name: row[name] for name in SavedView.__slots__})
