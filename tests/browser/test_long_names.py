"""Hosts and paths that are longer than their place lose their middle, keep their end, and are copied whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import kazoo_client
from tests.support.spills import SPILLS
from tests.support.zkdash_process import ZkDashProcess
from zkdash.demo.servers import Server

OpenPage = Callable[..., Page]
HOST = f"{'zookeeper-of-the-orders-' * 2}shop.{'region-' * 5}north.internal.example"
SERVER = f"{HOST}:21819"
DEEP = "/long" + "".join(f"/a-rather-long-name-{level}" for level in range(9))
WIDTHS = (360, 1280)


@pytest.fixture(scope="module")
def far(zookeeper: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ZkDashProcess]:
    """deep has a long path of its own and a deep tree, far a server of a long name that nobody knows."""
    with kazoo_client(zookeeper.address) as client:
        client.create(f"{DEEP}{DEEP}/needle", b"found", makepath=True)
        config = f"""\
[zookeeper:deep]
servers = {zookeeper.address}
path = {DEEP}
[zookeeper:far]
servers = {SERVER}, {HOST}:21820, {HOST}:21821
"""
        process = ZkDashProcess(tmp_path_factory.mktemp("far"), config).start(60)
        try:
            process.wait_state("deep", "CONNECTED", 10)
            yield process
        finally:
            process.close()
            client.delete("/long", recursive=True)


PAGES = {
    "/": None,
    "/clusters/far": SERVER,
    "/clusters/deep": DEEP,
    f"/clusters/far/servers/{SERVER}": SERVER,
    "/clusters/far/charts": SERVER,
    "/search?cluster=deep&name=needle": f"{DEEP}/needle",
    "/clusters/deep/usage?path=/": None,
    f"/go?q=deep {DEEP}/": None,
    f"/clusters/deep/znodes{DEEP}": None,
    "/timeline": None,
    "/?view=wall": None,
    "/alerts": None,
}


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("width", WIDTHS)
def test_a_long_name_fits_and_its_end_is_seen(far: ZkDashProcess, same_page: Page, path: str, width: int) -> None:
    same_page.set_viewport_size({"width": width, "height": 900})
    same_page.goto(far.url(path))
    whole = PAGES[path]
    if whole is not None:
        one = same_page.locator(f'[data-whole="{whole}"]').filter(visible=True).first
        expect(one).to_be_visible()
        end = one.locator(".short__tail")
        expect(end).to_have_text(whole[-24 if whole.startswith("/") else -14 :])
        outer, inner = one.bounding_box(), end.bounding_box()
        assert outer is not None
        assert inner is not None
        assert inner["x"] + inner["width"] <= outer["x"] + outer["width"] + 1
        assert inner["y"] < outer["y"] + outer["height"] / 2, "the end has wrapped out of sight"
        assert one.text_content() == whole
    assert same_page.evaluate("document.documentElement.scrollWidth") <= width
    assert same_page.evaluate(SPILLS) == []


@pytest.mark.parametrize("width", WIDTHS)
def test_what_is_selected_is_copied_whole(far: ZkDashProcess, open_page: OpenPage, width: int) -> None:
    page = open_page(viewport={"width": width, "height": 900}, permissions=["clipboard-read", "clipboard-write"])
    page.goto(far.url("/clusters/far"))
    one = page.locator(f'[data-whole="{SERVER}"]').filter(visible=True).first
    one.evaluate(
        """element => {
            const [head, tail] = [element.firstChild, element.querySelector(".short__tail").firstChild];
            getSelection().setBaseAndExtent(head, 0, tail, tail.length);
        }"""
    )
    page.keyboard.press("ControlOrMeta+c")
    assert page.evaluate("navigator.clipboard.readText()") == SERVER


def test_the_whole_is_told_to_who_asks(far: ZkDashProcess, open_page: OpenPage) -> None:
    page = open_page(viewport={"width": 360, "height": 900})
    page.goto(far.url("/clusters/far"))
    one = page.locator(f'[data-whole="{SERVER}"]').filter(visible=True).first
    one.hover()
    expect(page.locator("#tip")).to_have_text(SERVER)
    page.keyboard.press("Escape")
    expect(page.locator("#tip")).not_to_be_visible()
