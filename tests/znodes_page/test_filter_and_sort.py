"""A list of children by filter and order, what is known of each, quotas, and paths that are completed."""

from __future__ import annotations

import html
import re

import pytest
from kazoo.client import KazooClient

from tests.support.zkdash_process import ZkDashProcess
from tests.support.znode_pages import ROOT, links, page
from zkdash.demo.server import Server
from zkdash.zookeeper.features import version_in

NAMES = re.compile(r'<th scope="row"[^>]*><a[^>]*>([^<]*)</a>')


@pytest.fixture(scope="module", autouse=True)
def sorted_tree(client: KazooClient) -> None:
    client.create(f"{ROOT}/sort", b"")
    for name, size in (("b", 30), ("a", 20), ("c", 10), ("d", 20)):
        client.create(f"{ROOT}/sort/{name}", b"x" * size)
    client.create(f"{ROOT}/sort/a/inner", b"")


@pytest.fixture
def has_stats(zookeeper: Server) -> None:
    if version_in(zookeeper.four_letter("srvr")) < (3, 6, 0):
        pytest.skip("nothing is read of each child before 3.6")


def names(zkdash: ZkDashProcess, path: str, query: str) -> list[str]:
    return NAMES.findall(page(zkdash, path, query=f"?tab=children&{query}").text)


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("name", "abcd"),
        ("-name", "dcba"),
        ("size", "cadb"),
        ("-size", "badc"),
        ("-children", "abcd"),
    ],
)
def test_children_are_sorted_as_the_address_says(zkdash: ZkDashProcess, sort: str, expected: str) -> None:
    assert "".join(names(zkdash, "/sort", f"sort={sort}")) == expected


@pytest.mark.parametrize(("sort", "field"), [("created", "ctime"), ("modified", "mtime")])
def test_children_are_sorted_by_time(zkdash: ZkDashProcess, client: KazooClient, sort: str, field: str) -> None:
    times = {name: getattr(client.get(f"{ROOT}/sort/{name}")[1], field) for name in "abcd"}
    assert names(zkdash, "/sort", f"sort={sort}") == sorted("abcd", key=times.__getitem__)
    assert names(zkdash, "/sort", f"sort=-{sort}") == sorted("abcd", key=times.__getitem__, reverse=True)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("filter=12", [f"n{number:03}" for number in range(450) if "12" in f"{number:03}"]),
        ("filter=n44%3F&match=glob", [f"n44{digit}" for digit in range(10)]),
        ("filter=44[13]%24&match=regex", ["n441", "n443"]),
        ("filter=n44&match=prefix&sort=-name", [f"n44{digit}" for digit in reversed(range(10))]),
    ],
)
def test_children_are_filtered_by_the_server(zkdash: ZkDashProcess, query: str, found: list[str]) -> None:
    assert names(zkdash, "/many", query) == found


def test_a_filtered_and_sorted_list_has_pages(zkdash: ZkDashProcess) -> None:
    seen: list[str] = []
    href = "/clusters/up/znodes/many?tab=children&filter=n&sort=-name"
    for shown in ("1–200 of 450", "201–400 of 450", "401–450 of 450"):
        answer = zkdash.get(href)
        assert shown in answer.text
        seen += NAMES.findall(answer.text)
        href = next((link for link in links(answer, "skip=") if link.endswith(f"skip={len(seen)}")), "")
    assert seen == [f"n{number:03}" for number in reversed(range(450))]


def test_an_expression_that_is_none_is_explained(zkdash: ZkDashProcess) -> None:
    assert "Not a regular expression" in page(zkdash, "/many", query="?tab=children&filter=(&match=regex").text
    assert "Back references" in page(zkdash, "/many", query="?tab=children&filter=(a)%5C1&match=regex").text


@pytest.mark.parametrize("query", ["sort=colour", "match=fuzzy", "skip=-1"])
def test_what_is_no_order_is_refused(zkdash: ZkDashProcess, query: str) -> None:
    page(zkdash, "/many", 400, f"?tab=children&{query}")


def test_the_tree_says_what_a_znode_is(zkdash: ZkDashProcess, has_stats: None) -> None:
    text = page(zkdash, "/").text
    assert re.search(r'aria-label="ephemeral" aria-description="ephemeral, 0 children"', text)
    assert re.search(r'aria-label="many" aria-expanded="false" aria-description="450 children"', text)


def test_large_data_of_children_does_not_keep_their_stats_away(
    zkdash: ZkDashProcess, client: KazooClient, has_stats: None
) -> None:
    client.create(f"{ROOT}/large", b"")
    for number in range(40):
        client.create(f"{ROOT}/large/n{number:02}", b"x" * 200_000)
    text = page(zkdash, "/large", query="?tab=children").text
    assert text.count("200,000 B") == 40
    client.delete(f"{ROOT}/large", recursive=True)


def test_a_path_that_is_typed_is_completed(zkdash: ZkDashProcess) -> None:
    def completions(path: str) -> list[str]:
        answer = zkdash.get(f"/clusters/up/znodes?complete=1&path={path}", HX_Request="true")
        assert answer.status == 200
        return [html.unescape(value) for value in re.findall(r'value="([^"]*)"', answer.text)]

    assert completions("/many/n44") == [f"/many/n44{digit}" for digit in range(10)]
    assert completions("/so") == ["/sort"]
    assert len(completions("/many/")) == 20
    for nothing in ("/nope/x", "/acl/hidden/", "/../x", ""):
        assert completions(nothing) in ([], completions("/"))


def test_a_quota_that_can_not_be_seen_is_not_said_to_be_none(zkdash: ZkDashProcess) -> None:
    assert "not known: zkdash sees only" in page(zkdash, "/many", query="?tab=stat").text


def test_a_quota_and_how_near_it_is(shared_dash: ZkDashProcess, root_client: KazooClient) -> None:
    root_client.ensure_path(f"/zookeeper/quota{ROOT}")
    root_client.create(f"/zookeeper/quota{ROOT}/zookeeper_limits", b"count=200000,bytes=-1")
    root_client.create(f"/zookeeper/quota{ROOT}/zookeeper_stats", b"count=1000,bytes=5")
    try:
        text = shared_dash.get(f"/clusters/prod/znodes{ROOT}/many?tab=stat").text
        found = re.search(r"([\d,]+) of 200,000 znodes.*? ([\d,]+) %", text)
        assert found
        count, _ = root_client.get(f"/zookeeper/quota{ROOT}/zookeeper_stats")  # the server counts by itself
        used = int(re.findall(rb"count=(\d+)", count)[0])
        assert (found[1], found[2]) == (f"{used:,}", f"{used * 100 // 200_000}")
    finally:
        root_client.delete(f"/zookeeper/quota{ROOT}", recursive=True)
