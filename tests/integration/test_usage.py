"""Usage of real servers: sums, drawn and by the API."""

from __future__ import annotations

from kazoo.security import make_digest_acl

from tests.conftest import Tree
from tests.support.html import Page
from tests.support.zkdash_process import ZkDashProcess


def test_it_counts_what_a_subtree_has(shared_dash: ZkDashProcess, tree: Tree) -> None:
    tree.client.add_auth("digest", "ada:right")
    tree.make("/big/<b>", b"x" * 1_000_000)
    tree.make("/live/1", b"yy", ephemeral=True)
    tree.make("/secret/s", b"z")
    tree.client.set_acls(f"{tree.root}/secret", [make_digest_acl("ada", "right", all=True)])
    usage = shared_dash.api("/clusters/prod/usage", path=tree.root)
    assert (usage["znodes"], usage["bytes"], usage["ephemerals"]) == (5, 1_000_002, 1)
    assert usage["children"][0] == {"name": "big", "znodes": 2, "bytes": 1_000_000, "ephemerals": 0}
    assert usage["most_data"][0] == {"path": f"{tree.root}/big/<b>", "number": 1_000_000}
    assert usage["most_ephemerals"] == [{"path": f"{tree.root}/live", "number": 1}]
    assert (usage["end"]["phase"], usage["end"]["denied"]) == ("done", 1)


def test_its_page_leads_further_down_without_a_script(shared_dash: ZkDashProcess, tree: Tree) -> None:
    tree.make("/a/<script>/leaf", b"12345")
    page = Page(shared_dash.get(f"/clusters/prod/usage?path={tree.root}/a").text)
    assert page.attribute("data-phase")[0] in ("running", "done")

    def drawn() -> Page | None:
        page = Page(shared_dash.get(f"/clusters/prod/usage?path={tree.root}/a").text)
        return page if page.attribute("data-phase")[0] == "done" else None

    page = shared_dash.wait_for(drawn, 10, "the usage")
    assert f"/clusters/prod/usage?path={tree.root.replace('/', '%2F')}%2Fa%2F%3Cscript%3E" in page.links
    assert ("script", {}) not in page.tags
    assert "5 bytes" in page.text


def test_a_missing_znode_is_said(shared_dash: ZkDashProcess, tree: Tree) -> None:
    usage = shared_dash.api("/clusters/prod/usage", path=f"{tree.root}/nope")
    assert (usage["end"]["phase"], usage["end"]["trouble"]) == ("failed", "The znode to begin at is not there.")
