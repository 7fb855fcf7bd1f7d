"""Children filtered and sorted by the JSON API, the count of a subtree, and a znode that is yet to be created."""

from __future__ import annotations

from typing import Any

from tests.conftest import Tree
from tests.integration.test_search import wide
from tests.integration.test_znodes_live import Viewer, looking
from tests.support.zkdash_process import ZkDashProcess


def listed(dash: ZkDashProcess, tree: Tree, **query: object) -> dict[str, Any]:
    answer: dict[str, Any] = dash.api("/clusters/prod/znodes", path=tree.root, **query)
    return answer


def names(answer: dict[str, Any]) -> list[str]:
    return [child["name"] for child in answer["children"]]


def test_children_are_filtered_and_sorted_by_the_api(shared_dash: ZkDashProcess, tree: Tree) -> None:
    for name, size in (("b-1", 5), ("b-2", 50), ("a", 500), ("B-3", 1)):
        tree.make(f"/{name}", bytes(size))
    assert names(listed(shared_dash, tree, filter="b-")) == ["B-3", "b-1", "b-2"]
    assert names(listed(shared_dash, tree, filter="b-", match="prefix")) == ["b-1", "b-2"]
    assert names(listed(shared_dash, tree, filter="^[ab]", match="regex", sort="-name")) == ["b-2", "b-1", "a", "B-3"]
    assert names(listed(shared_dash, tree, sort="-size")) == ["a", "b-2", "b-1", "B-3"]
    first = listed(shared_dash, tree, sort="size", limit=3)
    assert (names(first), first["matching"], first["next"], first["next_skip"]) == (["B-3", "b-1", "b-2"], 4, None, 3)
    last = listed(shared_dash, tree, sort="size", limit=3, skip=first["next_skip"])
    assert (names(last), last["next_skip"]) == (["a"], None)
    second = listed(shared_dash, tree, limit=2, filter="-", after="B-3")
    assert (names(second), second["next"]) == (["b-1", "b-2"], None)


def test_an_order_or_a_filter_that_cant_be_had_is_a_400(shared_dash: ZkDashProcess, tree: Tree) -> None:
    for query, says in (("sort=colour", "allowed are"), ("filter=(%3F%3Da)&match=regex", "Looking ahead")):
        answer = shared_dash.get(f"/api/v1/clusters/prod/znodes?path={tree.root}&{query}")
        assert (answer.status, says in answer.json()["detail"]) == (400, True)


def test_a_subtree_is_counted_by_one_request(shared_dash: ZkDashProcess, tree: Tree) -> None:
    wide(tree, 1200)
    tree.make("/doc-000000/below")
    assert shared_dash.api("/clusters/prod/count", path=tree.root) == {"path": tree.root, "znodes": 1202}
    page = f"/clusters/prod/count?path={tree.root}"
    assert "1,202 znodes" in shared_dash.get(page).text
    piece = shared_dash.get(page, HX_Request="true").text
    assert (
        piece.strip(),
        page.replace("/test", "%2Ftest") in shared_dash.get(f"/clusters/prod/znodes{tree.root}").text,
    ) == (
        "1,202 znodes",
        True,
    )
    assert shared_dash.get(f"{page}/nope").status == 404


async def test_a_znode_that_is_not_there_is_watched_until_it_is_created(shared_dash: ZkDashProcess, tree: Tree) -> None:
    missing = shared_dash.get(f"/clusters/prod/znodes{tree.root}/soon")
    assert missing.status == 404
    assert "seen%3Dmissing" in missing.text
    viewer: Viewer
    async with looking(shared_dash, f"{tree.root}/soon", seen="missing") as viewer:
        await viewer.see("node-missing", "It is watched")
        tree.make("/soon", b"now")
        assert f"/clusters/prod/znodes{tree.root}/soon" in await viewer.see("node-missing", "It is there now.")
