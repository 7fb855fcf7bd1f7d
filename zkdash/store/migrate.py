"""Bringing the tables up to date. Loads Alembic, so it is imported only when there is something to do."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import AsyncEngine

from zkdash.errors import StartError
from zkdash.store.engine import serialize

FOLDER = Path(__file__).parent / "migrations"


def upgrade(make_engine: Callable[[], AsyncEngine], where: str) -> None:
    """Run every migration that the store lacks, all in one transaction. Blocks: run it in a thread.

    Raises StartError if the store was written by a newer zkdash, and whatever the driver raises.
    """
    asyncio.run(_upgrade(make_engine(), where))


async def _upgrade(engine: AsyncEngine, where: str) -> None:
    try:
        async with engine.begin() as connection:
            await serialize(connection)  # two processes may start at once
            await connection.run_sync(_migrate, where)
    finally:
        await engine.dispose()


def _migrate(connection: Connection, where: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    present = MigrationContext.configure(connection).get_current_heads()
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    newer = sorted(set(present) - known)
    if newer:
        raise StartError(
            f"{where} was written by a newer zkdash (its tables are at {newer[0]}, this one knows {max(known)}); "
            "start that version, or set [store] url to another store"
        )
    command.upgrade(config, "head")
