"""What happens to a crawl on its way, whatever it is for: its subtree goes, its cluster goes, others crawl too."""

from __future__ import annotations

import contextlib
import http.client
import json
import re
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.conftest import Tree, kazoo_client
from tests.integration.test_export import packets
from tests.integration.test_search import wide
from tests.support.html import Page
from tests.support.trees import delete_tree
from tests.support.zkdash_process import ZkDashProcess
from zkdash.demo.children import python_environment
from zkdash.demo.faults import Proxy
from zkdash.demo.servers import Server

REPO = Path(__file__).parents[2]
NUMBER = 4_000
ALL = NUMBER + 1


class Scene:
    """A zkdash that sees the shared server twice: as "far" over a slow network, and as "near"."""

    def __init__(self, server: Server, network: Proxy, dash: ZkDashProcess) -> None:
        self.server, self.network, self.dash = server, network, dash

    def slow(self) -> None:
        self.network.delay(0.1)

    def quick(self) -> None:
        self.network.delay(0)

    def wait_under_way(self, page: Callable[[], Page]) -> None:
        """Until a crawl of NUMBER children has read more than their parent."""

        def seen() -> bool:
            said = re.search(rf"([\d,]+) of {ALL:,} znodes", page().text)
            return said is not None and int(said[1].replace(",", "")) > 1

        self.dash.wait_for(seen, 10, "it to be under way")

    def lose(self) -> None:
        self.network.cut()

    def back(self) -> None:
        self.quick()
        self.dash.wait_state("far", "CONNECTED", 20)


