"""Servers, clients and processes for all tests. Servers start when the first test asks for them."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import uuid
from collections.abc import AsyncIterator, Callable, Generator, Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import settings
from kazoo.client import KazooClient

from tests.support.health import troubles
from tests.support.stores import postgresql, store, store_url  # noqa: F401  # fixtures
from tests.support.trees import delete_tree
from tests.support.zkdash_process import ZkDashProcess
from zkdash.demo.faults import Proxy
from zkdash.demo.servers import Ensemble, Server

# An example that waits for a processor is not a slow one.
settings.register_profile("zkdash", deadline=None)
settings.load_profile("zkdash")

SERVER_FIXTURES = {"zookeeper", "ensemble", "own_server", "own_ensemble", "tree", "shared_dash"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that start ZooKeeper by the fixtures that they use, and those of the browser by their folder."""
    for item in items:
        if SERVER_FIXTURES.intersection(getattr(item, "fixturenames", ())):
            item.add_marker("zookeeper")
        if "browser" in item.path.parts:
            item.add_marker("browser")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test that failed says how its zkdash processes are, and what they logged last."""
    report = yield
    if report.failed:
        for name, value in getattr(item, "funcargs", {}).items():
            if isinstance(value, ZkDashProcess):
                report.sections.append((f"zkdash of {name}", value.account()))
    return report


@pytest.fixture(scope="session")
def zookeeper(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server that all tests share: never stopped, never frozen."""
    with Server(tmp_path_factory.mktemp("zookeeper")) as server:
        yield server


@pytest.fixture(scope="session")
def ensemble(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ensemble]:
    """Three servers that all tests share: never stopped, never frozen."""
    with Ensemble(3, tmp_path_factory.mktemp("ensemble")) as servers:
        yield servers


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Server]:
    """A server of the test's own, to kill and freeze."""
    with Server(tmp_path / "server") as server:
        yield server


@pytest.fixture
def own_ensemble(tmp_path: Path) -> Iterator[Ensemble]:
    """Three servers of the test's own, to kill and freeze."""
    with Ensemble(3, tmp_path / "ensemble") as servers:
        yield servers


@contextlib.contextmanager
def kazoo_client(hosts: str) -> Iterator[KazooClient]:
    """A connected kazoo client."""
    client = KazooClient(hosts, timeout=10.0)
    client.start()
    try:
        yield client
    finally:
        client.stop()
        client.close()


@pytest.fixture(scope="session")
def root_client(zookeeper: Server) -> Iterator[KazooClient]:
    """A client of the shared server, for making data. Leave alone what other tests made."""
    with kazoo_client(zookeeper.address) as client:
        yield client


class Tree:
    """A corner of the shared server that one test has for itself."""

    def __init__(self, server: Server, client: KazooClient, root: str) -> None:
        self.server = server
        self.client = client
        self.root = root

    @property
    def address(self) -> str:
        """For the command line: HOST:PORT/PATH."""
        return f"{self.server.address}{self.root}"

    def make(self, path: str, value: bytes | None = b"", **options: object) -> str:
        """Create a znode, and what is above it; gives `path`."""
        self.client.create(f"{self.root}{path}", value, makepath=True, **options)
        return path


@pytest.fixture
def tree(zookeeper: Server, root_client: KazooClient) -> Iterator[Tree]:
    """An empty corner of the shared server."""
    root = f"/test-{uuid.uuid4().hex[:12]}"
    root_client.create(root, b"")
    yield Tree(zookeeper, root_client, root)
    delete_tree(root_client, root)


@pytest.fixture
def proxy() -> Iterator[Callable[..., Proxy]]:
    """Makes faulty networks: proxy(server.address) listens, proxy() is a tarpit."""
    with contextlib.ExitStack() as stack:
        yield lambda *args, **options: stack.enter_context(Proxy(*args, **options))


@pytest.fixture
def zkdash(tmp_path: Path) -> Iterator[Callable[..., ZkDashProcess]]:
    """Makes zkdash processes, not started yet: zkdash("prod=host:port", config="[alert:x]…")."""
    made: list[ZkDashProcess] = []
    numbers = itertools.count(1)

    def make(*clusters: str, config: str = "", environment: Mapping[str, str] | None = None) -> ZkDashProcess:
        one = ZkDashProcess(tmp_path / f"zkdash-{next(numbers)}", config, *clusters, environment=environment)
        made.append(one)
        return one

    yield make
    with contextlib.ExitStack() as stack:
        for one in made:
            stack.callback(one.close)


@pytest.fixture(scope="session")
def shared_dash(zookeeper: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ZkDashProcess]:
    """One zkdash for tests that only look: it watches the shared server as "prod"."""
    process = ZkDashProcess(tmp_path_factory.mktemp("shared-dash"), "", f"prod={zookeeper.address}").start()
    try:
        process.wait_state("prod", "CONNECTED", 10)
        yield process
    finally:
        process.close()


@pytest.fixture
async def quick_loop(caplog: pytest.LogCaptureFixture) -> AsyncIterator[None]:
    """Fails an async test should anything have held its event loop up for more than 100 ms."""
    loop = asyncio.get_running_loop()
    loop.set_debug(True)
    with caplog.at_level(logging.WARNING, logger="asyncio"):
        yield
    found = troubles(caplog.text)
    assert not found, "\n".join(found)
