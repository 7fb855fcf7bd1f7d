"""A store of the version before: what was open stays open, and who was told of it is told when it is over."""

from __future__ import annotations

from sqlalchemy import create_engine, text

from tests.support.clock import Clock
from tests.support.house import house, route
from tests.support.observations import T0, connected
from tests.support.receiver import receiver
from zkdash.store.engine import Store
from zkdash.store.migrate import FOLDER

ROWS = (
    "INSERT INTO runs VALUES (1, 0, 0, 0)",
    "INSERT INTO events VALUES (1, 1, 1, 'a', :at, 'state', 'session-timeout', 'SUSPENDED', 'LOST', 1, 's', 1, '',"
    " NULL)",
    "INSERT INTO incidents VALUES (1, 'a', 'lost', 'session-timeout', '', :at, 1, NULL, NULL)",
    "INSERT INTO deliveries VALUES ('msg_1', 1, 1, 'ops', 'LOST', 'a', '{}', 'sent', 1, :at, '', 200, :at, :at)",
)


def write_the_version_before(path: str) -> None:
    from alembic import command
    from alembic.config import Config

    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(FOLDER))
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        for row in ROWS:
            connection.execute(text(row), {"at": T0} if ":at" in row else {})
    engine.dispose()


async def test_what_was_told_by_the_version_before_is_told_when_it_is_over(tmp_path: object) -> None:
    path = f"{tmp_path}/zkdash.sqlite"
    write_the_version_before(path)
    store = Store(f"sqlite:///{path}")
    await store.open()
    clock = Clock(T0)
    async with receiver() as there, house(store, clock, route(there)) as here:
        (incident,) = await here.alerts.incidents(open_only=True)
        assert (incident.rule, incident.firing, incident.severity) == ("lost", True, "critical")
        clock.at += 42_000
        await here.record(connected("a", clock.now()))
        await here.tried(1)
        assert there.whats == [("a", "cluster.recovered")]
        assert [len(await here.alerts.deliveries(event=event)) for event in (1, 2)] == [1, 1]
    await store.close()
