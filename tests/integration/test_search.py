"""Search on real servers: what it finds, what it says about what it can't read, and what interrupts it."""

from __future__ import annotations

import contextlib
import gzip
import http.client
import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from kazoo.security import make_digest_acl

from tests.conftest import Tree, kazoo_client
from tests.support.html import Page
from tests.support.zkdash_process import ZkDashProcess
from zkdash.demo.faults import Proxy
from zkdash.demo.servers import Server

MakeProcess = Callable[..., ZkDashProcess]
HOSTILE = ["<script>alert(1)</script>", "a b%2F?#&", "ünï☃", "..txt", "\u202egnp.exe", "'\"", "-"]


def search(dash: ZkDashProcess, **query: object) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """All hits of a search, and how it ended."""
    answer = dash.get("/api/v1/search?" + urlencode(query, doseq=True), deadline_s=60)
    assert answer.status == 200, answer.text
    *hits, end = (json.loads(line) for line in answer.body.splitlines())
    return hits, end["end"]


def found(dash: ZkDashProcess, tree: Tree, **query: object) -> list[str]:
    """The paths found in a corner of the shared server, relative to it, in order."""
    hits, end = search(dash, root=tree.root, **query)
    assert end["phase"] == "done", end
    return sorted(hit["path"].removeprefix(tree.root) for hit in hits)


def test_it_finds_by_name_data_owner_and_size(shared_dash: ZkDashProcess, tree: Tree) -> None:
    tree.make("/brokers/ids/1", b'{"host": "kafka1"}')
    tree.make("/brokers/ids/2", b"x" * 5000)
    tree.make("/config", None)
    tree.make("/live", b"here", ephemeral=True)
    owner = tree.client.client_id[0]
    assert found(shared_dash, tree, name="BROKER") == ["/brokers"]
    assert found(shared_dash, tree, name="ids/") == ["/brokers/ids/1", "/brokers/ids/2"]
    assert found(shared_dash, tree, name="[12]", name_as="glob") == ["/brokers/ids/1", "/brokers/ids/2"]
    assert found(shared_dash, tree, data="KAFKA") == ["/brokers/ids/1"]
    assert found(shared_dash, tree, data="kafka[0-9]", data_as="regex") == ["/brokers/ids/1"]
    assert found(shared_dash, tree, data="KAFKA", case=1) == []
    assert found(shared_dash, tree, larger="4k") == ["/brokers/ids/2"]
    assert found(shared_dash, tree, owner=f"0x{owner:x}") == ["/live"]
    assert found(shared_dash, tree, newer="1h", name="config") == ["/config"]
    assert found(shared_dash, tree, older="1h") == []


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_and_data_are_found_and_shown_as_text(shared_dash: ZkDashProcess, tree: Tree, name: str) -> None:
    tree.make(f"/{name}", f"<b>{name}</b>".encode())
    assert found(shared_dash, tree, name=name, data="</B>") == [f"/{name}"]
    page = Page(shared_dash.get("/search?" + urlencode({"name": name, "data": "</b>", "root": tree.root})).text)
    assert ("b", {}) not in page.tags
    assert f"/clusters/prod/znodes{tree.root}/" in "".join(page.links)


def test_a_hit_in_data_leads_to_where_it_is_in_the_data(shared_dash: ZkDashProcess, tree: Tree) -> None:
    tree.make("/long", b"hay\n" * 5000 + b"a needle & more\n")
    for data_as, find in (("text", "?find=Needle+%26"), ("regex", "")):
        page = Page(
            shared_dash.get("/search?" + urlencode({"data": "Needle &", "data_as": data_as, "root": tree.root})).text
        )
        assert [link for link in page.links if "/long" in link] == [f"/clusters/prod/znodes{tree.root}/long{find}"]
    node = shared_dash.get(f"/clusters/prod/znodes{tree.root}/long?find=Needle+%26").text
    assert "1 of 1" in node
    assert "needle &amp;</" in node


