"""What is shared, and the wall screen, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta, timezone

import pytest
from playwright.sync_api import Page, expect

from tests.support.shared import share as share_by_form
from tests.support.zkdash_process import ZkDashProcess

OpenPage = Callable[..., Page]


def share(site: ZkDashProcess, of: str, **fields: str) -> str:
    """Make a link; gives its path."""
    return share_by_form(site.port, of, **fields)


def test_a_shared_view_is_live_and_leads_nowhere(site: ZkDashProcess, page: Page) -> None:
    page.goto(site.url(share(site, "/clusters/prod")))
    expect(page.locator("#live")).to_have_attribute("data-state", "live")
    expect(page.get_by_text("What I see")).to_be_visible()
    expect(page.locator("[href]:not(link), form, button")).to_have_count(0)


def test_the_axis_of_a_shared_view_is_in_the_zone_of_its_times(site: ZkDashProcess, open_page: OpenPage) -> None:
    page = open_page(timezone_id="Asia/Tokyo", locale="en-GB", viewport={"width": 1280, "height": 900})
    for path in ("/timeline?range=6h", share(site, "/timeline?range=6h")):
        page.goto(site.url(path))
        mark = page.locator("text[data-at][data-form=clock]:not(.axis__later)").first
        at = datetime.fromtimestamp(int(str(mark.get_attribute("data-at"))) / 1000, timezone(timedelta(hours=9)))
        expect(mark).to_have_text(f"{at:%H:%M}")


def test_a_fixed_view_needs_no_script(site: ZkDashProcess, open_page: OpenPage) -> None:
    page = open_page(java_script_enabled=False)
    page.goto(site.url(share(site, "/timeline", kind="fixed", password="sesame")))
    page.get_by_label("The password that came with the link").fill("sesame")
    page.get_by_role("button", name="Show it").click()
    expect(page.get_by_text("fixed: as it was on")).to_be_visible()


@pytest.mark.parametrize("path", ["/?view=wall", "/status/house", "a share"])
def test_exact_times_are_told_on_pages_that_stand_alone(site: ZkDashProcess, page: Page, path: str) -> None:
    page.goto(site.url(share(site, "/clusters/prod") if path == "a share" else path))
    time = page.locator("main time, header time").locator("visible=true").first
    time.hover()
    expect(page.locator("#tip")).to_have_text(re.compile(r"\d\d:\d\d:\d\d UTC"))
    page.keyboard.press("Escape")
    expect(page.locator("#tip")).to_be_hidden()


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (3840, 2160)])
def test_a_wall_screen_can_be_read_from_afar(site: ZkDashProcess, open_page: OpenPage, width: int, height: int) -> None:
    page = open_page(viewport={"width": width, "height": height})
    page.goto(site.url("/?view=wall"))
    expect(page.locator("#wall-sum")).to_have_text("1 lost, 1 connected")
    sizes = page.locator("#cluster-gone .cluster__name, #cluster-gone .state").evaluate_all(
        "all => all.map(one => parseFloat(getComputedStyle(one).fontSize))"
    )
    assert min(sizes) >= width / 1920 * 30
    assert page.evaluate("document.documentElement.scrollHeight") <= height


def test_a_shared_znode_shows_itself_and_nothing_beside_it(site: ZkDashProcess, page: Page) -> None:
    page.goto(site.url(share(site, "/clusters/prod/znodes/apps/shop/config")))
    expect(page.locator("#live")).to_have_attribute("data-state", "live")
    expect(page.get_by_role("tree")).to_have_count(0)
    expect(page.locator("#shared")).to_contain_text("/apps/shop/config")
    expect(page.locator("#shared")).to_contain_text("currency")
    for other in ("features", "Download", "motd"):
        expect(page.locator("#shared")).not_to_contain_text(other)
