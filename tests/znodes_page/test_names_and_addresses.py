"""Whatever a znode is called, it is shown as text, and every link to it works."""

from __future__ import annotations

import html
from urllib.parse import quote

import pytest

from tests.support.zkdash_process import ZkDashProcess
from tests.support.znode_pages import HOSTILE, links, page, shown_path, value

# Names


@pytest.mark.parametrize("name", HOSTILE, ids=lambda name: ascii(name)[:30])
def test_every_link_to_a_hostile_name_leads_to_exactly_that_znode(zkdash: ZkDashProcess, name: str) -> None:
    path = f"/hostile/{name}"
    answer = page(zkdash, path)
    assert shown_path(answer) == path
    assert value(answer).replace("[", "").replace("]", "").startswith("data of ")
    (child,) = links(answer, "/child$")
    inner = zkdash.get(child)
    assert shown_path(inner) == f"{path}/child"
    assert value(inner) == "inner"
    # From the child back up: breadcrumb and tree spell it in the same way.
    up = child.removesuffix("/child")
    assert up in links(inner)
    assert shown_path(zkdash.get(up)) == path
    znode = zkdash.get(f"/api/v1/clusters/up/znodes?path={quote(path, safe='')}").json()
    assert (znode["path"], znode["data"]) == (path, f"data of {name}")


def test_the_list_of_children_has_a_working_link_for_every_hostile_name(zkdash: ZkDashProcess) -> None:
    answer = page(zkdash, "/hostile", query="?tab=children")
    found = {shown_path(zkdash.get(link)) for link in links(answer, "/hostile/.")}
    assert found == {f"/hostile/{name}" for name in HOSTILE}


@pytest.mark.parametrize("name", HOSTILE[:2])
def test_markup_in_a_name_stays_text(zkdash: ZkDashProcess, name: str) -> None:
    for query in ("", "?tab=children", "?tab=stat", "?tab=acl"):
        text = page(zkdash, f"/hostile/{name}", query=query).text
        assert name not in text
        assert html.escape(name).replace("&#x27;", "&#39;") in text


def test_characters_that_cannot_be_seen_are_marked_in_names(zkdash: ZkDashProcess) -> None:
    text = page(zkdash, "/hostile").text
    assert 'rtl<span class="unseen">\\u202e</span>txt' in text
    assert "\u202e" not in text
    assert "\u200b" not in text


# Addresses


@pytest.mark.parametrize(
    ("raw", "status", "says"),
    [
        ("/a%2Fb", 400, "a znode's name can't have a slash"),
        ("/%ff", 400, "isn't valid UTF-8"),
        ("/%", 400, "two hex digits"),
        ("/a/../b", 400, "never relative"),
        ("/%2e%2e", 400, "never relative"),
        ("/%00", 400, "null character"),
        ("/%01", 400, "ZooKeeper allows no character"),
        ("/" + "x" * 20_000, 400, "at most 16,000"),
        ("/data?view=pdf", 400, "allowed are json, xml, java,"),
        ("/data?offset=x", 400, "allowed are whole numbers"),
        ("/data?tab=x", 400, "allowed are data, children, stat, acl"),
        ("/data?after=%ff", 400, "isn't valid UTF-8"),
    ],
)
def test_an_address_that_can_be_no_znodes_is_refused_with_the_reason(
    zkdash: ZkDashProcess, raw: str, status: int, says: str
) -> None:
    answer = zkdash.get(f"/clusters/up/znodes{raw}")
    assert answer.status == status
    assert says in html.unescape(answer.text)


@pytest.mark.parametrize(
    ("raw", "location"),
    [
        ("//data//json", "/clusters/up/znodes/data/json"),
        ("/data/json/?view=text", "/clusters/up/znodes/data/json?view=text"),
        ("/hostile//a%252Fb", "/clusters/up/znodes/hostile/a%252Fb"),
    ],
)
def test_empty_names_lead_to_the_one_address_of_the_znode(zkdash: ZkDashProcess, raw: str, location: str) -> None:
    answer = zkdash.get(f"/clusters/up/znodes{raw}")
    assert (answer.status, answer.headers["location"]) == (308, location)


@pytest.mark.parametrize(
    ("typed", "location"),
    [
        ("/data/json", "/clusters/up/znodes/data/json"),
        ("data/json/", "/clusters/up/znodes/data/json"),
        ("/hostile/a%2Fb", "/clusters/up/znodes/hostile/a%252Fb"),
        ("/hostile/a b?#+", "/clusters/up/znodes/hostile/a%20b%3F%23%2B"),
        ("/", "/clusters/up/znodes/"),
        ("", "/clusters/up/znodes/"),
    ],
)
def test_the_path_bar_leads_to_the_path_that_was_typed(zkdash: ZkDashProcess, typed: str, location: str) -> None:
    answer = zkdash.get(f"/clusters/up/znodes?path={quote(typed, safe='')}")
    assert (answer.status, answer.headers["location"]) == (303, location)


def test_the_root_has_two_addresses(zkdash: ZkDashProcess) -> None:
    for raw in ("", "/"):
        assert shown_path(zkdash.get(f"/clusters/up/znodes{raw}")) == "/"
