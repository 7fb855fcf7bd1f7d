"""A real nginx with TLS before a zkdash below /zkdash, and a real browser before both."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing

import pytest
from playwright.sync_api import WebSocket, expect

from tests.browser.conftest import OpenPage
from tests.support.axe import violations
from tests.support.nginx import nginx
from tests.support.signed import PASSWORD, user
from tests.support.spills import fits
from tests.support.zkdash_process import ZkDashProcess
from zkdash.config.users import write_users
from zkdash.demo.loopback import free_port

pytestmark = pytest.mark.browser
PAGES = ("/sign-in", "/account", "/account/everybody", "/audit")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of zkdash behind nginx."""
    folder, port = tmp_path_factory.mktemp("nginx"), free_port()
    write_users(folder / "users", [user("ada")])
    config = f"""\
[web]
listen = 127.0.0.1:0
base_path = /zkdash
public_url = https://127.0.0.1:{port}/zkdash
hosts = 127.0.0.1
[access]
sign_in = basic
users_file = {folder}/users
proxy_addresses = 127.0.0.1
[grant:everybody]
users = *
role = admin
[zookeeper:prod]
servers = 127.0.0.1:{free_port()}
"""
    process = ZkDashProcess(folder / "zkdash", config).start(60)
    with closing(process), nginx(folder / "nginx", port, process.port):
        yield f"https://127.0.0.1:{port}/zkdash"


def test_sign_in_a_live_page_and_sign_out_below_a_path_behind_tls(address: str, open_page: OpenPage) -> None:
    page = open_page(ignore_https_errors=True, viewport={"width": 1280, "height": 900})
    sockets: list[WebSocket] = []
    page.on("websocket", lambda socket: sockets.append(socket))
    page.goto(f"{address}/clusters/prod")
    expect(page).to_have_url(f"{address}/sign-in?next=/zkdash/clusters/prod")
    page.get_by_label("Name").fill("ada")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(f"{address}/clusters/prod")
    expect(page.locator("#live")).to_have_attribute("data-state", "live")
    assert sockets[0].url.startswith(f"wss{address.removeprefix('https')}/live?topic=frame")
    (cookie,) = (each for each in page.context.cookies() if "session" in each["name"])
    assert (cookie["name"], cookie["path"], cookie["secure"], cookie["httpOnly"], cookie["sameSite"]) == (
        "__Secure-zkdash-session", "/zkdash/", True, True, "Lax",
    )  # fmt: skip
    page.get_by_role("link", name="Alerts", exact=True).first.click()
    expect(page).to_have_url(f"{address}/alerts")

    other = page.context.new_page()
    other.goto(f"{address}/")
    expect(other.locator("#live")).to_have_attribute("data-state", "live")
    page.get_by_role("link", name="ada").click()
    expect(page.get_by_role("heading", name="Where you are signed in")).to_be_visible()
    expect(page.locator("[id^=session-] .mono").first).to_have_text("127.0.0.1")
    page.get_by_role("button", name="Sign out", exact=True).click()
    # It says so, or the page that is signed out is led there by itself before it is answered.
    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    expect(page).to_have_url(re.compile(f"{address}/sign-in"))
    expect(other).to_have_url(re.compile(f"{address}/sign-in"), timeout=20_000)  # an open page leads there by itself


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pages_of_people_are_accessible_in_both_themes_on_a_phone(
    theme: str, address: str, open_page: OpenPage
) -> None:
    page = open_page(ignore_https_errors=True, color_scheme=theme, viewport={"width": 360, "height": 800})
    page.goto(f"{address}/sign-in")
    assert violations(page) == {}
    page.get_by_label("Name").fill("ada")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(f"{address}/")
    for path in PAGES[1:]:
        page.goto(f"{address}{path}")
        assert violations(page) == {}, path
        fits(page, 360)


def test_without_javascript_too(address: str, open_page: OpenPage) -> None:
    page = open_page(ignore_https_errors=True, java_script_enabled=False, viewport={"width": 360, "height": 800})
    page.goto(f"{address}/")
    page.get_by_label("Name").fill("ada")
    page.get_by_label("Password").fill("wrong horse")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_have_text("The name or the password is wrong.")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(f"{address}/")
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(f"{address}/sign-in")
