"""A znode's data in a browser: find, copy, links to lines."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.support.zkdash_process import ZkDashProcess

JSON = "/clusters/prod/znodes/clusterprops.json"


def test_what_is_searched_for_is_found_without_a_reload(site: ZkDashProcess, page: Page) -> None:
    page.goto(site.url(JSON))
    page.evaluate("window.neverReloaded = true")
    page.get_by_role("searchbox", name="Find in the data").fill("URLscheme")
    page.keyboard.press("Enter")
    expect(page.locator(".found--current")).to_have_text("urlScheme")
    expect(page.locator(".found--current")).to_be_in_viewport()
    assert "find=URLscheme" in page.url
    assert page.evaluate("window.neverReloaded")


def test_a_line_is_linked_to_by_its_number(site: ZkDashProcess, page: Page) -> None:
    page.goto(site.url(JSON))
    page.locator("#L2 .line__no").click()
    expect(page.locator(".line:target")).to_have_id("L2")
    assert page.url.endswith(f"{JSON}#L2")


def test_all_of_the_data_is_copied(site: ZkDashProcess, open_page: OpenPage) -> None:
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    page.goto(site.url(f"{JSON}?view=hex"))
    button = page.get_by_role("button", name="Copy", exact=True)
    button.click()
    expect(button).to_have_attribute("data-local", "copied")
    assert page.evaluate("navigator.clipboard.readText()").startswith("00000000  7b")


def test_lines_are_wrapped_or_not_as_the_address_says(site: ZkDashProcess, page: Page) -> None:
    page.goto(site.url(JSON))
    page.get_by_role("link", name="Don't wrap lines").click()
    expect(page.get_by_role("link", name="Wrap lines", exact=True)).to_be_visible()
    assert page.url.endswith("wrap=no")
