"""Stores for tests: a SQLite file and a PostgreSQL database of the test's own, the latter on a real server."""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from zkdash.demo.children import end, spawn
from zkdash.demo.loopback import free_port, wait_until
from zkdash.store.engine import Store

ENGINES = ("sqlite", "postgresql")
USER, PASSWORD = "zkdash", "open sesame"


@dataclass
class PostgreSQL:
    """A server that all tests of a session share; each test has a database of its own."""

    folder: Path
    bin: Path
    port: int
    numbers: Iterator[int]

    def url(self, database: str, password: str = PASSWORD) -> str:
        return f"postgresql://{USER}:{password.replace(' ', '%20')}@127.0.0.1:{self.port}/{database}"

    def new_database(self) -> str:
        """The URL of a new, empty database."""
        name = f"test_{next(self.numbers)}"
        self.psql(f"CREATE DATABASE {name}")
        return self.url(name)

    def psql(self, statement: str) -> None:
        command = [self.bin / "psql", "-qX", "-h", "127.0.0.1", "-p", str(self.port), "-U", USER, "-c", statement]
        subprocess.run(
            [*command, "postgres"], check=True, capture_output=True, env={**os.environ, "PGPASSWORD": PASSWORD}
        )


def _binaries() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).resolve().parent if on_path else None


def _as_its_user(command: Sequence[str | Path]) -> list[str]:
    """PostgreSQL refuses to run as root; setpriv replaces itself by the command, which dies with us."""
    command = [str(word) for word in command]
    if os.geteuid() != 0:
        return command
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--pdeathsig=KILL", *command]


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    """A PostgreSQL server on a free loopback port."""
    binaries = _binaries()
    if binaries is None:
        pytest.skip("there is no PostgreSQL here: neither /usr/lib/postgresql/*/bin nor initdb on the PATH")
    # Not under pytest's folder: that is closed to the user postgres.
    with tempfile.TemporaryDirectory(prefix="zkdash-postgresql-") as name:
        folder = Path(name)
        password = folder / "password"
        password.write_text(PASSWORD)
        if os.geteuid() == 0:
            owner = pwd.getpwnam("postgres")
            for path in (folder, password):
                os.chown(path, owner.pw_uid, owner.pw_gid)
        data = folder / "data"
        make = [binaries / "initdb", "-D", data, "-U", USER, "--pwfile", password, "-A", "scram-sha-256", "-N"]
        subprocess.run(_as_its_user([*make, "-E", "UTF8", "--no-locale"]), check=True, capture_output=True, cwd=folder)
        server = PostgreSQL(folder, binaries, free_port(), itertools.count(1))
        settings = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "fsync": "off"}
        options = [f"--{key}={value}" for key, value in settings.items()]
        with (folder / "log").open("wb") as log:
            process = spawn(
                _as_its_user([binaries / "postgres", "-D", data, "-p", str(server.port), *options]),
                folder=folder,
                output=log,
            )
            try:
                ready = [binaries / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(server.port)]
                wait_until(lambda: subprocess.run(ready, check=False).returncode == 0, 20.0, "PostgreSQL")
                yield server
            finally:
                end(process, sign=signal.SIGINT)


@pytest.fixture(params=ENGINES)
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty store, once for each engine."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/zkdash.sqlite"
    server: PostgreSQL = request.getfixturevalue("postgresql")
    return server.new_database()


@pytest.fixture
async def store(store_url: str) -> AsyncIterator[Store]:
    """An open, empty store, once for each engine."""
    one = Store(store_url)
    await one.open()
    yield one
    await one.close()
