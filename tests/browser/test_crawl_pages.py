"""Search, comparison and usage in a real browser: accessible, fit for a phone, live, and plain without a script."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.support.axe import violations
from tests.support.spills import fits
from tests.support.zkdash_process import ZkDashProcess

OpenPage = Callable[..., Page]
PAGES = {
    "search asked nothing": "/search",
    "search": "/search?cluster=prod&name=a&data=e",
    "search asked badly": "/search?name=(&name_as=regex&newer=soon",
    "search that fails": "/search?cluster=prod&name=x&root=/nowhere",
    "search that was stopped": "/search?name=never&run=stop",
    "compare asked nothing": "/compare",
    "compare": "/compare?left=prod:/apps&right=prod:/",
    "compare asked badly": "/compare?left=nope:/&right=prod:/",
    "usage": "/clusters/prod/usage",
    "usage of a missing znode": "/clusters/prod/usage?path=/nowhere",
}


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES)
def test_a_page_of_a_crawl_is_accessible_in_both_themes_on_a_phone(
    site: ZkDashProcess, open_page: OpenPage, path: str
) -> None:
    page = open_page(viewport={"width": 360, "height": 740}, reduced_motion="reduce")
    page.goto(site.url(path))
    if "run" not in path and page.locator("#run").count():
        expect(page.locator("#run[data-phase=done], #run[data-phase=failed]")).to_be_visible()
    fits(page, 360)
    assert violations(page) == {}


def test_a_search_by_the_keyboard_shows_results_and_a_short_address(site: ZkDashProcess, open_page: OpenPage) -> None:
    page = open_page()
    page.goto(site.url("/search"))
    page.get_by_label("Name", exact=True).fill("logo")
    page.keyboard.press("Enter")
    expect(page).to_have_url(site.url("/search?name=logo"))
    expect(page.get_by_role("link", name="/apps/shop/logo.png")).to_be_visible()
    expect(page.locator("#run")).not_to_have_attribute("data-phase", "running")


def test_a_search_needs_no_script(site: ZkDashProcess, open_page: OpenPage) -> None:
    page = open_page(java_script_enabled=False)
    page.goto(site.url("/search?cluster=prod&name=logo"))
    expect(page.get_by_role("link", name="/apps/shop/logo.png")).to_be_visible()
