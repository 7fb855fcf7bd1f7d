"""Exports of real servers, by the API and on the command line."""

from __future__ import annotations

import http.client
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

from kazoo.security import make_digest_acl

from tests.conftest import Tree
from tests.integration.test_search import wide
from tests.support.zkdash_process import ZkDashProcess
from zkdash.demo.children import python_environment
from zkdash.demo.faults import Proxy
from zkdash.demo.loopback import free_port
from zkdash.demo.servers import Server

MakeProcess = Callable[..., ZkDashProcess]
REPO = Path(__file__).parents[2]


def command(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    """`zkdash export …`"""
    environment = python_environment(PYTHONPATH=str(REPO))
    return subprocess.run(
        [sys.executable, "-m", "zkdash", "export", *arguments], capture_output=True, timeout=60, env=environment
    )


def fill(tree: Tree) -> None:
    tree.client.add_auth("digest", "ada:right")
    tree.make("/a/<b>", b"<script>")
    tree.make("/a/binary", bytes(range(256)))
    tree.make("/a/none", None)
    tree.make("/a/big", b"x" * 1_000_000)
    tree.make("".join(f"/d{level}" for level in range(100)), b"deep")
    tree.make("/secret/inside", b"s")
    tree.client.set_acls(f"{tree.root}/secret", [make_digest_acl("ada", "right", all=True)])


def test_the_command_line_masks_secrets_unless_it_is_told_not_to(tree: Tree) -> None:
    tree.make("/app", b"host=h\npassword=sesame\n")
    masked = command(f"prod:{tree.root}", f"prod={tree.server.address}")
    whole = command(f"prod:{tree.root}", f"prod={tree.server.address}", "--unmask")
    assert (masked.returncode, whole.returncode) == (0, 0)
    assert (b"sesame" in masked.stdout, b"host=h" in masked.stdout) == (False, True)
    assert b"password=sesame" in whole.stdout


def test_the_api_and_the_command_line_write_the_same(shared_dash: ZkDashProcess, tree: Tree, tmp_path: Path) -> None:
    fill(tree)
    answer = shared_dash.get(f"/api/v1/clusters/prod/export?path={tree.root}")
    assert answer.headers["content-disposition"] == f'attachment; filename="prod_{tree.root[1:]}.json"'
    target = tmp_path / "export.json"
    done = command(f"prod:{tree.root}", f"prod={tree.server.address}", "-o", str(target))
    assert (done.returncode, done.stdout) == (0, b"")
    assert b"1 not for zkdash to read" in done.stderr
    assert target.read_bytes() == answer.body
    znodes = {node["path"].removeprefix(tree.root): node for node in answer.json()["znodes"]}
    assert len(znodes) == 1 + 5 + 100 + 1
    assert znodes["/a/<b>"]["data"] == "<script>"
    assert znodes["/a/none"]["data"] is None
    assert "/secret/inside" not in znodes
    assert list(tmp_path.iterdir()) == [target]


def test_a_zip_comes_by_the_api(shared_dash: ZkDashProcess, tree: Tree) -> None:
    fill(tree)
    answer = shared_dash.get(f"/api/v1/clusters/prod/export?path={tree.root}&format=zip")
    archive = zipfile.ZipFile(io.BytesIO(answer.body))
    assert archive.testzip() is None
    assert archive.read(f"{tree.root[1:]}/a/binary") == bytes(range(256))


def test_the_command_line_says_in_one_line_what_is_wrong(zookeeper: Server) -> None:
    cluster = f"prod={zookeeper.address}"
    for arguments, says in [
        (("nope", cluster), "no cluster is called nope (there are: prod)"),
        (("prod:/nope", cluster), "/nope is not there"),
        (("prod:/a/../b", cluster), "can't be names of znodes"),
        (("prod", cluster, "-o", "/nowhere/x"), "can't write /nowhere/x"),
    ]:
        done = command(*arguments)
        assert done.returncode == 1
        assert done.stdout == b""
        assert done.stderr.startswith(b"zkdash: ")
        assert says in done.stderr.decode()
        assert done.stderr.count(b"\n") == 1


def test_a_cluster_that_does_not_answer_is_said(tmp_path: Path) -> None:
    done = command("prod", f"prod=127.0.0.1:{free_port()}", "-o", str(tmp_path / "x"))
    assert (done.returncode, list(tmp_path.iterdir())) == (1, [])
    assert b"prod is LOST" in done.stderr


def test_a_lost_cluster_cuts_the_file_off(
    zkdash: MakeProcess, zookeeper: Server, tree: Tree, proxy: Callable[..., Proxy]
) -> None:
    wide(tree, 20_000, b"v" * 200)
    network = proxy(zookeeper.address)
    dash = zkdash(f"prod={network.address}{tree.root}").start()
    dash.wait_state("prod", "CONNECTED", 10)
    network.delay(0.1)
    link = http.client.HTTPConnection("127.0.0.1", dash.port, timeout=30)
    link.request("GET", "/api/v1/clusters/prod/export")
    with link.getresponse() as answer:
        answer.read(1000)
        network.refuse()
        try:
            rest = answer.read()
        except (http.client.IncompleteRead, ConnectionError) as error:
            rest = getattr(error, "partial", b"")
    link.close()
    assert b'"missing"' not in rest


def test_a_client_that_leaves_stops_the_crawl(zkdash: MakeProcess, zookeeper: Server, tree: Tree) -> None:
    wide(tree, 20_000, b"v" * 1000)
    dash = zkdash(f"prod={zookeeper.address}{tree.root}").start()
    dash.wait_state("prod", "CONNECTED", 10)
    link = http.client.HTTPConnection("127.0.0.1", dash.port, timeout=30)
    link.request("GET", "/api/v1/clusters/prod/export")
    answer = link.getresponse()
    answer.read(100_000)  # more would fill no buffer: the crawl waits for its reader
    before = packets(zookeeper)
    assert json.loads(dash.get("/api/v1/clusters/prod/znodes").body)["path"] == "/"  # others are not kept waiting
    answer.close()
    link.close()
    settled = dash.wait_for(lambda: at_rest(zookeeper), 10, "the crawl to end")
    assert settled - before < 20_000


def packets(server: Server) -> int:
    """How many packets a server has received."""
    return next(int(line.split()[1]) for line in server.four_letter("srvr").splitlines() if line.startswith("Received"))


def at_rest(server: Server) -> int | None:
    first = packets(server)
    return first if packets(server) - first <= 2 else None
