"""Who holds and who watches a znode, by the word of real servers."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from kazoo.client import KazooClient

from tests.conftest import kazoo_client
from tests.support.zkdash_process import ZkDashProcess
from zkdash.demo.servers import Ensemble, Server
from zkdash.znodes.stat import hex_id

ROOT = "/holders"


def session_of(client: KazooClient) -> str:
    return hex_id(client.client_id[0])


def holder(zkdash: ZkDashProcess, cluster: str, path: str) -> dict[str, Any]:
    found: dict[str, Any] = zkdash.api(f"/clusters/{cluster}/holder?path={quote(path)}")
    return found


def watchers(zkdash: ZkDashProcess, cluster: str, path: str) -> dict[str, Any]:
    found: dict[str, Any] = zkdash.api(f"/clusters/{cluster}/watchers?path={quote(path)}")
    return found


def address_of(client: KazooClient) -> str:
    """The client's end of its connection."""
    host, port = client._connection._socket.getsockname()
    return f"{host}:{port}"


class Scene:
    """An ensemble with one client on its first and one on its last server."""

    def __init__(self, ensemble: Ensemble, zkdash: ZkDashProcess, first: KazooClient, last: KazooClient) -> None:
        self.ensemble, self.zkdash, self.first, self.last = ensemble, zkdash, first, last


def admin_urls(ensemble: Ensemble) -> str:
    return " ".join(f"http://127.0.0.1:{server.admin_port}/commands" for server in ensemble.servers)


def warm_up(ensemble: Ensemble) -> None:
    """The first answer of an AdminServer may take a busy machine longer than zkdash waits: Java loads its classes."""
    for server in ensemble.servers:
        for command in ("connections", "dump", "watches_by_path"):
            with urllib.request.urlopen(f"{server.admin_url}/{command}", timeout=60) as answer:  # noqa: S310 - loopback
                answer.read()


@pytest.fixture(scope="module")
def admin_ensemble(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ensemble]:
    """Three servers with AdminServer, which allow no four-letter word but srvr, as is the default."""
    with Ensemble(3, tmp_path_factory.mktemp("admin-ensemble"), admin=True, whitelist="srvr") as servers:
        yield servers


@pytest.fixture(scope="module", params=["AdminServer", "four-letter words"])
def scene(
    request: pytest.FixtureRequest,
    ensemble: Ensemble,
    admin_ensemble: Ensemble,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Scene]:
    if request.param == "AdminServer" and "version: 3.4." in ensemble.servers[0].four_letter("srvr"):
        pytest.skip("AdminServer came with ZooKeeper 3.5")
    if request.param == "AdminServer":
        warm_up(admin_ensemble)
    servers, admin = (
        (admin_ensemble, admin_urls(admin_ensemble)) if request.param == "AdminServer" else (ensemble, "off")
    )
    with kazoo_client(servers.servers[0].address) as first, kazoo_client(servers.servers[2].address) as last:
        first.create(ROOT, b"")
        first.create(f"{ROOT}/mine", b"", ephemeral=True)
        first.create(f"{ROOT}/é <b>", b"", ephemeral=True)
        first.create("/holders-outside", b"", ephemeral=True)
        last.create(f"{ROOT}/yours", b"", ephemeral=True)
        last.sync(f"{ROOT}/mine")
        last.get(f"{ROOT}/mine", watch=lambda _event: None)
        config = f"[zookeeper]\nadmin = {admin}\n[zookeeper:up]\nservers = {servers.hosts}\npath = {ROOT}\n"
        process = ZkDashProcess(tmp_path_factory.mktemp("zkdash"), config).start()
        try:
            process.wait_state("up", "CONNECTED", 10)
            yield Scene(servers, process, first, last)
        finally:
            process.close()
            first.delete(ROOT, recursive=True)


def test_the_session_its_server_its_client_and_what_else_it_holds(scene: Scene) -> None:
    mine, yours = holder(scene.zkdash, "up", "/mine"), holder(scene.zkdash, "up", "/yours")
    for found, client, server in ((mine, scene.first, 0), (yours, scene.last, 2)):
        (connection,) = found["connections"]
        assert found["session_id"] == session_of(client)
        assert (connection["server"], connection["client"]) == (
            scene.ensemble.servers[server].address,
            address_of(client),
        )
        assert connection["session_timeout_ms"] == 10_000
        assert connection["received"] > 0
        assert connection["since"] is not None
        assert found["not_told"] == []
        assert sorted(found["servers"]) == sorted(server.address for server in scene.ensemble.servers)
    assert (mine["others"], mine["others_total"], mine["others_outside"]) == (["/é <b>"], 1, 1)
    assert (yours["others"], yours["others_total"], yours["others_outside"]) == ([], 0, 0)


def test_who_watches_it(scene: Scene) -> None:
    found = watchers(scene.zkdash, "up", "/mine")
    (watcher,) = [one for one in found["watchers"] if one["session_id"] == session_of(scene.last)]
    assert (watcher["server"], watcher["client"]) == (scene.ensemble.servers[2].address, address_of(scene.last))
    assert (found["exists"], found["not_told"]) == (True, [])
    nobody = watchers(scene.zkdash, "up", "/not/there")
    assert (nobody["exists"], nobody["watchers"], nobody["total"]) == (False, [], 0)


