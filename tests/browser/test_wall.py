"""The wall screen: it goes through all clusters, holds still, stays awake, and says when it is not live any more."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.conftest import MakeProcess, OpenPage
from tests.support.axe import violations
from tests.support.zkdash_process import ZkDashProcess
from zkdash.demo.loopback import free_port

TURN_MS = 12_500
TWELVE = [f"cluster-{number:02}" for number in range(12)]
AWAKE = """window.locks = []; Object.defineProperty(navigator, 'wakeLock', {value: {
    request: kind => { window.locks.push(kind); return Promise.resolve({}); },
}});"""
REFUSED = "Object.defineProperty(navigator, 'wakeLock', {value: {request: () => Promise.reject(new Error('no'))}});"
MISSING = "Object.defineProperty(navigator, 'wakeLock', {value: undefined});"


def test_it_goes_through_all_clusters_and_says_that_it_is_not_live(zkdash: MakeProcess, open_page: OpenPage) -> None:
    process = zkdash(*(f"{name}=127.0.0.1:{free_port()}" for name in TWELVE)).start(60)
    page = open_page(viewport={"width": 1280, "height": 720})
    page.add_init_script(AWAKE)
    page.clock.install()
    page.goto(process.url("/?view=wall"))
    last, where = page.locator("#cluster-cluster-11"), page.locator("#wall-page")
    expect(where).to_have_text("1 of 2")
    expect(last).not_to_be_in_viewport()
    page.clock.run_for(TURN_MS)
    expect(where).to_have_text("2 of 2")
    expect(last).to_be_in_viewport()
    page.clock.run_for(TURN_MS)
    expect(where).to_have_text("1 of 2")

    pause = page.get_by_role("button", name="Pause")
    pause.focus()
    page.keyboard.press("Space")
    expect(pause).to_have_attribute("aria-pressed", "true")
    page.clock.run_for(2 * TURN_MS)
    expect(where).to_have_text("1 of 2")

    assert page.evaluate("window.locks") == ["screen"]
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")  # the browser has let go of it
    assert page.evaluate("window.locks") == ["screen", "screen"]
    expect(page.locator("#wall-awake")).to_have_text("")

    live = page.locator("#live")
    page.clock.resume()
    expect(live).to_have_attribute("data-state", "live", timeout=15_000)
    before = live.evaluate("one => one.getBoundingClientRect().width")
    process.kill9()
    expect(live).to_have_attribute("data-state", "gone", timeout=15_000)
    expect(live).to_contain_text("no answer from zkdash since")
    assert live.evaluate("one => one.getBoundingClientRect().width") > 3 * before
    assert violations(page) == {}


def test_who_wants_no_motion_turns_the_pages_by_themselves(site: ZkDashProcess, same_page: Page) -> None:
    same_page.goto(site.url("/?view=wall"))
    expect(same_page.locator("#wall-pause")).to_have_attribute("aria-pressed", "true")


def test_a_browser_that_falls_asleep_is_said(site: ZkDashProcess, open_page: OpenPage) -> None:
    for script, words in ((REFUSED, "may fall asleep"), (MISSING, "it takes https")):
        page = open_page()
        page.add_init_script(script)
        page.goto(site.url("/?view=wall"))
        expect(page.locator("#wall-awake")).to_contain_text(words)
