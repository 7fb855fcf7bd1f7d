"""The way around: the box that goes anywhere, the keys, and both without a mouse."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.support.axe import violations
from tests.support.keyboard import keys
from tests.support.zkdash_process import ZkDashProcess

OpenPage = Callable[..., Page]


def test_the_box_goes_to_a_cluster_by_a_few_letters(site: ZkDashProcess, page: Page) -> None:
    page.goto(site.url("/timeline"))
    page.keyboard.press("Control+k")
    expect(page.locator("#go")).to_be_visible()
    expect(page.locator("#go-hits")).to_contain_text("lost")
    page.keyboard.type("prod")
    page.keyboard.press("Enter")
    expect(page).to_have_url(site.url("/clusters/prod"))
    page.go_back()
    expect(page).to_have_url(site.url("/timeline"))
    page.go_forward()
    expect(page.get_by_role("heading", level=1)).to_have_text("Production")


def test_the_box_completes_a_path_and_arrows_walk_through_what_it_found(site: ZkDashProcess, page: Page) -> None:
    page.goto(site.url("/clusters/prod"))
    keys(page, "/")
    page.keyboard.type("/apps/shop/co")
    expect(page.locator("#go-hits .goal").first).to_contain_text("/apps/shop/config")
    expect(page.locator("#go-said")).to_have_text(re.compile(r"\d+ found"))
    page.keyboard.press("ArrowDown")
    expect(page.locator("#go-hits .goal").first).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.locator("#go-q")).to_be_focused()
    assert violations(page) == {}
    page.keyboard.press("Enter")
    expect(page).to_have_url(site.url("/clusters/prod/znodes/apps/shop/config"))


def test_what_nobody_has_is_said_and_escape_gives_the_page_back(site: ZkDashProcess, page: Page) -> None:
    page.goto(site.url("/"))
    keys(page, "/")
    page.keyboard.type("/no/such/path")
    expect(page.locator("#go-hits")).to_contain_text("Nothing is called so")
    expect(page.locator("#go-said")).to_have_text("nothing found")
    page.keyboard.press("Escape")
    expect(page.locator("#go")).to_be_hidden()
    assert page.url == site.url("/")


def test_keys_lead_to_pages_and_through_lists(site: ZkDashProcess, page: Page) -> None:
    page.goto(site.url("/"))
    keys(page, "j")
    expect(page.locator("#cluster-gone h2 a")).to_be_focused()
    keys(page, "j")
    expect(page.locator("#cluster-prod h2 a")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(site.url("/clusters/prod"))
    keys(page, "cz")
    expect(page).to_have_url(site.url("/clusters/prod/znodes/"))
    keys(page, "ga")
    expect(page).to_have_url(site.url("/alerts"))
    keys(page, "gd")
    expect(page).to_have_url(site.url("/alerts/deliveries"))
    keys(page, "ga")
    expect(page).to_have_url(site.url("/alerts"))
    keys(page, "u")
    expect(page).to_have_url(site.url("/"))


def test_the_list_of_keys_opens_and_turns_them_off(site: ZkDashProcess, page: Page) -> None:
    page.goto(site.url("/"))
    keys(page, "?")
    expect(page.locator("#keys")).to_be_visible()
    expect(page.locator("#keys")).to_contain_text("Timeline")
    assert violations(page) == {}
    page.get_by_label("Single keys do something").uncheck()
    page.keyboard.press("Escape")
    keys(page, "gt")
    keys(page, "j")
    assert page.url == site.url("/")
    page.keyboard.press("Control+k")
    expect(page.locator("#go")).to_be_visible()


def test_keys_do_nothing_while_somebody_types(site: ZkDashProcess, page: Page) -> None:
    page.goto(site.url("/search"))
    page.get_by_label("Name", exact=True).first.focus()
    page.keyboard.type("gt?/j")
    expect(page.get_by_label("Name", exact=True).first).to_have_value("gt?/j")
    expect(page.locator("dialog[open]")).to_have_count(0)
    assert page.url == site.url("/search")


def test_without_javascript_the_box_is_a_page(site: ZkDashProcess, open_page: OpenPage) -> None:
    page = open_page(java_script_enabled=False)
    page.goto(site.url("/clusters/prod"))
    page.get_by_role("link", name="Go to…").click()
    page.get_by_role("main").get_by_label("A cluster, server, path").fill("/apps/shop/c")
    page.get_by_role("main").get_by_role("button", name="Find").click()
    page.get_by_role("main").get_by_role("link", name="/apps/shop/config").click()
    assert page.url == site.url("/clusters/prod/znodes/apps/shop/config")
    page.get_by_role("link", name="Glossary").click()
    expect(page.locator("#zxid")).to_contain_text("epoch")


def test_times_are_shown_in_utc_if_asked_and_exactly_on_focus(site: ZkDashProcess, open_page: OpenPage) -> None:
    page = open_page(timezone_id="Asia/Tokyo", viewport={"width": 1280, "height": 900})
    page.goto(site.url("/timeline/events/1"))
    at = page.locator("#event time").first
    own = at.inner_text()
    page.locator("#zone").get_by_text("UTC", exact=True).click()
    assert at.inner_text() != own
    assert at.inner_text().endswith("UTC")
    page.reload()
    assert page.locator("#event time").first.inner_text().endswith("UTC")
    page.goto(site.url("/timeline"))
    keys(page, "j")
    expect(page.locator("#tip")).to_have_text(re.compile(r"GMT\+9 · \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC"))
    page.keyboard.press("Escape")
    expect(page.locator("#tip")).to_be_hidden()
    page.goto(site.url("/clusters/prod/znodes/apps"))
    page.get_by_role("navigation", name="Parts of the znode").get_by_role("link", name="Stat").click()
    page.wait_for_url("**/apps?tab=stat")
    page.go_back()
    expect(page.locator("[aria-current=true]")).to_have_text("Data")
    page.locator("main time").first.hover()  # Back brings a page that had no tip yet
    expect(page.locator("#tip")).to_have_text(re.compile(r"\d\d:\d\d:\d\d UTC"))
