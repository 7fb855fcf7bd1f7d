"""The demo's and the tests' own ZooKeeper servers."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from kazoo.client import KazooClient

from tests.support.zkdash_process import REPO
from zkdash.demo.faults import Proxy, without_session
from zkdash.demo.installation import find_zookeeper
from zkdash.demo.loopback import wait_until
from zkdash.demo.servers import Ensemble, Server
from zkdash.errors import StartError

pytestmark = pytest.mark.zookeeper


def test_a_killed_server_comes_back_on_its_port_with_its_data(own_server: Server) -> None:
    client = KazooClient(own_server.address, timeout=10)
    client.start()
    client.create("/kept", b"1")
    client.stop()
    client.close()
    address, zxid = own_server.address, own_server.zxid()
    own_server.kill()
    assert (own_server.running, own_server.mode()) == (False, "")
    own_server.start()
    assert own_server.address == address
    assert own_server.zxid() >= zxid


def test_a_frozen_server_is_silent_and_goes_on_when_thawed(own_server: Server) -> None:
    own_server.freeze()
    assert own_server.four_letter("srvr", timeout_s=0.3) == ""
    own_server.thaw()
    assert own_server.mode() == "standalone"


def test_an_ensemble_elects_another_leader(own_ensemble: Ensemble) -> None:
    first = own_ensemble.leader()
    assert len(own_ensemble.followers()) == 2
    first.kill()
    second = own_ensemble.leader()
    assert second is not first
    first.start()
    assert first.mode() == "follower"


def test_a_frozen_server_can_be_ended_politely(own_server: Server) -> None:
    own_server.freeze()
    own_server.stop()
    assert not own_server.running


@pytest.mark.parametrize("how", ["exit", "kill"])
def test_no_server_outlives_the_program_that_started_it(how: str, tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from zkdash.demo.servers import Server; "
        "print(Server(Path(sys.argv[1])).start().process.pid, flush=True); sys.argv[2] == 'exit' or sys.stdin.read()"
    )
    program = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path / "server"), how],
        cwd=REPO,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with program:
        assert program.stdout is not None
        pid = int(program.stdout.readline())
        if how == "kill":
            os.kill(program.pid, signal.SIGKILL)
        program.wait(10)
    wait_until(lambda: not psutil.pid_exists(pid), 5, "the server to be gone")


def test_a_closed_server_leaves_no_file() -> None:
    with Server() as server:
        folder = server.folder
        assert folder.exists()
    assert not folder.exists()


def test_a_server_whose_port_was_taken_meanwhile_takes_another(tmp_path: Path, own_server: Server) -> None:
    second = Server(tmp_path / "second")
    second.client_port = own_server.client_port
    with second:
        assert second.client_port != own_server.client_port
        assert second.mode() == "standalone"


def test_a_server_that_cannot_start_says_why(tmp_path: Path) -> None:
    with pytest.raises(StartError, match=r"did not start: .*soon"):
        Server(tmp_path / "server", config={"tickTime": "soon"}).start()


def test_without_zookeeper_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZOOKEEPER_HOME", str(tmp_path))
    with pytest.raises(StartError, match=r"ZOOKEEPER_HOME=.* has no zookeeper-\*\.jar .*apt-get install zookeeper"):
        find_zookeeper()
    monkeypatch.setenv("ZOOKEEPER_HOME", "")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("zkdash.demo.installation.DEBIAN_JARS", tmp_path)
    with pytest.raises(StartError, match=r"Java: apt-get install default-jre-headless"):
        find_zookeeper()
    (tmp_path / "java").touch(0o755)
    with pytest.raises(StartError, match=r"there is no ZooKeeper .*apt-get install zookeeper"):
        find_zookeeper()


def test_zookeeper_is_found_by_its_home_and_on_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    jar = tmp_path / "lib" / "zookeeper-3.9.5.jar"
    script = tmp_path / "bin" / "zkServer.sh"
    for file in (jar, script):
        file.parent.mkdir()
        file.touch(0o755)
    monkeypatch.setenv("ZOOKEEPER_HOME", str(tmp_path))
    assert find_zookeeper().classpath == str(jar)
    monkeypatch.delenv("ZOOKEEPER_HOME")
    monkeypatch.setattr("zkdash.demo.installation.DEBIAN_JARS", tmp_path / "none")
    monkeypatch.setenv("PATH", f"{script.parent}:{os.environ['PATH']}")
    assert find_zookeeper().classpath == str(jar)


def test_a_proxy_passes_cuts_swallows_and_refuses(zookeeper: Server) -> None:
    with Proxy(zookeeper.address) as proxy:
        client = KazooClient(proxy.address, timeout=2)
        client.start()
        try:
            session = client.client_id
            for fault in (proxy.cut, proxy.black_hole, proxy.refuse):
                fault()
                wait_until(lambda: not client.connected, 5, f"{fault.__name__} to be noticed")
                proxy.heal()
                wait_until(lambda: client.connected, 10, f"{fault.__name__} to be over")
            assert client.client_id == session
        finally:
            client.stop()
            client.close()


def test_a_proxy_can_have_a_server_forget_the_session(zookeeper: Server) -> None:
    with Proxy(zookeeper.address, rewrite=without_session) as proxy:
        client = KazooClient(proxy.address, timeout=4)
        client.start()
        try:
            session = client.client_id
            proxy.cut()
            wait_until(lambda: client.connected and client.client_id != session, 10, "another session")
        finally:
            client.stop()
            client.close()


def test_a_tarpit_accepts_and_never_answers() -> None:
    with Proxy() as tarpit:
        client = KazooClient(tarpit.address, timeout=1)
        with pytest.raises(client.handler.timeout_exception):
            client.start(timeout=1)
        assert tarpit.accepted > 0
        client.stop()
        client.close()
