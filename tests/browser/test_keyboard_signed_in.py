"""What people do who sign in, by keyboard alone: in and out, the audit log, links and views, numbers and dates."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.support.keyboard import focus_is_seen, keys, step_to, tab_to
from tests.support.signed import PASSWORD, user
from tests.support.zkdash_process import ZkDashProcess
from zkdash.config.users import write_users
from zkdash.demo.loopback import free_port


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ZkDashProcess]:
    """A zkdash that people sign in to: ada is an admin."""
    folder = tmp_path_factory.mktemp("guarded")
    write_users(folder / "users", [user("ada")])
    config = f"""\
[access]
sign_in = basic
users_file = {folder}/users
[grant:admins]
users = ada
role = admin
[zookeeper:prod]
servers = 127.0.0.1:{free_port()}
"""
    process = ZkDashProcess(folder / "zkdash", config).start()
    yield process
    process.close()


@pytest.fixture
def ada(guarded: ZkDashProcess, open_page: OpenPage) -> Page:
    """A page on which ada has just signed in, by keyboard."""
    page = open_page(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    page.goto(guarded.url("/timeline?range=24h"))
    sign_in(page, PASSWORD)
    expect(page).to_have_url(guarded.url("/timeline?range=24h"))
    expect(page.locator("#live")).to_have_attribute("data-state", "live")  # its keys work
    return page


def sign_in(page: Page, password: str) -> None:
    """The form has the focus in the field that is empty."""
    if page.locator("#user").input_value() == "":
        expect(page.locator("#user")).to_be_focused()
        focus_is_seen(page)
        page.keyboard.type("ada")
        tab_to(page, "Password")
    expect(page.locator("#password")).to_be_focused()
    focus_is_seen(page)
    page.keyboard.type(password)
    page.keyboard.press("Enter")


def test_sign_in_a_wrong_password_and_sign_out(guarded: ZkDashProcess, open_page: OpenPage) -> None:
    page = open_page(viewport={"width": 360, "height": 800})
    page.goto(guarded.url("/alerts"))
    sign_in(page, "wrong horse")
    expect(page.get_by_role("alert")).to_have_text("The name or the password is wrong.")
    sign_in(page, PASSWORD)
    expect(page).to_have_url(guarded.url("/alerts"))
    tab_to(page, "Sign out")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    expect(page.locator("#user")).to_be_focused()


def test_the_audit_log_is_filtered_and_taken_as_a_file(guarded: ZkDashProcess, ada: Page) -> None:
    keys(ada, "gy")
    expect(ada).to_have_url(guarded.url("/account"))
    keys(ada, "gu")
    expect(ada).to_have_url(guarded.url("/audit"))
    tab_to(ada, "Who")
    ada.keyboard.type("ada")
    ada.keyboard.press("Tab")
    focus_is_seen(ada)
    ada.keyboard.type("signed in")
    ada.keyboard.press("Tab")
    ada.keyboard.press("Enter")  # in the field of the cluster
    expect(ada).to_have_url(guarded.url("/audit?who=ada&action=sign-in"))
    did = ada.locator("tbody td:nth-child(3)")
    assert set(did.all_inner_texts()) == {"signed in"}
    tab_to(ada, "Reset")
    ada.keyboard.press("Enter")
    expect(ada).to_have_url(guarded.url("/audit"))
    tab_to(ada, "CSV")
    with ada.expect_download() as download:
        ada.keyboard.press("Enter")
    assert "sign-in" in download.value.path().read_text()


def test_a_view_is_shared_opened_and_revoked(guarded: ZkDashProcess, ada: Page) -> None:
    tab_to(ada, "Share")
    ada.keyboard.press("Enter")
    expect(ada).to_have_url(re.compile("/shares/new"))
    tab_to(ada, "Title")
    ada.keyboard.type("A day")
    ada.keyboard.press("Enter")
    expect(ada).to_have_title(re.compile("^Shared"))
    link = ada.locator("#link")
    address = link.input_value()
    tab_to(ada, "Link")
    assert link.evaluate("one => one.selectionEnd - one.selectionStart") == len(address)  # Ctrl-C takes it whole
    tab_to(ada, "All links")
    ada.keyboard.press("Enter")
    expect(ada).to_have_url(guarded.url("/shares"))
    step_to(ada, "tbody a")
    tab_to(ada, "Revoke")
    ada.keyboard.press("Enter")
    expect(ada.locator("#done")).to_contain_text("The link is revoked")
    expect(ada.locator("tbody tr")).to_contain_text("revoked by ada")
    ada.goto(address)
    expect(ada.get_by_role("heading", name="Nothing here")).to_be_visible()


def test_a_view_is_saved_and_opened(guarded: ZkDashProcess, ada: Page) -> None:
    keys(ada, "/")
    focus_is_seen(ada)
    ada.keyboard.type("save this")
    ada.keyboard.press("Enter")
    expect(ada).to_have_url(re.compile("/views"))
    tab_to(ada, "Name")
    ada.keyboard.type("A day")
    ada.keyboard.press("Enter")
    expect(ada.locator("#done")).to_have_text("The view is saved.")
    step_to(ada, ".views__one a")
    ada.keyboard.press("Enter")
    expect(ada).to_have_url(guarded.url("/timeline?range=24h"))


def test_numbers_and_dates_are_chosen_and_one_is_back_where_one_was(guarded: ZkDashProcess, ada: Page) -> None:
    tab_to(ada, "Numbers and dates", "Shift+Tab")
    ada.keyboard.press("Enter")
    expect(ada).to_have_url(re.compile("/locale"))
    tab_to(ada, "Written as in")
    ada.keyboard.type("German")
    ada.keyboard.press("Tab")
    expect(ada.get_by_role("button", name="Choose")).to_be_focused()
    focus_is_seen(ada)
    ada.keyboard.press("Enter")
    expect(ada.locator("#done")).to_contain_text("written so from now on")
    expect(ada.locator("html")).to_have_attribute("data-locale", "de")