def test_everybody_who_is_connected_with_what_they_hold(scene: Scene) -> None:
    found = scene.zkdash.api("/clusters/up/clients?watches=1")
    (client,) = [one for one in found["clients"] if one["address"] == "127.0.0.1"]
    sessions = {one["session_id"]: one for one in client["sessions"]}
    mine, yours = sessions[session_of(scene.first)], sessions[session_of(scene.last)]
    assert (mine["client"], mine["server"], mine["ephemerals"]) == (
        address_of(scene.first),
        scene.ensemble.servers[0].address,
        3,
    )
    assert (yours["ephemerals"], yours["watches"]) == (1, 1)
    assert {one["limit"] for one in client["servers"]} == {0}
    assert (found["not_told"], sorted(found["servers"])) == (
        [],
        sorted(server.address for server in scene.ensemble.servers),
    )
    page = scene.zkdash.get("/clusters/up/clients?address=127.0.0.1").text
    assert session_of(scene.first) in page
    assert "127.0.0.1" in scene.zkdash.get("/clusters/up/clients?find=127&sort=oldest").text
    assert "No address has" in scene.zkdash.get("/clusters/up/clients?find=nobody").text
    assert scene.zkdash.get("/clusters/up/clients?sort=size").status == 400


def test_a_persistent_znode_is_held_by_nobody(scene: Scene) -> None:
    found = holder(scene.zkdash, "up", "/")
    assert (found["kind"], found["session_id"], found["connections"]) == ("persistent", None, [])


def test_a_znode_that_is_not_there_is_a_404(scene: Scene) -> None:
    assert scene.zkdash.get("/clusters/up/holder?path=/not/there").status == 404


def test_the_tab_leads_to_a_page_that_needs_no_script(scene: Scene) -> None:
    tab = scene.zkdash.get("/clusters/up/znodes/mine?tab=holder").text
    assert 'href="/clusters/up/holder?path=%2Fmine"' in tab
    page = scene.zkdash.get("/clusters/up/holder?path=%2Fmine").text
    assert "<!doctype html>" in page
    assert address_of(scene.first) in page
    assert scene.ensemble.servers[0].address in page
    assert "/clusters/up/znodes/%C3%A9%20%3Cb%3E" in page
    assert "<b>" not in page.partition("<main")[2]
    piece = scene.zkdash.get("/clusters/up/holder?path=%2Fmine", **{"HX-Request": "true"}).text
    assert piece.lstrip().startswith("<section")
    assert address_of(scene.first) in piece
    watched = scene.zkdash.get("/clusters/up/watchers?path=%2Fmine").text
    assert address_of(scene.last) in watched
    assert "Watchers" in scene.zkdash.get("/clusters/up/znodes/?tab=holder").text


def test_nothing_is_written_and_nothing_is_reset(scene: Scene) -> None:
    def counts() -> list[int]:
        said = [server.four_letter("srvr") for server in scene.ensemble.servers]
        return [int(next(line for line in one.split("\n") if line.startswith("Received:"))[10:]) for one in said]

    before, received = scene.ensemble.zxid(), counts()
    for path in ("/mine", "/yours", "/"):
        holder(scene.zkdash, "up", path)
        watchers(scene.zkdash, "up", path)
    assert scene.ensemble.zxid() == before
    assert all(now >= then for now, then in zip(counts(), received, strict=True))


@pytest.fixture
def shy_server(tmp_path: Path) -> Iterator[Server]:
    """A server as ZooKeeper comes, but for its AdminServer, which is off."""
    with Server(tmp_path / "shy", whitelist="srvr") as server:
        yield server


def test_what_is_not_allowed_is_said_with_the_setting_that_would_allow_it(shy_server: Server, zkdash: Any) -> None:
    config = f"""
[zookeeper:shy]
servers = {shy_server.address}
admin = http://127.0.0.1:{shy_server.admin_port}/commands
"""
    process = zkdash(config=config).start()
    process.wait_state("shy", "CONNECTED", 10)
    with kazoo_client(shy_server.address) as client:
        client.create("/mine", b"", ephemeral=True)
        found = holder(process, "shy", "/mine")
        assert found["session_id"] == session_of(client)
        assert (found["connections"], found["others_total"], found["servers"]) == ([], None, [])
        assert [(one["server"], one["command"]) for one in found["not_told"]] == [
            (shy_server.address, "cons"),
            (shy_server.address, "dump"),
        ]
        assert "not allowed as a four-letter word" in found["not_told"][0]["reason"]
        assert found["settings"] == ["4lw.commands.whitelist=srvr,cons,dump", "admin.enableServer=true"]
        page = process.get("/clusters/shy/holder?path=/mine").text
        assert "The client is not known." in page
        for setting in found["settings"]:
            assert f'data-copy="{setting}"' in page
        found = watchers(process, "shy", "/mine")
        assert found["settings"] == ["4lw.commands.whitelist=srvr,wchp,cons", "admin.enableServer=true"]
        assert "No server told its watches." in process.get("/clusters/shy/watchers?path=/mine").text


def test_one_server_that_is_silent_costs_its_deadline_and_is_named(own_ensemble: Ensemble, zkdash: Any) -> None:
    process = zkdash(
        config=f"[zookeeper:c]\nservers = {own_ensemble.hosts}\nadmin = off\nsession_timeout = 20s\n"
    ).start()
    process.wait_state("c", "CONNECTED", 10)
    own = process.api("/clusters/c")["server"]
    frozen = next(server for server in own_ensemble.followers() if server.address != own)
    seat = own_ensemble.server_at(own)
    with kazoo_client(seat.address) as client:
        client.create("/mine", b"", ephemeral=True)
        frozen.freeze()
        try:
            found = holder(process, "c", "/mine")
        finally:
            frozen.thaw()
        assert [one["server"] for one in found["connections"]] == [seat.address]
        assert [(one["server"], one["command"]) for one in found["not_told"]] == [(frozen.address, "cons")]
        assert found["not_told"][0]["reason"] == "no whole answer within 2 s"
        assert found["settings"] == []
