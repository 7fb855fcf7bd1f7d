"""zkdash never writes to a cluster that it watches: shown by the servers' own words."""

from __future__ import annotations

import asyncio
import inspect
from collections import Counter
from collections.abc import Callable
from urllib.parse import quote

import pytest
from kazoo.client import KazooClient, TransactionRequest
from kazoo.protocol import serialization
from kazoo.security import OPEN_ACL_UNSAFE

from tests.conftest import kazoo_client
from tests.support.txnlog import transactions
from tests.support.until import until
from tests.support.zkdash_process import ZkDashProcess
from zkdash.demo.servers import Server
from zkdash.zookeeper.client import READS, ReadOnlyClient
from zkdash.zookeeper.errors import WriteRefused
from zkdash.zookeeper.states import Connected, Signal

MakeProcess = Callable[..., ZkDashProcess]

WRITES: dict[str, Callable[[ReadOnlyClient], object]] = {
    "create": lambda client: client.create_async("/w", b"1"),
    "create2": lambda client: client.create_async("/w", b"1", include_data=True),
    "create ephemeral": lambda client: client.create_async("/w", b"1", ephemeral=True),
    "create sequence": lambda client: client.create_async("/w-", b"1", sequence=True),
    "create makepath": lambda client: client.create_async("/w/w/w", b"1", makepath=True),
    "ensure_path": lambda client: client.ensure_path_async("/asab"),
    "set": lambda client: client.set_async("/kept", b"2"),
    "delete": lambda client: client.delete_async("/kept"),
    "set_acls": lambda client: client.set_acls_async("/kept", OPEN_ACL_UNSAFE),
    "transaction": lambda client: _transaction(client).commit_async(),
    "empty transaction": lambda client: TransactionRequest(client).commit_async(),
    "reconfig": lambda client: client.reconfig_async("server.9=h:1:2;3", None, None, -1),
    "sync": lambda client: client.sync_async("/kept"),
}


def _transaction(client: ReadOnlyClient) -> TransactionRequest:
    request = TransactionRequest(client)
    request.create("/w", b"1")
    request.set_data("/kept", b"2")
    request.delete("/kept")
    return request


@pytest.fixture
def planted(own_server: Server) -> Server:
    """A server with a znode /kept, and no session but the test's."""
    with kazoo_client(own_server.address) as client:
        client.create("/kept", b"1")
    return own_server


@pytest.mark.usefixtures("quick_loop")
async def test_every_write_that_kazoo_can_make_is_refused_before_it_reaches_the_server(planted: Server) -> None:
    signals: list[Signal] = []
    client = ReadOnlyClient(planted.address, session_timeout_s=5, listener=signals.append)
    client.start_async()
    try:
        await until(lambda: any(isinstance(one, Connected) for one in signals))
        before = await asyncio.to_thread(planted.zxid)
        for write in WRITES.values():
            with pytest.raises(WriteRefused):
                await write(client)
        for request in _requests_of_kazoo():
            if request.type not in READS:
                result = client.handler.async_result()
                client._call(request, result)
                with pytest.raises(WriteRefused):
                    await result
        assert (await client.get_async("/kept"))[0] == b"1"
        assert await client.exists_async("/asab") is None
        assert await asyncio.to_thread(planted.zxid) == before
    finally:
        await client.close_async()


def _requests_of_kazoo() -> list[object]:
    """One of every request that kazoo knows how to send, with whatever in it."""
    found = []
    for _, kind in inspect.getmembers(serialization, inspect.isclass):
        if isinstance(getattr(kind, "type", None), int) and hasattr(kind, "serialize"):
            found.append(kind(*["/kept" for _ in getattr(kind, "_fields", ())]))
    assert len({one.type for one in found}) >= 14  # create, delete, set, multi, auth, reconfig …
    return found


def test_only_sessions_open_and_close_in_a_full_session_of_use(own_server: Server, zkdash: MakeProcess) -> None:
    with kazoo_client(own_server.address) as client:
        for path in ("/a/json", "/a/sp ace", "/a/<b>", "/etc/app"):
            client.create(path, b'{"x": 1}', makepath=True)
        before = every_path(client)
    baseline = own_server.zxid()
    config = f"""\
[zookeeper]
session_timeout = 2s
servers = {own_server.address}
[zookeeper:all]
[zookeeper:part]
path = /etc
[zookeeper:nothing]
z_path = zookeeper://{own_server.address}/not/there
"""
    names = ("all", "part", "nothing")
    dash = zkdash(config=config).start()
    use(dash, names)
    for fault, mend in ((own_server.freeze, own_server.thaw), (own_server.kill, own_server.start)):
        last = dash.events("all")[-1]["id"]
        fault()
        dash.wait_cause("all", "session-timeout", 8, after=last)
        mend()
        use(dash, names)
    dash.kill9()
    dash.restart()
    use(dash, names)
    dash.configure(config + "[zookeeper:more]\n")
    dash.sighup()
    use(dash, ("more",))
    dash.sigterm()

    with kazoo_client(own_server.address) as client:
        assert every_path(client) == before
    own_server.stop()
    assert ("create", "/a") in {(one.kind, one.path) for one in transactions(own_server)}  # the test's own is seen
    written = Counter(one.kind for one in transactions(own_server, after=baseline))
    assert set(written) == {"createSession", "closeSession"}
    assert written["createSession"] > 6


def use(dash: ZkDashProcess, names: tuple[str, ...]) -> None:
    """Open every kind of page and ask every kind of question."""
    for name in names:
        dash.wait_for(lambda name=name: name in [one["name"] for one in dash.api("/clusters")["clusters"]], 6, name)
        dash.wait_state(name, "CONNECTED", 8)
        for page in ("", "/znodes", "/znodes/", "/znodes/a", "/znodes/a/json", f"/znodes/{quote('a/sp ace')}"):
            assert dash.get(f"/clusters/{name}{page}").status in (200, 301, 302, 308, 404)
        for path in ("/", "/a", "/a/json", "/app", "/zookeeper", "/nowhere"):
            assert dash.get(f"/api/v1/clusters/{name}/znodes?path={quote(path)}").status in (200, 404)
    for page in ("/", "/timeline", "/alerts", "/metrics", "/healthz", "/readyz", "/api/openapi.json"):
        assert dash.get(page).status in (200, 503), page


def every_path(client: KazooClient, path: str = "/") -> set[str]:
    """Every znode of a server."""
    found = {path}
    for name in client.get_children(path):
        found |= every_path(client, f"{path.rstrip('/')}/{name}")
    return found
