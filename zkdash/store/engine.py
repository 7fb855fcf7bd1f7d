"""The connection to the store: SQLite in a file, or PostgreSQL. All SQL of zkdash stands in this folder."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from weakref import WeakSet

import aiosqlite
from sqlalchemy import event, inspect, text
from sqlalchemy.engine import URL, Connection
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from zkdash.errors import StartError
from zkdash.log import get_logger
from zkdash.store import words
from zkdash.store.schema import HEAD
from zkdash.store.url import async_url

L = get_logger(__name__)

# The key of the advisory lock under which PostgreSQL numbers events: any number, the same in every zkdash.
_EVENT_LOCK = 7_264_737_001

_BUSY_STEP_S = 0.05
_CONNECT_TIMEOUT_S = 5.0
_COMMAND_TIMEOUT_S = 10.0
_CLOSE_S = 1.0


class StoreUnavailable(Exception):
    """The store can't be read or written now; the message is one plain line that says why."""


class Store:
    """Where the log is kept.

    Writing has connections of its own, so that no page, however slow, keeps an event from being written.
    `busy_s` is how long a write to SQLite waits for another program that holds the file.
    """

    def __init__(self, url: str, busy_s: float = 2.5) -> None:
        self._configured_url = url
        self._busy_s = busy_s
        self._writer: AsyncEngine | None = None
        self._reader: AsyncEngine | None = None
        self._threads: WeakSet[threading.Thread] = WeakSet()
        self.where = ""

    async def open(self) -> None:
        """Connect, and bring the tables up to date. Raises StartError with one plain line."""
        url = async_url(self._configured_url)
        self.where = words.where(url)
        try:
            if url.get_backend_name() == "sqlite":
                await asyncio.to_thread(_prepare_file, Path(url.database or ""), self._busy_s)
            self._writer = self._engine(url, writes=True)
            self._reader = self._engine(url, writes=False)
            if await self._version() != HEAD:
                await asyncio.to_thread(_upgrade, lambda: self._engine(url, writes=True), self.where)
            async with self._engine_for(self._writer).begin():
                pass  # a file that another program has locked, or that can't be written, shows here
        except (SQLAlchemyError, sqlite3.Error, OSError, ImportError) as error:
            await self.close()
            raise StartError(words.start_line(url, error)) from error
        except BaseException:
            await self.close()
            raise

    async def look(self) -> None:
        """Connect to read only what another zkdash has written, also while that one runs. Raises StartError."""
        url = async_url(self._configured_url)
        self.where = words.where(url)
        if url.get_backend_name() == "sqlite" and not await asyncio.to_thread(Path(url.database or "").is_file):
            raise StartError(f"there is no log yet: {self.where}")
        try:
            self._writer = self._reader = self._engine(url, writes=False)
            version = await self._version()
        except (SQLAlchemyError, sqlite3.Error, OSError, ImportError) as error:
            await self.close()
            raise StartError(words.start_line(url, error)) from error
        self._writer = None
        if version != HEAD:
            await self.close()
            raise StartError(f"{self.where} was written by another version of zkdash: start this one on it first")

    async def close(self) -> None:
        """Close every connection. The store can be opened again."""
        engines, self._writer, self._reader = (self._writer, self._reader), None, None
        for engine in engines:
            if engine is not None:
                try:
                    async with asyncio.timeout(_CLOSE_S):
                        await engine.dispose()
                except TimeoutError:
                    L.warning("The store's connections could not be closed in time.")
        # A connection that was given up half-way ends in its thread, which must not outlive the event loop.
        if self._threads:
            await asyncio.to_thread(_join, list(self._threads), _CLOSE_S)

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncConnection]:
        """A transaction to write in; SQLite has one at a time. Raises StoreUnavailable."""
        with _Unavailable(self.where):
            async with self._engine_for(self._writer).begin() as connection:
                yield connection

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[AsyncConnection]:
        """A connection that sees one unchanging state of the store, to read from. Raises StoreUnavailable."""
        with _Unavailable(self.where):
            async with self._engine_for(self._reader).connect() as connection:
                yield connection

    def _engine_for(self, engine: AsyncEngine | None) -> AsyncEngine:
        if engine is None:
            raise StoreUnavailable("the store is closed")
        return engine

    def _engine(self, url: URL, *, writes: bool) -> AsyncEngine:
        if url.get_backend_name() == "sqlite":
            engine = create_async_engine(
                url,
                pool_size=1 if writes else 2,
                max_overflow=0,
                connect_args={"timeout": self._busy_s, "async_creator_fn": self._connect_sqlite},
            )
            event.listen(engine.sync_engine, "connect", _configure_sqlite)
            # pysqlite would open transactions late and on its own terms; a writer takes its lock at the start, so
            # that it waits for others there and never fails half-way.
            begin = "BEGIN IMMEDIATE" if writes else "BEGIN"
            event.listen(engine.sync_engine, "begin", lambda connection: _begin_sqlite(connection, begin))
            return engine
        return create_async_engine(
            url,
            pool_size=2,
            max_overflow=1,
            pool_pre_ping=True,
            isolation_level="READ COMMITTED" if writes else "REPEATABLE READ",
            connect_args={
                "timeout": _CONNECT_TIMEOUT_S,
                "command_timeout": _COMMAND_TIMEOUT_S,
                "server_settings": {"application_name": "zkdash", "jit": "off"},
            },
        )

    def _connect_sqlite(self, *args: Any, **options: Any) -> aiosqlite.Connection:
        connection = aiosqlite.connect(*args, **options)
        thread = connection._thread
        thread.daemon = True  # one that hangs, on a disk that does, keeps nobody from leaving
        self._threads.add(thread)
        return connection

    async def _version(self) -> str | None:
        async with self._engine_for(self._writer).connect() as connection:
            if not await connection.run_sync(lambda sync: inspect(sync).has_table("alembic_version")):
                return None
            version: str | None = await connection.scalar(text("SELECT version_num FROM alembic_version"))
            return version


