"""From the configured address of the store to the one for SQLAlchemy's async drivers. Pure."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from zkdash.errors import StartError

_EXAMPLES = "sqlite:///zkdash.db or postgresql://user:password@host/database"
_POSTGRESQL = ("postgresql", "postgres", "postgresql+asyncpg")


def async_url(configured: str) -> URL:
    """Give the URL for the async driver. Raises StartError if it is neither SQLite's nor PostgreSQL's."""
    try:
        url = make_url(configured)
    except (ArgumentError, ValueError):
        raise StartError(f"[store] url is not an address of a database; it looks like {_EXAMPLES}") from None
    if url.drivername in ("sqlite", "sqlite+aiosqlite"):
        return _sqlite(url)
    if url.drivername in _POSTGRESQL:
        return _postgresql(url)
    raise StartError(f"[store] url: {url.drivername!r} is not supported; it looks like {_EXAMPLES}")


def _sqlite(url: URL) -> URL:
    if url.database in (None, "", ":memory:"):
        raise StartError(
            "[store] url: SQLite needs a file, or the history would be lost at every end; "
            "for example sqlite:///zkdash.db"
        )
    return url.set(drivername="sqlite+aiosqlite", database=str(Path(str(url.database)).expanduser()))


def _postgresql(url: URL) -> URL:
    url = url.set(drivername="postgresql+asyncpg")
    # libpq's word for it, which everybody knows, is another in asyncpg.
    mode = url.query.get("sslmode")
    return url if mode is None else url.difference_update_query(["sslmode"]).update_query_dict({"ssl": mode})
