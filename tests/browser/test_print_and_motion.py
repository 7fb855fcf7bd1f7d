"""Paper, an old page, forced colours, and who wants no motion."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.support.axe import violations
from tests.support.spills import fits
from tests.support.zkdash_process import ZkDashProcess

REPORTS = {
    "/alerts/incidents/1": ["#incident", "#told-title", "#story", "h1"],
    "/timeline/events/2/story": ["#story", "h1"],
}
NOT_PRINTED = ".top, .side, .foot, .tabs, .skip, .button, .copy, #act, #live"
FLIP = """() => {
    document.querySelector('#cluster-prod').dataset.state = 'SUSPENDED';
    return new Promise(done => requestAnimationFrame(() => requestAnimationFrame(
        () => done(document.getAnimations().filter(one => one.playState === 'running').length))));
}"""


@pytest.mark.parametrize("path", REPORTS)
@pytest.mark.parametrize("width", [360, 1280])
def test_an_incident_prints_as_a_report(site: ZkDashProcess, same_page: Page, path: str, width: int) -> None:
    same_page.set_viewport_size({"width": width, "height": 900})
    same_page.goto(site.url(path))
    same_page.emulate_media(media="print", color_scheme="dark")
    try:
        for part in REPORTS[path]:
            expect(same_page.locator(part)).to_be_visible()
        expect(same_page.locator(NOT_PRINTED).filter(visible=True)).to_have_count(0)
        fits(same_page, width)
        assert same_page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "light"
        assert same_page.pdf()[:5] == b"%PDF-"
    finally:
        same_page.emulate_media(media="null", color_scheme="light")


@pytest.mark.parametrize(("passed_ms", "state"), [(9_000, "late"), (40_000, "gone")])
def test_a_page_that_grows_old_says_so(site: ZkDashProcess, open_page: OpenPage, passed_ms: int, state: str) -> None:
    page = open_page(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    page.route_web_socket(re.compile(r"/live\?"), lambda _: None)  # it opens, and says nothing
    page.route(re.compile(r"/live\?"), lambda route: route.abort())
    page.clock.install()
    page.goto(site.url("/"))
    page.clock.run_for(passed_ms)
    expect(page.locator("#live")).to_have_attribute("data-state", state)
    assert violations(page) == {}


def test_a_state_that_flips_is_seen_to_and_not_by_who_wants_no_motion(site: ZkDashProcess, same_page: Page) -> None:
    found = {}
    for motion in ("no-preference", "reduce"):
        same_page.emulate_media(reduced_motion=motion)  # type: ignore[arg-type]  # one of the two
        same_page.goto(site.url("/"))
        expect(same_page.locator("#live")).to_have_attribute("data-state", "live")
        found[motion] = same_page.evaluate(FLIP)
    assert (found["no-preference"] > 0, found["reduce"]) == (True, 0)


def test_forced_colours_keep_the_states_of_clusters(site: ZkDashProcess, same_page: Page) -> None:
    same_page.emulate_media(forced_colors="active")
    try:
        same_page.goto(site.url("/"))
        shots = [same_page.locator(f"#cluster-{name} .state .glyph").screenshot() for name in ("gone", "prod")]
        assert shots[0] != shots[1]
        assert same_page.locator("#cluster-gone .state__word").inner_text() == "lost"
    finally:
        same_page.emulate_media(forced_colors="none")
