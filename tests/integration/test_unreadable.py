"""Znodes that are missing, forbidden or just deleted, and clusters that can't be asked: plain and quick answers."""

from __future__ import annotations

import time
from collections.abc import Callable

from kazoo.security import make_digest_acl

from tests.conftest import Tree
from tests.support.html import Page
from tests.support.http import Answer
from tests.support.zkdash_process import ZkDashProcess
from zkdash.demo.faults import Proxy
from zkdash.demo.servers import Server

MakeProcess = Callable[..., ZkDashProcess]
MakeProxy = Callable[..., Proxy]


def problem(answer: Answer, status: int) -> dict[str, object]:
    """The problem document (RFC 9457) that an answer must be."""
    assert (answer.status, answer.headers["content-type"].split(";")[0]) == (status, "application/problem+json")
    document: dict[str, object] = answer.json()
    assert document["status"] == status
    return document


def test_a_missing_znode_is_404_with_the_way_back(shared_dash: ZkDashProcess, tree: Tree) -> None:
    tree.make("/a/b")
    answer = shared_dash.get(f"/clusters/prod/znodes{tree.root}/a/b/c/d")
    assert answer.status == 404
    links = Page(answer.text).links
    assert f"/clusters/prod/znodes{tree.root}/a/b" in links  # the nearest that is there
    assert all(shared_dash.get(link).status == 200 for link in links if not link.startswith("http"))
    problem(shared_dash.get(f"/api/v1/clusters/prod/znodes?path={tree.root}/a/b/c/d"), 404)


def test_a_znode_that_was_just_deleted_is_404_with_the_way_back(shared_dash: ZkDashProcess, tree: Tree) -> None:
    tree.make("/a/b")
    assert shared_dash.get(f"/clusters/prod/znodes{tree.root}/a/b").status == 200
    tree.client.delete(f"{tree.root}/a/b")
    answer = shared_dash.get(f"/clusters/prod/znodes{tree.root}/a/b")
    assert answer.status == 404
    assert f"/clusters/prod/znodes{tree.root}/a" in Page(answer.text).links


def test_a_forbidden_znode_is_403(shared_dash: ZkDashProcess, tree: Tree) -> None:
    tree.client.add_auth("digest", "ada:right")  # so that it can be removed again
    tree.client.add_auth("digest", "ada:right")  # so that it can be removed again
    tree.make("/secret", b"for ada alone", acl=[make_digest_acl("ada", "right", all=True)])
    answer = shared_dash.get(f"/clusters/prod/znodes{tree.root}/secret")
    assert answer.status == 403
    assert "for ada alone" not in answer.text
    assert [link for link in Page(answer.text).links if link.startswith("/clusters/prod")]
    problem(shared_dash.get(f"/api/v1/clusters/prod/znodes?path={tree.root}/secret"), 403)


def test_a_forbidden_znode_is_read_with_the_right_credentials(tree: Tree, zkdash: MakeProcess) -> None:
    tree.client.add_auth("digest", "ada:right")  # so that it can be removed again
    tree.make("/secret", b"for ada", acl=[make_digest_acl("ada", "right", all=True)])
    section = f"[zookeeper:prod]\nz_path = zookeeper://{tree.address}\nauth = ada:right\n"
    process = zkdash(config=section).start()
    process.wait_state("prod", "CONNECTED", 10)
    assert process.api("/clusters/prod/znodes", path="/secret")["data"] == "for ada"
    assert "ada:right" not in process.log


def test_a_cluster_that_does_not_exist_is_404(shared_dash: ZkDashProcess) -> None:
    assert "/" in Page(shared_dash.get("/clusters/nobody").text).links
    assert shared_dash.get("/clusters/nobody").status == 404
    problem(shared_dash.get("/api/v1/clusters/nobody"), 404)
    problem(shared_dash.get("/api/v1/events/999999"), 404)
    problem(shared_dash.get("/api/v1/nothing"), 404)


def test_a_configured_path_that_is_not_there_is_said_and_not_made(tree: Tree, zkdash: MakeProcess) -> None:
    process = zkdash(f"prod={tree.address}/not/made").start()
    process.wait_state("prod", "CONNECTED", 10)
    assert process.get("/clusters/prod/znodes/").status == 404
    assert tree.client.get_children(tree.root) == []


def test_a_lost_or_silent_cluster_is_503_within_two_seconds(
    own_server: Server, proxy: MakeProxy, zkdash: MakeProcess
) -> None:
    network = proxy(own_server.address)
    process = zkdash(f"prod={network.address}", config="[zookeeper]\nsession_timeout = 6s\n").start()
    process.wait_state("prod", "CONNECTED", 10)
    network.black_hole()
    for state in ("CONNECTED", "SUSPENDED", "LOST"):  # nobody knows of the silence at first
        process.wait_state("prod", state, 15)
        began = time.monotonic()
        answer = process.get("/api/v1/clusters/prod/znodes?path=/")
        assert time.monotonic() - began < 2.5
        document = problem(answer, 503)
        assert document["cluster"] == "prod"
        assert document["state"] == state
        assert document["since"]
        assert answer.headers["retry-after"]
    assert process.get("/clusters/prod").status == 200
    page = process.get("/clusters/prod/znodes/")
    assert page.status == 503
    assert "prod is lost" in Page(page.text).text.lower()
