"""A store that answers, but can't give what it should."""

from __future__ import annotations

from sqlalchemy import text

from zkdash.store.engine import Store


async def lose_tables(store: Store) -> None:
    """From now on what is in the log can't be read."""
    async with store.begin() as connection:
        for table in ("events", "incidents", "deliveries"):
            await connection.execute(text(f"ALTER TABLE {table} RENAME TO lost_{table}"))
