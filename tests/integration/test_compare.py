"""Comparing subtrees of real servers."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from kazoo.security import make_acl, make_digest_acl

from tests.conftest import Tree, kazoo_client
from tests.integration.test_search import wide
from tests.support.html import Page
from tests.support.zkdash_process import ZkDashProcess
from zkdash.demo.faults import Proxy
from zkdash.demo.servers import Server

MakeProcess = Callable[..., ZkDashProcess]


def compare(dash: ZkDashProcess, tree: Tree, **query: object) -> tuple[dict[str, dict[str, Any]], dict[str, Any]]:
    """The differences between /a and /b of a corner of the shared server, by path, and how it ended."""
    sides = {"left": f"prod:{tree.root}/a", "right": f"prod:{tree.root}/b"}
    answer = dash.get("/api/v1/compare?" + urlencode(sides | query, doseq=True), deadline_s=60)
    assert answer.status == 200, answer.text
    *found, end = (json.loads(line) for line in answer.body.splitlines())
    return {one["path"]: one for one in found}, end["end"]


def test_it_finds_what_was_added_removed_and_changed(shared_dash: ZkDashProcess, tree: Tree) -> None:
    for side, value in (("a", b"1\n"), ("b", b"2\n")):
        tree.make(f"/{side}/same", b"x")
        tree.make(f"/{side}/changed", value)
        tree.make(f"/{side}/json", b'{"at": %s, "v": 1}' % value.strip())
    tree.make("/a/gone/below/deep", b"")
    tree.make("/a/gone-too", b"")
    tree.make("/b/<script>", b"")
    tree.make("/b/same/new", b"")
    tree.make("/b/live", b"", ephemeral=True)
    found, end = compare(shared_dash, tree)
    assert {path: one["what"] for path, one in found.items()} == {
        "/<script>": "added",
        "/changed": "changed",
        "/gone": "removed",
        "/gone-too": "removed",
        "/json": "changed",
        "/live": "added",
        "/same/new": "added",
    }
    assert found["/gone"]["below"] == 2
    assert found["/changed"]["data"]["lines"] == ["@@ -1 +1 @@", "-1", "+2"]
    assert (end["added"], end["removed"], end["changed"], end["same"]) == (3, 4, 2, 2)
    found, end = compare(shared_dash, tree, fields="at", ignore=["/gone*", "/<*"], ephemerals=0)
    assert set(found) == {"/changed", "/same/new"}
    assert end["ignored"] == 4


def test_access_lists_are_compared_unless_they_dont_count(shared_dash: ZkDashProcess, tree: Tree) -> None:
    tree.make("/a/x", b"", acl=[make_acl("world", "anyone", all=True)])
    tree.make("/b/x", b"", acl=[make_acl("world", "anyone", all=True), make_acl("ip", "10.0.0.1", read=True)])
    found, _ = compare(shared_dash, tree)
    assert found["/x"]["acl"]["right"][1] == "Clients from 10.0.0.1 may read."
    assert compare(shared_dash, tree, acl=0)[0] == {}


def test_what_cant_be_read_is_unknown_and_never_called_removed(shared_dash: ZkDashProcess, tree: Tree) -> None:
    tree.client.add_auth("digest", "ada:right")
    for side in "ab":
        tree.make(f"/{side}/x/below", b"same")
    tree.client.set_acls(f"{tree.root}/b/x", [make_digest_acl("ada", "right", all=True)])
    found, end = compare(shared_dash, tree)
    assert (list(found), found["/x"]["what"], found["/x"]["sides"]) == (["/x"], "unreadable", ["right"])
    assert (end["unreadable"], end["removed"]) == (1, 0)


def test_deep_and_hostile_trees_are_compared_and_shown_as_text(shared_dash: ZkDashProcess, tree: Tree) -> None:
    path = "/<b>" + "".join(f"/d{level}" for level in range(200))
    tree.make(f"/a{path}", b"<script>1</script>")
    tree.make(f"/b{path}", b"<script>2</script>")
    assert list(compare(shared_dash, tree)[0]) == [path]
    query = urlencode({"left": f"prod:{tree.root}/a", "right": f"prod:{tree.root}/b"})
    page = Page(shared_dash.get(f"/compare?{query}").text)
    assert ("script", {}) not in page.tags
    assert "<script>2</script>" in page.text


def test_a_missing_side_is_said(shared_dash: ZkDashProcess, tree: Tree) -> None:
    tree.make("/a", b"")
    _, end = compare(shared_dash, tree)
    assert (end["phase"], end["right"]["trouble"]) == ("failed", f"{tree.root}/b is not there.")


def test_a_side_lost_on_the_way_says_how_far_it_got_and_goes_on_from_there(
    own_server: Server, zkdash: MakeProcess, proxy: Callable[..., Proxy]
) -> None:
    with kazoo_client(own_server.address) as client:
        client.create("/b", b"")
        wide(Tree(own_server, client, ""), 5_000, b"v")
        wide(Tree(own_server, client, "/b"), 4_990, b"v")
    network = proxy(own_server.address)
    dash = zkdash(f"far={network.address}", f"near={own_server.address}/b").start()
    for name in ("far", "near"):
        dash.wait_state(name, "CONNECTED", 10)
    network.delay(0.05)
    query = urlencode({"left": "far:/", "right": "near:/", "acl": 0})

    def page() -> Page:
        return Page(dash.get(f"/compare?{query}").text)

    dash.wait_for(lambda: "removed" in page().text and "added0 removed" not in page().text, 10, "it to run")
    network.refuse()
    dash.wait_for(lambda: page().attribute("data-phase")[0] == "failed", 15, "it to fail")
    assert "It got as far as" in page().text
    network.heal()
    network.delay(0)
    dash.wait_state("far", "CONNECTED", 20)
    assert dash.get(f"/compare?{query}&run=on").status == 303
    dash.wait_for(lambda: page().attribute("data-phase")[0] in ("done", "failed"), 30, "it to end")
    answer = dash.get(f"/api/v1/compare?{query}", deadline_s=30)
    end = json.loads(answer.body.splitlines()[-1])["end"]
    assert (end["phase"], end["same"] + end["changed"]) == ("done", 4_991)
    assert end["added"] == 0