@pytest.fixture(scope="module")
def life(zookeeper: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with Proxy(zookeeper.address) as network:
        dash = ZkDashProcess(
            tmp_path_factory.mktemp("dash"), "", f"far={network.address}", f"near={zookeeper.address}"
        ).start()
        try:
            for name in ("far", "near"):
                dash.wait_state(name, "CONNECTED", 10)
            yield Scene(zookeeper, network, dash)
        finally:
            dash.close()


@pytest.fixture
def scene(life: Scene) -> Iterator[Scene]:
    yield life
    life.back()


@pytest.fixture
def wood(zookeeper: Server) -> Iterator[Tree]:
    """A corner of the server with NUMBER children."""
    root = f"/wood-{uuid.uuid4().hex[:12]}"
    with kazoo_client(zookeeper.address) as client:
        client.create(root, b"")
        tree = Tree(zookeeper, client, root)
        wide(tree, NUMBER, b"x" * 100)
        yield tree
        delete_tree(client, root)


def cut_down(tree: Tree) -> None:
    """Delete the children."""
    for start in range(0, NUMBER, 1000):
        request = tree.client.transaction()
        for index in range(start, min(start + 1000, NUMBER)):
            request.delete(f"{tree.root}/doc-{index:06}")
        request.commit()


def usage_page(scene: Scene, tree: Tree, **query: object) -> Page:
    return Page(scene.dash.get(f"/clusters/far/usage?{urlencode({'path': tree.root} | query)}").text)


def compare_query(tree: Tree) -> str:
    return urlencode({"left": f"far:{tree.root}", "right": f"near:{tree.root}", "acl": 0})


def end_of_comparison(scene: Scene, tree: Tree) -> dict[str, Any]:
    answer = scene.dash.get(f"/api/v1/compare?{compare_query(tree)}", deadline_s=60)
    end: dict[str, Any] = json.loads(answer.body.splitlines()[-1])["end"]
    return end


@contextlib.contextmanager
def download(scene: Scene, tree: Tree, cluster: str = "far", **query: object) -> Iterator[http.client.HTTPResponse]:
    """An export that is read as it comes."""
    link = http.client.HTTPConnection("127.0.0.1", scene.dash.port, timeout=60)
    with contextlib.closing(link):
        link.request("GET", f"/api/v1/clusters/{cluster}/export?{urlencode({'path': tree.root} | query)}")
        with link.getresponse() as answer:
            yield answer


def znodes_of(body: bytes) -> list[str]:
    return [node["path"] for node in json.loads(body)["znodes"]]


# Its subtree is deleted


def test_usage_counts_what_is_deleted_meanwhile(scene: Scene, wood: Tree) -> None:
    scene.slow()
    scene.wait_under_way(lambda: usage_page(scene, wood))
    cut_down(wood)
    scene.quick()
    found = scene.dash.api("/clusters/far/usage", path=wood.root)
    assert (found["end"]["phase"], found["znodes"] + found["end"]["gone"]) == ("done", ALL)
    assert found["end"]["gone"] > 0
    assert f"{found['end']['gone']:,} deleted meanwhile" in usage_page(scene, wood).text


def test_a_comparison_counts_what_is_deleted_meanwhile(scene: Scene, wood: Tree) -> None:
    scene.slow()
    page = f"/compare?{compare_query(wood)}"
    scene.wait_under_way(lambda: Page(scene.dash.get(page).text))
    cut_down(wood)
    scene.quick()
    end = end_of_comparison(scene, wood)
    assert (end["phase"], end["unreadable"], end["changed"]) == ("done", 0, 0)
    for side in ("left", "right"):
        assert end[side]["znodes"] + end[side]["gone"] == ALL
    assert end["left"]["gone"] > 0
    assert end["same"] + end["added"] == end["right"]["znodes"]


def test_an_export_is_whole_and_says_what_was_deleted_meanwhile(scene: Scene, wood: Tree) -> None:
    scene.slow()
    with download(scene, wood) as answer:
        begin = answer.read(1000)
        cut_down(wood)
        scene.quick()
        body = begin + answer.read()
    gone = json.loads(body)["missing"]["gone"]
    assert gone > 0
    assert len(znodes_of(body)) + gone == ALL


def test_a_subtree_of_which_nothing_is_left_ends_all_of_them_in_words(scene: Scene, wood: Tree) -> None:
    scene.slow()
    scene.wait_under_way(lambda: usage_page(scene, wood))
    delete_tree(wood.client, wood.root)
    scene.quick()
    found = scene.dash.api("/clusters/far/usage", path=wood.root)
    assert (found["end"]["phase"], found["znodes"] + found["end"]["gone"]) == ("done", ALL)
    end = end_of_comparison(scene, wood)
    assert end["phase"] == "failed"
    assert f"{wood.root} is not there." in (end["left"]["trouble"], end["right"]["trouble"])
    with download(scene, wood) as answer:
        assert answer.status == 404
    wood.client.create(wood.root, b"")


# Its cluster is lost


def test_usage_that_was_cut_off_says_how_far_it_got_goes_on_or_begins_again(scene: Scene, wood: Tree) -> None:
    def failed() -> Page | None:
        page = usage_page(scene, wood)
        return page if page.attribute("data-phase")[0] == "failed" else None

    scene.slow()
    scene.wait_under_way(lambda: usage_page(scene, wood))
    scene.lose()
    page = scene.dash.wait_for(failed, 10, "it to fail")
    assert f"It got as far as {wood.root}/doc-" in page.text
    assert "Go on from there" in page.text
    assert "Count again" in page.text
    scene.back()
    for run in ("on", "again"):
        assert scene.dash.get(f"/clusters/far/usage?{urlencode({'path': wood.root, 'run': run})}").status == 303
        found = scene.dash.api("/clusters/far/usage", path=wood.root)
        assert (found["end"]["phase"], found["znodes"], found["bytes"]) == ("done", ALL, NUMBER * 100)


def test_a_comparison_that_was_cut_off_begins_again_where_that_is_wished(scene: Scene, wood: Tree) -> None:
    def failed() -> Page | None:
        page = Page(scene.dash.get(f"/compare?{compare_query(wood)}").text)
        return page if page.attribute("data-phase")[0] == "failed" else None

    scene.slow()
    page = f"/compare?{compare_query(wood)}"
    scene.wait_under_way(lambda: Page(scene.dash.get(page).text))
    scene.lose()
    assert "It got as far as" in scene.dash.wait_for(failed, 10, "it to fail").text
    scene.back()
    assert scene.dash.get(f"{page}&run=again").status == 303
    end = end_of_comparison(scene, wood)
    assert (end["phase"], end["same"], end["left"]["znodes"]) == ("done", ALL, ALL)


def test_an_export_that_waits_for_its_cluster_goes_on_where_it_stood(scene: Scene, wood: Tree) -> None:
    with download(scene, wood, "near", stat=0, acl=0) as answer:
        whole = answer.read().replace(b'"near"', b'"far"', 1)
    scene.slow()
    with download(scene, wood, stat=0, acl=0, wait=30) as answer:
        begin = answer.read(1000)
        scene.lose()
        scene.back()
        assert begin + answer.read() == whole


def test_an_export_on_the_command_line_says_how_far_it_got(scene: Scene, wood: Tree, tmp_path: Path) -> None:
    scene.slow()
    target = tmp_path / "export.json"
    part = tmp_path / "export.json.part"
    command = [sys.executable, "-m", "zkdash", "export", f"far:{wood.root}", f"far={scene.network.address}"]
    running = subprocess.Popen(
        [*command, "-o", str(target)], stderr=subprocess.PIPE, env=python_environment(PYTHONPATH=str(REPO))
    )
    with running:
        scene.dash.wait_for(lambda: part.exists() and part.stat().st_size > 10_000, 20, "a part of the file")
        scene.lose()
        _, said = running.communicate(timeout=30)
    assert running.returncode == 1
    assert f"it got as far as {wood.root}/doc-".encode() in said
    assert list(tmp_path.iterdir()) == []


# Others crawl the same tree


def test_two_who_want_the_usage_of_the_same_tree_share_one_crawl(scene: Scene, wood: Tree) -> None:
    before = packets(scene.server)
    scene.dash.api("/clusters/near/usage", path=wood.root)
    alone = packets(scene.server) - before
    scene.slow()
    before = packets(scene.server)
    with ThreadPoolExecutor() as both:
        one, other = both.map(lambda _: scene.dash.api("/clusters/far/usage", path=wood.root), range(2))
    assert one == other
    # The slow one lasts longer, and has some pings more: two of them would be beyond twice as much.
    assert packets(scene.server) - before <= 2 * alone


def test_an_export_a_comparison_and_a_usage_of_the_same_tree_at_once_are_all_right(scene: Scene, wood: Tree) -> None:
    def exported() -> bytes:
        with download(scene, wood) as answer:
            return answer.read()

    with ThreadPoolExecutor() as crawls:
        one, other = crawls.submit(exported), crawls.submit(exported)
        compared = crawls.submit(end_of_comparison, scene, wood)
        used = crawls.submit(scene.dash.api, "/clusters/far/usage", path=wood.root)
        assert one.result() == other.result()
        assert len(znodes_of(one.result())) == ALL
        assert (compared.result()["phase"], compared.result()["same"]) == ("done", ALL)
        assert used.result()["znodes"] == ALL
