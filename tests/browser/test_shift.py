"""What is read doesn't jump away: no layout shift while a page comes up and becomes live, and no request elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.support.zkdash_process import ZkDashProcess

OpenPage = Callable[..., Page]
SHIFT = 0.002
WATCH = """window.shift = 0; new PerformanceObserver(list => {
    for (const entry of list.getEntries()) window.shift += entry.value;
}).observe({type: 'layout-shift', buffered: true});"""


@pytest.mark.parametrize("width", [360, 1280])
def test_nothing_shifts_while_pages_come_up(site: ZkDashProcess, open_page: OpenPage, width: int) -> None:
    page = open_page(viewport={"width": width, "height": 900}, timezone_id="America/New_York", locale="en-US")
    page.add_init_script(WATCH)
    hosts = set[str]()
    page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    shifts = {}
    for path in (
        "/",
        "/clusters/prod",
        "/clusters/gone",
        "/timeline/events/1",
        "/search",
        "/clusters/prod/znodes/apps",
    ):
        page.goto(site.url(path))
        expect(page.locator("#live")).to_have_attribute("data-state", "live")
        page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        shifts[path] = page.evaluate("window.shift")
    assert {path: shift for path, shift in shifts.items() if shift > SHIFT} == {}
    assert hosts == {urlsplit(site.url("/")).netloc}
