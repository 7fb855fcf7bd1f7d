"""The store on both engines: what it says when it can't be opened, and that its tables are what the code thinks."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import event, text

from tests.support.stores import PostgreSQL
from zkdash.demo.loopback import free_port
from zkdash.errors import StartError
from zkdash.store import audit, deliveries, public_notes, sample_tables, saved_views, server_changes, shares, sign_in
from zkdash.store.engine import Store, StoreUnavailable
from zkdash.store.migrate import FOLDER
from zkdash.store.schema import HEAD, metadata
from zkdash.store.url import async_url


async def refusal(url: str) -> str:
    """The line that a store refuses to open with: one line, without a password."""
    one = Store(url, busy_s=0.05)
    with pytest.raises(StartError) as refused:
        await one.open()
    line = str(refused.value)
    assert "\n" not in line
    assert "sesame" not in line
    return line


async def test_the_migrations_make_the_tables_that_the_code_thinks_of(store: Store) -> None:
    of_their_own = {sample_tables.samples, server_changes.server_changes, audit.audit, shares.shares}
    of_their_own |= {saved_views.saved_views, public_notes.public_notes, sign_in.sessions}
    assert of_their_own <= set(metadata.tables.values())
    async with store.begin() as connection:
        differences = await connection.run_sync(
            lambda sync: compare_metadata(MigrationContext.configure(sync, opts={"compare_type": True}), metadata)
        )
    assert differences == []


def test_head_is_the_newest_migration() -> None:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    assert ScriptDirectory.from_config(config).get_current_head() == HEAD


async def test_what_was_written_is_there_when_the_store_is_opened_again(store_url: str) -> None:
    first = Store(store_url)
    await first.open()
    async with first.begin() as connection:
        await connection.execute(text("INSERT INTO runs (started_at, alive_at) VALUES (1, 2)"))
    await first.close()
    await first.open()
    async with first.connect() as connection:
        assert await connection.scalar(text("SELECT alive_at FROM runs")) == 2
    await first.close()


async def test_a_failing_transaction_leaves_nothing_behind(store: Store) -> None:
    async def fail() -> None:
        async with store.begin() as connection:
            await connection.execute(text("INSERT INTO runs (started_at, alive_at) VALUES (1, 2)"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    async with store.connect() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM runs")) == 0


async def test_a_reader_sees_one_state_while_others_write(store: Store) -> None:
    count = text("SELECT count(*) FROM runs")
    async with store.connect() as reader:
        assert await reader.scalar(count) == 0
        async with store.begin() as connection:
            await connection.execute(text("INSERT INTO runs (started_at, alive_at) VALUES (1, 2)"))
        assert await reader.scalar(count) == 0
    async with store.connect() as reader:
        assert await reader.scalar(count) == 1


async def test_two_stores_may_be_opened_at_once(store_url: str) -> None:
    stores = [Store(store_url) for _ in range(3)]
    await asyncio.gather(*(one.open() for one in stores))
    for one in stores:
        await one.close()


async def test_opening_a_store_that_is_up_to_date_does_not_load_alembic(store: Store, store_url: str) -> None:
    script = (
        "import asyncio, sys\nfrom zkdash.store.engine import Store\n"
        f"asyncio.run(Store({store_url!r}).open())\nprint('alembic' in sys.modules)"
    )
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", script, stdout=subprocess.PIPE)
    output, _ = await process.communicate()
    assert output.decode().strip() == "False"


async def test_a_store_of_a_newer_zkdash_is_left_alone(store: Store, store_url: str) -> None:
    async with store.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    line = await refusal(store_url)
    assert f"was written by a newer zkdash (its tables are at 9999, this one knows {HEAD}); start that version" in line


async def test_a_closed_store_says_so(store: Store) -> None:
    await store.close()
    with pytest.raises(StoreUnavailable, match="closed"):
        async with store.begin():
            pass


# SQLite


async def test_sqlite_syncs_every_commit_and_checks_references(tmp_path: Path) -> None:
    one = Store(f"sqlite:///{tmp_path}/deep/er/zkdash.sqlite")
    await one.open()
    async with one.begin() as connection:
        found = {
            name: await connection.scalar(text(f"PRAGMA {name}"))
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    await one.close()
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    assert (tmp_path / "deep/er").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "deep/er/zkdash.sqlite").stat().st_mode & 0o777 == 0o600


async def test_writers_on_one_sqlite_file_wait_for_each_other(tmp_path: Path) -> None:
    stores = [Store(f"sqlite:///{tmp_path}/zkdash.sqlite") for _ in range(2)]
    for one in stores:
        await one.open()

    async def write(one: Store) -> None:
        async with one.begin() as connection:
            highest = await connection.scalar(text("SELECT coalesce(max(started_at), 0) FROM runs"))
            new = {"at": highest + 1}
            await connection.execute(text("INSERT INTO runs (started_at, alive_at) VALUES (:at, 0)"), new)

    await asyncio.gather(*(write(one) for _ in range(20) for one in stores))
    async with stores[0].connect() as connection:
        assert await connection.scalar(text("SELECT max(started_at) FROM runs")) == 40
    for one in stores:
        await one.close()


async def test_no_thread_of_a_connection_that_was_given_up_outlives_the_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(f"sqlite:///{tmp_path}/zkdash.sqlite")
    await store.open()
    connect, begun = sqlite3.connect, threading.Event()

    def slowly(*args: Any, **options: Any) -> sqlite3.Connection:
        begun.set()
        time.sleep(0.3)  # how long it takes to connect
        return connect(*args, **options)

    async def read() -> None:
        async with store.connect():
            pass

    monkeypatch.setattr(sqlite3, "connect", slowly)
    reading = asyncio.create_task(read())
    assert await asyncio.to_thread(begun.wait, 5)
    reading.cancel()
    await asyncio.gather(reading, return_exceptions=True)
    await store.close()
    assert not [thread for thread in threading.enumerate() if "_connection_worker_thread" in thread.name]


async def test_a_file_that_is_no_database_is_refused_and_kept(tmp_path: Path) -> None:
    file = tmp_path / "shopping.txt"
    file.write_text("bread, milk, " * 100)
    assert await refusal(f"sqlite:///{file}") == (
        f"can't open the file {file}: it is not an SQLite database; choose another file ([store] url)"
    )
    assert file.read_text() == "bread, milk, " * 100


async def test_a_database_of_another_program_is_refused_and_kept(tmp_path: Path) -> None:
    file = tmp_path / "mail.sqlite"
    with sqlite3.connect(file) as mail:
        mail.execute("CREATE TABLE letters (id)")
    mail.close()
    before = file.read_bytes()
    assert "it is a database of another program; choose another file" in await refusal(f"sqlite:///{file}")
    assert file.read_bytes() == before


async def test_a_folder_is_refused(tmp_path: Path) -> None:
    assert "it is a folder" in await refusal(f"sqlite:///{tmp_path}")


@pytest.mark.parametrize("folder", ["/proc/nowhere", "{tmp}/a-file"])
async def test_a_folder_that_cannot_be_written_is_refused(folder: str, tmp_path: Path) -> None:
    (tmp_path / "a-file").touch()
    line = await refusal(f"sqlite:///{folder.format(tmp=tmp_path)}/zkdash.sqlite")
    assert line.startswith(f"can't open the file {folder.format(tmp=tmp_path)}/zkdash.sqlite: ")
    assert "give this user the right to write there, or set [store] url to another file" in line


async def test_a_locked_file_is_refused(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/zkdash.sqlite"
    one = Store(url)
    await one.open()
    await one.close()
    holder = sqlite3.connect(tmp_path / "zkdash.sqlite")
    holder.execute("BEGIN EXCLUSIVE")
    line = await refusal(url)
    holder.close()
    assert "another program holds the file; end that program or choose another file" in line


async def test_what_is_owed_is_found_by_its_index_however_much_was_sent(tmp_path: Path) -> None:
    one = Store(f"sqlite:///{tmp_path}/zkdash.sqlite")
    await one.open()
    asked: list[tuple[str, tuple[object, ...]]] = []
    async with one.connect() as connection:
        event.listen(connection.sync_connection, "before_cursor_execute", lambda *query: asked.append(query[2:4]))
        await deliveries.heads(connection, "ops", without=["msg_1"], limit=8)
        statement, parameters = asked[-1]
        plan = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        steps = [row[-1] for row in plan]
    await one.close()
    assert any("USING INDEX ix_deliveries_owed" in step for step in steps), steps
    assert not any(step.startswith("SCAN") for step in steps), steps


# PostgreSQL


async def test_an_unreachable_postgresql_is_refused() -> None:
    port = free_port()
    assert await refusal(f"postgresql://zkdash:sesame@127.0.0.1:{port}/log") == (
        f"can't open the PostgreSQL database log at 127.0.0.1:{port}: connection refused; "
        "see that it runs and can be reached from here ([store] url)"
    )


async def test_a_wrong_password_is_refused_without_saying_it(postgresql: PostgreSQL) -> None:
    line = await refusal(postgresql.url("postgres", "close sesame"))
    assert "the user name or password is refused" in line


async def test_a_missing_database_is_refused(postgresql: PostgreSQL) -> None:
    assert 'database "nowhere" does not exist; create it' in await refusal(postgresql.url("nowhere"))


# The address


@pytest.mark.parametrize(
    ("configured", "expected"),
    [
        ("sqlite:///a.db", "sqlite+aiosqlite:///a.db"),
        ("sqlite:////var/a.db", "sqlite+aiosqlite:////var/a.db"),
        ("postgresql://u:p@h/d", "postgresql+asyncpg://u:p@h/d"),
        ("postgres://u@h:1/d", "postgresql+asyncpg://u@h:1/d"),
        ("postgresql://u@h/d?sslmode=require", "postgresql+asyncpg://u@h/d?ssl=require"),
    ],
)
def test_the_address_is_that_of_the_async_driver(configured: str, expected: str) -> None:
    assert async_url(configured).render_as_string(hide_password=False) == expected


@pytest.mark.parametrize("configured", ["mysql://h/d", "sqlite://", "sqlite:///:memory:", "zkdash.db", "", "://sesame"])
async def test_any_other_address_is_refused(configured: str) -> None:
    assert "[store] url" in await refusal(configured)
