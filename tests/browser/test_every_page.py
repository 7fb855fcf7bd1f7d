"""Every page: accessible in both themes, usable without JavaScript, fit for all screens, strict about its content."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.support.axe import violations
from tests.support.http import request
from tests.support.shared import share
from tests.support.spills import SPILLS, fits
from tests.support.zkdash_process import ZkDashProcess

OpenPage = Callable[..., Page]

PAGES = {
    "overview": "/",
    "overview in groups": "/?group=label&pin=prod",
    "wall": "/?view=wall",
    "cluster": "/clusters/prod",
    "lost cluster": "/clusters/gone",
    "tree": "/clusters/prod/znodes/",
    "json": "/clusters/prod/znodes/apps/shop/config",
    "hex": "/clusters/prod/znodes/apps/shop/logo.png",
    "empty": "/clusters/prod/znodes/apps/shop/maintenance",
    "hostile": "/clusters/prod/znodes/apps/shop/%3Cscript%3Ealert(1)%3C",
    "children": "/clusters/prod/znodes/wide?tab=children",
    "stat": "/clusters/prod/znodes/apps?tab=stat",
    "acl": "/clusters/prod/znodes/apps?tab=acl",
    "clients": "/clusters/prod/clients",
    "one client": "/clusters/prod/clients?address=127.0.0.1&watches=1",
    "watchers tab": "/clusters/prod/znodes/apps?tab=holder",
    "holder": "/clusters/prod/holder?path=/apps",
    "watchers": "/clusters/prod/watchers?path=/apps",
    "count": "/clusters/prod/count?path=/apps",
    "missing znode": "/clusters/prod/znodes/nowhere",
    "forbidden znode": "/clusters/prod/znodes/secret",
    "znodes of a lost cluster": "/clusters/gone/znodes/",
    "timeline": "/timeline",
    "timeline of a day": "/timeline?range=24h&state=LOST&cluster=gone",
    "timeline asked badly": "/timeline?range=own&from=yesterday",
    "event": "/timeline/events/1",
    "story": "/timeline/events/2/story",
    "alerts": "/alerts",
    "history of alerts": "/alerts/history?state=open&severity=critical",
    "incident": "/alerts/incidents/1",
    "deliveries": "/alerts/deliveries",
    "delivery": "/alerts/deliveries/DELIVERY",
    "silences": "/alerts/silences",
    "silence": "/alerts/silences/SILENCE",
    "new silence": "/alerts/silences/new?clusters=prod",
    "route of alerts": "/alerts/routes/nobody?for=1h",
    "saved views": "/views?of=/alerts",
    "shares": "/shares",
    "new share": "/shares/new?of=/timeline",
    "new share of nothing": "/shares/new?of=/nowhere",
    "share": "/s/SHARE",
    "share of the overview": "/s/OVERVIEW",
    "share that asks for its password": "/s/LOCKED",
    "share that is over": f"/s/{'x' * 43}",
    "status": "/status/house",
    "go": "/go?q=prod",
    "keys": "/keys",
    "numbers and dates": "/locale?of=/timeline",
    "glossary": "/glossary",
    "api": "/api/docs",
    "nothing": "/nothing/here",
}
WIDTHS = (320, 360, 640, 1280, 2560, 3840)
"""320 is also what 1280 is at 400 % zoom, and 640 at 200 %; 3840 is a wall of screens."""
INK = "getComputedStyle(document.body).color"


@pytest.fixture(scope="module")
def known(site: ZkDashProcess) -> dict[str, str]:
    """What the words in capitals stand for."""
    silence = {"reason": "a new kernel", "by": "ada", "lasts": "1h", "matchers": {"clusters": ["nothing-*"]}}
    headers = {"Sec-Fetch-Site": "same-origin", "Content-Type": "application/json"}
    made = request(site.port, "POST", "/api/v1/silences", headers=headers, body=json.dumps(silence).encode())
    shares = {
        "SHARE": share(site.port, "/clusters/prod"),
        "OVERVIEW": share(site.port, "/", kind="fixed"),
        "LOCKED": share(site.port, "/timeline", password="sesame"),
    }
    return {
        "SILENCE": str(made.json()["id"]),
        "DELIVERY": site.api("/deliveries")["deliveries"][0]["id"],
        **{word: path.removeprefix("/s/") for word, path in shares.items()},
    }


@pytest.fixture
def path(known: dict[str, str], request: pytest.FixtureRequest) -> str:
    """The address of a page, with ids for the words in capitals."""
    return re.sub(r"[A-Z]{5,}", lambda word: known.get(word[0], word[0]), str(request.param))


of_every_page = pytest.mark.parametrize("path", PAGES.values(), ids=PAGES, indirect=True)


@of_every_page
def test_axe_finds_nothing_and_it_fits_every_width(site: ZkDashProcess, same_page: Page, path: str) -> None:
    same_page.goto(site.url(path))
    assert violations(same_page) == {}
    for width in WIDTHS:
        same_page.set_viewport_size({"width": width, "height": 900})
        fits(same_page, width)
        assert same_page.evaluate(SPILLS) == [], width


@of_every_page
def test_it_says_all_without_javascript(site: ZkDashProcess, same_plain_page: Page, path: str) -> None:
    same_plain_page.goto(site.url(path))
    expect(same_plain_page.get_by_role("main")).to_be_visible()
    expect(same_plain_page.get_by_role("heading").first).to_be_attached()
    expect(same_plain_page.locator(".js-only").filter(visible=True)).to_have_count(0)


def test_the_way_through_the_house_without_javascript(site: ZkDashProcess, open_page: OpenPage) -> None:
    page = open_page(java_script_enabled=False)
    page.goto(site.url("/"))
    for link in page.get_by_role("navigation", name="Main").get_by_role("link").all():
        assert site.get(str(link.get_attribute("href"))).status == 200
    page.locator("#cluster-prod").get_by_role("link", name="Production").click()
    page.get_by_role("link", name="Znodes").click()
    page.locator("#tree").get_by_role("link", name="apps", exact=True).click()
    page.locator("#tree").get_by_role("link", name="shop", exact=True).click()
    page.locator('#tree [aria-level="4"]').get_by_role("link", name="config", exact=True).click()
    expect(page.locator("#value")).to_contain_text('"currency": "CZK"')
    page.get_by_role("link", name="Hex", exact=True).click()
    expect(page.locator("#value")).to_contain_text("7b 0a")
    page.get_by_role("link", name="Stat", exact=True).click()
    expect(page.get_by_text("Data modified", exact=True)).to_be_visible()
    page.get_by_label("Path of a znode").fill("/wide")
    page.get_by_role("button", name="Go").click()
    page.get_by_role("link", name="Children 450").click()
    page.get_by_role("link", name="Next").click()
    expect(page.get_by_text("201–400 of 450")).to_be_visible()
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Timeline").click()
    filters = page.locator("#filters")
    filters.get_by_text("24 h", exact=True).click()
    filters.get_by_text("lost", exact=True).click()
    filters.get_by_role("button", name="Show").click()
    assert "range=24h" in page.url
    assert "state=LOST" in page.url
    page.locator("#events").get_by_role("link").first.click()
    assert "/timeline/events/" in page.url


@of_every_page
def test_its_headers_let_nothing_in_from_outside(site: ZkDashProcess, path: str) -> None:
    headers = site.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy or "default-src 'self'" in policy
    for unsafe in ("unsafe-inline", "unsafe-eval", "*", "data:", "http:", "https:"):
        assert unsafe not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"


def test_a_theme_that_was_chosen_is_remembered(site: ZkDashProcess, open_page: OpenPage) -> None:
    page = open_page(color_scheme="light")
    page.goto(site.url("/"))
    light = page.evaluate(INK)
    page.locator("#theme").get_by_title("Dark").click()
    dark = page.evaluate(INK)
    assert dark != light
    page.goto(site.url("/timeline"))
    assert page.evaluate(INK) == dark
