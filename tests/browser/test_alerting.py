"""Alerts in a browser: by keyboard, without JavaScript, live."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.support.axe import violations
from tests.support.zkdash_process import ZkDashProcess

OpenPage = Callable[..., Page]


def test_an_incident_is_acknowledged_without_javascript(site: ZkDashProcess, open_page: OpenPage) -> None:
    page = open_page(java_script_enabled=False)
    page.goto(site.url("/alerts"))
    page.get_by_role("button", name="Acknowledge gone: never connected").click()
    expect(page.locator("#done")).to_contain_text("Say who you are")
    page.locator("#act").get_by_label("Your name").fill("Ada")
    page.get_by_label("Note, for the others").fill("on it")
    page.get_by_role("button", name="Acknowledge").click()
    expect(page.locator("#done")).to_contain_text("Acknowledged")
    expect(page.locator("#acknowledged")).to_contain_text("by Ada")
    expect(page.locator("#act").get_by_label("Your name")).to_have_value("Ada")
    page.get_by_role("button", name="Take the acknowledgement back").click()
    expect(page.locator("#acknowledged")).to_have_text("no")


def test_a_silence_is_made_by_keyboard_and_ended(site: ZkDashProcess, page: Page) -> None:
    page.goto(site.url("/alerts/silences/new?clusters=nothing-*"))
    page.get_by_label("Reason").focus()
    page.keyboard.type("a new kernel")
    page.keyboard.press("Tab")
    page.keyboard.type("Grace")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("a new kernel")
    expect(page.locator("#silence")).to_have_attribute("data-state", "active")
    assert violations(page) == {}
    page.get_by_role("button", name="End it now").click()
    expect(page.locator("#silence")).to_have_attribute("data-state", "over")


def test_a_test_shows_what_comes_of_it_live(site: ZkDashProcess, page: Page) -> None:
    page.goto(site.url("/alerts/routes/nobody"))
    page.get_by_label("Your name").fill("Ada")
    page.get_by_role("button", name="Send a test").click()
    expect(page.locator("#done")).to_contain_text("A test is on its way")
    row = page.locator("#alerts tbody tr").first
    expect(row).to_contain_text("test")
    row.get_by_role("link", name="test").click()
    expect(page.locator("#tries")).to_contain_text("no answer")
    expect(page.locator("#delivery")).to_have_attribute("data-state", "owed")
    assert violations(page) == {}


def test_what_somebody_else_acknowledges_shows_while_a_note_is_typed(site: ZkDashProcess, page: Page) -> None:
    page.goto(site.url("/alerts/incidents/1"))
    expect(page.locator("#live")).to_have_attribute("data-state", "live")
    page.get_by_label("Note, for the others").fill("half a no")
    other = page.context.new_page()
    other.goto(site.url("/alerts/incidents/1"))
    other.locator("#act").get_by_label("Your name").fill("Grace")
    other.get_by_role("button", name="Acknowledge").click()
    expect(page.locator("#acknowledged")).to_contain_text("by Grace")
    expect(page.get_by_label("Note, for the others")).to_have_value("half a no")
    other.get_by_role("button", name="Take the acknowledgement back").click()
    expect(page.locator("#acknowledged")).to_have_text("no")
    other.close()