def test_a_chain_of_200_levels_is_searched_to_its_end(shared_dash: ZkDashProcess, tree: Tree) -> None:
    path = "".join(f"/d{level}" for level in range(200))
    tree.make(path, b"deepest")
    assert found(shared_dash, tree, data="deepest") == [path]
    assert found(shared_dash, tree, name="d199") == [path]


def test_what_may_not_be_read_is_counted_and_not_fatal(shared_dash: ZkDashProcess, tree: Tree) -> None:
    tree.client.add_auth("digest", "ada:right")
    tree.make("/a/locked/inside", b"needle")
    tree.make("/b", b"needle")
    tree.client.set_acls(f"{tree.root}/a/locked", [make_digest_acl("ada", "right", all=True)])
    hits, end = search(shared_dash, root=tree.root, data="needle")
    assert [hit["path"] for hit in hits] == [f"{tree.root}/b"]
    assert (end["phase"], end["clusters"][0]["denied"]) == ("done", 1)
    page = shared_dash.get("/search?" + urlencode({"data": "needle", "root": tree.root})).text
    assert "1 not for zkdash to read" in page


def test_a_root_that_is_missing_or_forbidden_fails_in_words(shared_dash: ZkDashProcess, tree: Tree) -> None:
    _, end = search(shared_dash, root=f"{tree.root}/nope", name="x")
    assert (end["phase"], end["trouble"]) == ("failed", "prod: The znode to begin at is not there.")
    tree.client.add_auth("digest", "ada:right")
    tree.make("/locked", acl=[make_digest_acl("ada", "right", all=True)])
    _, end = search(shared_dash, root=f"{tree.root}/locked", name="x")
    assert (end["phase"], "ACL" in end["trouble"]) == ("failed", True)


def test_huge_values_are_searched_whole(shared_dash: ZkDashProcess, tree: Tree) -> None:
    tree.make("/huge", b"a" * 1_000_000 + b"needle")
    assert found(shared_dash, tree, data="needle$", data_as="regex") == ["/huge"]
    assert found(shared_dash, tree, data="(a+)+c$", data_as="regex") == []  # for ever, elsewhere


def test_packed_data_is_opened_and_a_bomb_holds_nobody_up(shared_dash: ZkDashProcess, tree: Tree) -> None:
    tree.make("/packed", gzip.compress(b"x" * 1000 + b"needle"))
    for number in range(10):
        tree.make(f"/bomb{number}", gzip.compress(bytes(50_000_000)))
    hits, end = search(shared_dash, root=tree.root, data="needle")
    assert [(hit["path"], hit["packed"], hit["excerpt"]["match"]) for hit in hits] == [
        (f"{tree.root}/packed", ["gzip"], "needle")
    ]
    assert (end["phase"], end["clusters"][0]["znodes"]) == ("done", 12)
    assert "in gzip" in Page(shared_dash.get("/search?" + urlencode({"data": "needle", "root": tree.root})).text).text


def test_an_evil_expression_is_refused_on_the_page_and_by_the_api(shared_dash: ZkDashProcess) -> None:
    page = shared_dash.get("/search?name=(a)%5C1&name_as=regex")
    assert (page.status, "Back references" in page.text) == (200, True)
    answer = shared_dash.get("/api/v1/search?data=(%3F%3Da)&data_as=regex")
    assert (answer.status, "Looking ahead" in answer.json()["detail"]) == (400, True)


def test_results_come_in_pages_and_all_of_them_by_the_api(shared_dash: ZkDashProcess, tree: Tree) -> None:
    wide(tree, 250)
    query = urlencode({"name": "doc-", "root": tree.root})

    def third() -> Page | None:
        page = Page(shared_dash.get(f"/search?{query}&page=3").text)
        return page if "Page 3 of 3" in page.text and "done" in page.attribute("data-phase") else None

    page = shared_dash.wait_for(third, 10, "the third page")
    assert len([link for link in page.links if "/doc-" in link]) == 50
    hits, end = search(shared_dash, name="doc-", root=tree.root)
    assert (len(hits), end["results"]) == (250, 250)


