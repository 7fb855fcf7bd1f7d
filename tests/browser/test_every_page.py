"""Every page: accessible in both themes, usable without JavaScript, fit for a phone, strict about its content."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.support.zkdash_process import REPO, ZkDashProcess

OpenPage = Callable[..., Page]

PAGES = {
    "overview": "/",
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
    "silences": "/alerts/silences",
    "new silence": "/alerts/silences/new?clusters=prod",
    "route of alerts": "/alerts/routes/nobody?for=1h",
    "go": "/go?q=prod",
    "keys": "/keys",
    "glossary": "/glossary",
    "api": "/api/docs",
    "nothing": "/nothing/here",
}
INK = "getComputedStyle(document.body).color"
AXE = (REPO / ".tools" / "axe.min.js").read_text()
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]
RUN_AXE = """tags => axe.run(document, {runOnly: tags}).then(result => result.violations.map(one =>
    `${one.id}: ${one.help}: ` + one.nodes.map(node => node.html + ' ' + node.failureSummary).join(' | ')))"""


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES)
def test_axe_finds_nothing_in_either_theme(site: ZkDashProcess, open_page: OpenPage, path: str) -> None:
    page = open_page(reduced_motion="reduce")
    page.goto(site.url(path))
    page.evaluate(AXE)
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        assert page.evaluate(RUN_AXE, AXE_TAGS) == [], theme


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES)
def test_a_phone_shows_it_without_scrolling_sideways(site: ZkDashProcess, open_page: OpenPage, path: str) -> None:
    page = open_page(viewport={"width": 360, "height": 740})
    page.goto(site.url(path))
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    expect(page.get_by_role("main")).to_be_visible()


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES)
def test_it_says_all_without_javascript(site: ZkDashProcess, open_page: OpenPage, path: str) -> None:
    page = open_page(java_script_enabled=False, viewport={"width": 1280, "height": 900})
    page.goto(site.url(path))
    expect(page.get_by_role("main")).to_be_visible()
    expect(page.get_by_role("heading").first).to_be_attached()
    expect(page.locator(".js-only").filter(visible=True)).to_have_count(0)
    for link in page.get_by_role("navigation", name="Main").get_by_role("link").all():
        assert site.get(str(link.get_attribute("href"))).status == 200


def test_the_way_through_the_house_without_javascript(site: ZkDashProcess, open_page: OpenPage) -> None:
    page = open_page(java_script_enabled=False)
    page.goto(site.url("/"))
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


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES)
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