async def serialize(connection: AsyncConnection) -> None:
    """Let one transaction at a time number events, so that they become visible in the order of their ids.

    PostgreSQL hands out ids before the commit, and another process could commit a higher one first: whoever
    reads "everything after id n" would miss the lower. SQLite has one writer anyway.
    """
    if connection.dialect.name == "postgresql":
        await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _EVENT_LOCK})


class _Unavailable:
    """Turns what the drivers raise into StoreUnavailable, but lets through what is a mistake of ours."""

    def __init__(self, where: str) -> None:
        self._where = where

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, (DataError, IntegrityError)) or not isinstance(
            error, (DBAPIError, PoolTimeoutError, OSError)
        ):
            return
        raise StoreUnavailable(f"{self._where}: {words.why(error)}") from error


def _prepare_file(path: Path, busy_s: float) -> None:
    """Make the folder of the database, for this user alone, and see that the file is none of another program's."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.is_dir():
        raise IsADirectoryError("it is a folder")
    path.touch(mode=0o600)
    connection = sqlite3.connect(f"file:{path.as_posix().replace('?', '%3f').replace('#', '%23')}?mode=ro", uri=True)
    try:
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    finally:
        connection.close()
    if tables and "alembic_version" not in tables:
        raise sqlite3.DatabaseError("it is a database of another program")
    _write_ahead(path, busy_s)


def _write_ahead(path: Path, busy_s: float) -> None:
    """Set the journal's mode, which stays with the file; SQLite does not wait by itself for others who do it."""
    end = time.monotonic() + busy_s
    while True:
        connection = sqlite3.connect(path, timeout=busy_s)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > end:
                raise
            time.sleep(_BUSY_STEP_S)
        else:
            return
        finally:
            connection.close()


def _join(threads: Iterable[threading.Thread], deadline_s: float) -> None:
    end = time.monotonic() + deadline_s
    for thread in threads:
        thread.join(max(0.0, end - time.monotonic()))


def _upgrade(make_engine: Callable[[], AsyncEngine], where: str) -> None:
    from zkdash.store.migrate import upgrade  # loads Alembic, which takes a while and which only a first start needs

    upgrade(make_engine, where)


def _configure_sqlite(dbapi_connection: Any, record: object) -> None:
    dbapi_connection.isolation_level = None
    cursor = dbapi_connection.cursor()
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "temp_store = MEMORY"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection, statement: str) -> None:
    connection.exec_driver_sql(statement)
