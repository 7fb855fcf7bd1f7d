"""The ways that matter in an outage, walked by keyboard alone: nothing here touches a mouse."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.support.keyboard import keys, step_to, tab_to
from tests.support.zkdash_process import ZkDashProcess
from zkdash.demo.servers import Server


def test_from_an_outage_to_its_cause_and_on_to_acknowledging_it(
    live_site: ZkDashProcess, own_server: Server, page: Page
) -> None:
    own_server.kill()
    live_site.wait_cause("prod", "session-timeout", 10)
    page.goto(live_site.url("/"))
    expect(page.locator("#headline")).to_have_text("1 lost")  # what is wrong

    keys(page, "j")
    page.keyboard.press("Enter")
    expect(page).to_have_url(live_site.url("/clusters/prod"))
    step_to(page, "#events .event--lost .event__when")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/timeline/events/\d+$"))
    tab_to(page, "What happened")
    page.keyboard.press("Enter")
    expect(page.locator("#story")).to_contain_text("refused")  # why

    page.keyboard.press("Control+k")
    expect(page.locator("#go-hits")).to_contain_text("prod: lost")
    page.keyboard.type("lost incident")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/alerts/incidents/\d+$"))
    tab_to(page, "Your name")
    page.keyboard.type("Ada")
    page.keyboard.press("Enter")
    expect(page.locator("#acknowledged")).to_contain_text("by Ada")
    keys(page, "go")
    expect(page).to_have_url(live_site.url("/"))


def test_from_the_overview_to_a_znode_and_back(site: ZkDashProcess, page: Page) -> None:
    page.goto(site.url("/"))
    keys(page, "j")
    keys(page, "j")
    page.keyboard.press("Enter")
    expect(page).to_have_url(site.url("/clusters/prod"))
    keys(page, "cz")
    expect(page).to_have_url(site.url("/clusters/prod/znodes/"))
    tab_to(page, "/")
    for key in ("Home", "a", "p", "p", "ArrowRight"):
        page.keyboard.press(key)
    shop = page.locator('#tree [aria-label="shop"]')
    expect(shop).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(shop).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(site.url("/clusters/prod/znodes/apps/shop"))
    expect(page.locator("#node-shown")).to_have_attribute("data-path", "/apps/shop")
    page.go_back()  # as Alt and the left arrow do
    expect(page).to_have_url(site.url("/clusters/prod/znodes/"))
    expect(page.locator("#node-shown")).to_have_attribute("data-path", "/")
    page.go_back()  # as Alt and the left arrow do
    expect(page).to_have_url(site.url("/clusters/prod"))
