"""A host of 120 characters and a path of 200 on every page: nothing spills, both ends are seen, all of it is copied."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import kazoo_client
from tests.support.spills import SPILLS, fits
from tests.support.zkdash_process import ZkDashProcess
from zkdash.demo.servers import Server

OpenPage = Callable[..., Page]
HOST = ("zookeeper-0." + "production-eu-central-1." * 5)[:110] + ".test:2181"
PATH = "/shops/" + "configuration-of-all-services/" * 6 + "feature-flags"
PAGES = {
    "overview": "/",
    "wall": "/?view=wall",
    "cluster": "/clusters/far",
    "server": "/clusters/far/servers/HOST",
    "charts": "/clusters/far/charts",
    "clients": "/clusters/far/clients",
    "timeline": "/timeline",
    "alerts": "/alerts",
    "history of alerts": "/alerts/history",
    "incident": "/alerts/incidents/1",
    "event": "/timeline/events/4",
    "znodes of it": "/clusters/far/znodes/",
    "znode": "/clusters/prod/znodesPATH",
    "stat": "/clusters/prod/znodesPATH?tab=stat",
    "children": "/clusters/prod/znodesPATH?tab=children",
    "held by": "/clusters/prod/holder?path=PATH",
    "watchers": "/clusters/prod/watchers?path=PATH",
    "count": "/clusters/prod/count?path=PATH",
    "usage": "/clusters/prod/usage?path=PATH",
    "search": "/search?name=flags&cluster=prod",
    "compare": "/compare?left=prod:PATH&right=prod:/shops",
    "go": "/go?q=HOST",
    "silences": "/alerts/silences",
    "saved views": "/views?of=/clusters/prod/znodesPATH",
    "new share": "/shares/new?of=/clusters/prod/znodesPATH",
    "status": "/status/house",
}
WITHOUT = ("/?view=wall", "/alerts/silences", "/status/house")
"""Where none of them is said in this state."""
WIDTHS = (360, 1280)
BOTH_ENDS = """() => [...document.querySelectorAll('.short')].filter(one => one.checkVisibility()).flatMap(one => {
    const [all, tail] = [one.getBoundingClientRect(), one.querySelector('.short__tail').getBoundingClientRect()];
    const start = document.createRange();
    start.selectNodeContents(one.firstChild);
    const apart = start.getClientRects()[0].right <= tail.left + 1;
    const inside = apart && tail.left >= all.left + 20 && tail.right <= all.right + 1 && tail.height <= all.height + 1;
    const seen = inside && all.right <= innerWidth + 1;
    return seen ? [] : [[one.dataset.whole, all.left, all.right, tail.left, tail.right]];
})"""
SELECTED = """one => {
    const selection = getSelection();
    selection.selectAllChildren(one);
    document.execCommand('copy');
    return selection.toString();
}"""


@pytest.fixture(scope="module")
def site(zookeeper: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ZkDashProcess]:
    """A zkdash with a cluster whose only server nobody finds by its long name, and one with a long path."""
    assert (len(HOST), len(PATH)) == (120, 200)
    with kazoo_client(zookeeper.address) as client:
        client.create(f"/longnames{PATH}", b"1", makepath=True)
        config = f"""\
[web]
listen = 127.0.0.1:0
components = yes
[zookeeper]
session_timeout = 2s
[zookeeper:prod]
z_path = zookeeper://{zookeeper.address}/longnames
[zookeeper:far]
servers = {HOST}
[status:house]
clusters = *
public = yes
"""
        process = ZkDashProcess(tmp_path_factory.mktemp("long"), config).start(60)
        try:
            process.wait_state("prod", "CONNECTED", 10)
            process.wait_cause("far", "never-connected", 10)
            yield process
        finally:
            process.close()
            client.delete("/longnames", recursive=True)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES)
def test_nothing_spills_and_both_ends_are_seen(site: ZkDashProcess, same_page: Page, path: str, width: int) -> None:
    same_page.set_viewport_size({"width": width, "height": 900})
    answer = same_page.goto(site.url(path.replace("HOST", quote(HOST, safe="")).replace("PATH", PATH)))
    assert answer is not None
    assert answer.status == (503 if "far/znodes" in path else 200)
    if path not in WITHOUT:
        expect(same_page.locator("main .short")).not_to_have_count(0)
    fits(same_page, width)
    assert same_page.evaluate(SPILLS) == []
    assert same_page.evaluate(BOTH_ENDS) == []


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(
    ("path", "place", "whole"),
    [
        ("/clusters/far", "#servers .short", HOST),
        ("/clusters/far", "#facts .short", HOST),
        (f"/clusters/far/servers/{quote(HOST, safe='')}", "h1 .short", HOST),
        (f"/clusters/prod/count?path={PATH}", "h2 .short", PATH),
        ("/components", ".piece .short", ""),
    ],
)
def test_what_is_selected_is_copied_whole(
    site: ZkDashProcess, open_page: OpenPage, path: str, place: str, whole: str, width: int
) -> None:
    page = open_page(viewport={"width": width, "height": 900}, permissions=["clipboard-read", "clipboard-write"])
    page.goto(site.url(path))
    one = page.locator(place).first
    whole = whole or str(one.get_attribute("data-whole"))
    assert one.evaluate(SELECTED) == whole
    assert page.evaluate("navigator.clipboard.readText()") == whole


def test_a_link_is_called_by_the_whole(site: ZkDashProcess, page: Page) -> None:
    page.goto(site.url("/clusters/far"))
    expect(page.locator("#servers a")).to_have_accessible_name(HOST)


def test_the_whole_is_told_to_who_points_at_it(site: ZkDashProcess, open_page: OpenPage) -> None:
    page = open_page(viewport={"width": 360, "height": 900})
    page.goto(site.url("/clusters/far"))
    page.locator("#facts .short").first.hover()
    expect(page.locator("#tip")).to_have_text(HOST)
    page.keyboard.press("Escape")
    expect(page.locator("#tip")).not_to_be_visible()