def wide(tree: Tree, number: int, value: bytes = b"") -> None:
    """Very many children."""
    requests = []
    for start in range(0, number, 500):
        request = tree.client.transaction()
        for index in range(start, min(start + 500, number)):
            request.create(f"{tree.root}/doc-{index:06}", value)
        requests.append(request.commit_async())
    for request in requests:
        request.get(timeout=60)


def test_a_subtree_that_is_deleted_meanwhile_is_counted(shared_dash: ZkDashProcess, tree: Tree) -> None:
    wide(tree, 20_000, b"x" * 50)
    with stream(shared_dash, root=tree.root, data="x") as reader:
        assert json.loads(reader.readline())["path"].startswith(tree.root)
        for start in range(0, 20_000, 1000):
            request = tree.client.transaction()
            for index in range(start, start + 1000):
                request.delete(f"{tree.root}/doc-{index:06}")
            request.commit()
        end = json.loads(reader.read().splitlines()[-1])["end"]
    assert end["phase"] == "done"
    crawled = end["clusters"][0]
    assert crawled["znodes"] + crawled["gone"] == 20_001


@contextlib.contextmanager
def stream(dash: ZkDashProcess, **query: object) -> Iterator[http.client.HTTPResponse]:
    """A search whose lines are read as they come; who leaves has gone."""
    link = http.client.HTTPConnection("127.0.0.1", dash.port, timeout=60)
    with contextlib.closing(link):
        link.request("GET", "/api/v1/search?" + urlencode(query))
        with link.getresponse() as answer:
            yield answer


def test_a_session_lost_on_the_way_says_how_far_it_got_and_goes_on_from_there(
    own_server: Server, zkdash: MakeProcess, proxy: Callable[..., Proxy]
) -> None:
    with kazoo_client(own_server.address) as client:
        wide(Tree(own_server, client, ""), 20_000, b"v" * 200)
    network = proxy(own_server.address)
    dash = zkdash(f"prod={network.address}").start()
    dash.wait_state("prod", "CONNECTED", 10)
    query = urlencode({"data": "v", "name": "doc-"})
    network.delay(0.1)
    dash.wait_for(lambda: "so far" in Page(dash.get(f"/search?{query}").text).text, 10, "results")
    network.cut()
    failed = dash.wait_for(lambda: ended(dash, query), 10, "the search to fail")
    assert failed.attribute("data-phase")[0] == "failed"
    assert "It got as far as /doc-" in failed.text
    network.delay(0)
    dash.wait_state("prod", "CONNECTED", 20)
    assert dash.get(f"/search?{query}&run=on").status == 303
    done = dash.wait_for(lambda: ended(dash, query), 20, "the search to be done")
    assert done.attribute("data-phase")[0] == "done"
    assert "of 20,000" in done.text


def ended(dash: ZkDashProcess, query: str) -> Page | None:
    page = Page(dash.get(f"/search?{query}").text)
    return page if page.attribute("data-phase")[0] in ("done", "failed", "stopped") else None


def test_two_who_search_the_same_cluster_take_turns_and_a_client_that_leaves_frees_it(
    zkdash: MakeProcess, zookeeper: Server, tree: Tree, proxy: Callable[..., Proxy]
) -> None:
    wide(tree, 20_000, b"v" * 200)
    network = proxy(zookeeper.address)
    dash = zkdash(f"prod={network.address}{tree.root}").start()
    dash.wait_state("prod", "CONNECTED", 10)
    network.delay(0.1)
    with stream(dash, data="v") as first:
        first.readline()
        second = Page(dash.get("/search?data=x").text)
        assert "waits until another crawl of prod is done" in second.text
    network.delay(0)
    dash.wait_for(lambda: ended(dash, "data=x"), 30, "the second search")
