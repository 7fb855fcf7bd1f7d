"""Children in pages, the tree level by level; and what is missing, forbidden, deleted or lost."""

from __future__ import annotations

import html
import re
import time

from kazoo.client import KazooClient

from tests.support.zkdash_process import ZkDashProcess
from tests.support.znode_pages import ROOT, links, page, shown_path, value

# Children and tree


def test_children_are_paged_through_by_name(zkdash: ZkDashProcess) -> None:
    seen: list[str] = []
    href = "/clusters/up/znodes/many?tab=children"
    for shown in ("1–200 of 450", "201–400 of 450", "401–450 of 450"):
        answer = zkdash.get(href)
        assert shown in answer.text
        section = answer.text.partition('<tbody class="children')[2]
        seen += re.findall(r"/znodes/many/(n\d+)\"", section)
        href = next((link for link in links(answer, "tab=children&after=") if link.endswith(seen[-1])), "")
    assert seen == [f"n{number:03}" for number in range(450)]
    assert not href


def test_children_are_found_by_how_their_names_begin(zkdash: ZkDashProcess) -> None:
    text = page(zkdash, "/many", query="?tab=children&prefix=n12").text
    assert "1–10 of 10 that begin so, 450 in all" in text
    assert "n129</a>" in text


def test_the_tree_stands_open_down_to_the_shown_znode(zkdash: ZkDashProcess) -> None:
    text = page(zkdash, "/many/n250").text
    rows = re.findall(
        r'<li role="treeitem" aria-level="(\d+)" aria-setsize="(\d+)" aria-posinset="(\d+)" aria-selected="(\w+)" '
        r'aria-label="([^"]*)"( aria-expanded="\w+")?',
        text,
    )
    assert rows[0] == ("1", "1", "1", "false", "/", ' aria-expanded="true"')
    assert ("2", "6", "5", "false", "hostile", "") not in rows
    assert [row for row in rows if row[3] == "true"] == [("3", "450", "251", "true", "n250", "")]
    assert [row[4] for row in rows if row[0] == "3"] == [f"n{number:03}" for number in range(200, 400)]
    assert "Show 200 before of 450" in text
    assert "Show 50 more of 450" in text


def test_a_level_of_the_tree_is_rows_and_a_last_one_for_more(zkdash: ZkDashProcess) -> None:
    answer = page(zkdash, "/many", query="?tree=more", HX_Request="true")
    assert answer.text.count('role="treeitem"') == 201
    assert "<html" not in answer.text
    (more,) = re.findall(r'hx-get="([^"]*tree=more[^"]*)"', answer.text)
    following = zkdash.get(html.unescape(more), HX_Request="true").text
    assert 'aria-posinset="201"' in following
    assert "Show 50 more of 450" in following
    assert "before" not in following


def test_what_goes_wrong_in_the_tree_is_a_row_that_says_so(zkdash: ZkDashProcess) -> None:
    for path, status, says in (("/acl/closed", 403, "Not allowed to read"), ("/nope", 404, "No such znode")):
        text = page(zkdash, path, status, "?tree=more", HX_Request="true").text
        assert text.strip().startswith('<li role="treeitem"')
        assert says in text


def test_a_znode_below_a_forbidden_one_is_shown(zkdash: ZkDashProcess) -> None:
    answer = page(zkdash, "/acl/hidden/child")
    assert value(answer) == "inner"
    assert "The others are not for zkdash to read" in answer.text


def test_a_deep_znode_has_a_tree_of_the_levels_above_it(zkdash: ZkDashProcess) -> None:
    path = "/deep/" + "/".join(f"l{level}" for level in range(40))
    answer = page(zkdash, path)
    assert shown_path(answer) == path
    assert answer.text.count('aria-expanded="true"') == 20
    way = answer.text.partition('class="way__list')[2].partition("</ol>")[0]
    assert [name for name in ("l0", "l1", "l2", "l33", "l34", "l38", "l39") if f">{name}<" in way] == [
        "l0",
        "l34",
        "l38",
        "l39",
    ]
    assert "33 levels more" in way


def test_htmx_gets_the_node_alone_with_the_title_of_its_page(zkdash: ZkDashProcess) -> None:
    answer = page(zkdash, "/data/json", HX_Request="true", HX_Target="div#node")
    assert "<html" not in answer.text
    assert 'role="tree"' not in answer.text
    assert "<title>/data/json · up · " in answer.text
    assert shown_path(answer) == "/data/json"


# What goes wrong


def test_a_missing_znode_has_the_way_to_the_nearest_that_is_there(zkdash: ZkDashProcess) -> None:
    answer = page(zkdash, "/data/nope/<b>/further", 404)
    assert "/data/nope/&lt;b&gt;/further is not there" in answer.text
    assert "/clusters/up/znodes/data" in links(answer)
    assert "/clusters/up/znodes/" in links(page(zkdash, "/nope", 404))


def test_a_missing_znode_is_a_fragment_for_htmx(zkdash: ZkDashProcess) -> None:
    answer = page(zkdash, "/nope", 404, HX_Request="true", HX_Target="div#node")
    assert "<html" not in answer.text
    assert "No such znode" in answer.text


def test_a_znode_that_was_just_deleted_is_missing(zkdash: ZkDashProcess, client: KazooClient) -> None:
    client.create(f"{ROOT}/brief", b"")
    page(zkdash, "/brief")
    client.delete(f"{ROOT}/brief")
    page(zkdash, "/brief", 404)


def test_a_path_that_was_configured_and_is_not_there_is_said(zkdash: ZkDashProcess) -> None:
    answer = zkdash.get("/clusters/wrong/znodes/")
    assert answer.status == 404
    assert "/nope, is not there" in answer.text
    assert zkdash.get("/clusters/wrong/znodes/a/b").status == 404


def test_a_forbidden_znode_is_a_403_with_a_way_back(zkdash: ZkDashProcess) -> None:
    answer = page(zkdash, "/acl/closed", 403)
    assert "ACL" in answer.text
    assert "/clusters/up/znodes/acl" in links(answer)


def test_a_lost_cluster_is_a_503_within_two_seconds_that_says_since_when(zkdash: ZkDashProcess) -> None:
    zkdash.wait_cause("gone", "never-connected", 30)
    began = time.monotonic()
    answer = zkdash.get("/clusters/gone/znodes/a")
    assert time.monotonic() - began < 2
    assert answer.status == 503
    assert "gone is lost" in answer.text
    assert re.search(r'since <time datetime="20', answer.text)


def test_a_cluster_that_nobody_configured_is_missing(zkdash: ZkDashProcess) -> None:
    answer = zkdash.get("/clusters/%3Cb%3E/znodes/a")
    assert answer.status == 404
    assert "No cluster is called &lt;b&gt;." in answer.text


def test_a_change_between_two_pages_is_seen(zkdash: ZkDashProcess, client: KazooClient) -> None:
    href = "/clusters/up/znodes/many?tab=children&after=n199"
    assert "201–400 of 450" in zkdash.get(href).text
    client.create(f"{ROOT}/many/n100b", b"")
    try:
        assert "202–401 of 451" in zkdash.get(href).text
    finally:
        client.delete(f"{ROOT}/many/n100b")
    assert "201–400 of 450" in zkdash.get(href).text
