"""Pages that live: a transition shows by itself, and a page says when it is not live."""

from __future__ import annotations

import re
import time

from playwright.sync_api import APIResponse, Page, Route, WebSocketRoute, expect

from tests.support.zkdash_process import ZkDashProcess
from zkdash.demo.servers import Server
from zkdash.web.wire import partial

LIVE = re.compile("^live$")
POLL = "document.getElementById('poll').dispatchEvent(new CustomEvent('zkdash:poll'))"


def open_live(page: Page, site: ZkDashProcess, path: str) -> None:
    """Open a page, wait until it is live, and mark it, so that a reload would be seen."""
    page.goto(site.url(path))
    expect(page.locator("#live")).to_have_attribute("data-state", LIVE)
    page.evaluate("window.neverReloaded = true")


def never_reloaded(page: Page) -> bool:
    return bool(page.evaluate("window.neverReloaded === true"))


def test_a_transition_shows_within_a_second_and_title_and_favicon_follow(
    live_site: ZkDashProcess, own_server: Server, page: Page
) -> None:
    open_live(page, live_site, "/")
    card, favicon = page.locator("#cluster-prod"), page.locator("#favicon")
    expect(card).to_have_attribute("data-state", "CONNECTED")
    expect(page).to_have_title("1 connected · zkdash")
    calm = favicon.get_attribute("href")

    own_server.kill()
    expect(card).to_have_attribute("data-state", "SUSPENDED", timeout=1000)
    expect(page).to_have_title("1 suspended · zkdash", timeout=500)
    live_site.wait_cause("prod", "session-timeout", 5)
    expect(card).to_have_attribute("data-state", "LOST", timeout=1000)
    expect(page).to_have_title("1 lost · zkdash", timeout=500)
    expect(page.locator("#headline")).to_have_text("1 lost")
    assert favicon.get_attribute("href") != calm
    assert live_site.get(str(favicon.get_attribute("href"))).status == 200

    own_server.start()
    live_site.wait_state("prod", "CONNECTED", 6)
    expect(card).to_have_attribute("data-state", "CONNECTED", timeout=1000)
    expect(page).to_have_title("1 connected · zkdash", timeout=500)
    assert favicon.get_attribute("href") == calm
    assert never_reloaded(page)


def test_new_events_arrive_at_the_top_of_the_timeline(live_site: ZkDashProcess, own_server: Server, page: Page) -> None:
    open_live(page, live_site, "/timeline")
    first = page.locator("#events > li").first
    expect(first).to_contain_text("connected")
    own_server.kill()
    expect(first).to_contain_text("suspended", timeout=1500)
    live_site.wait_cause("prod", "session-timeout", 5)
    expect(first).to_contain_text("lost", timeout=1500)
    expect(page.locator("#events > li")).to_have_count(4)
    assert never_reloaded(page)


def test_a_filtered_timeline_gets_only_what_it_shows(live_site: ZkDashProcess, own_server: Server, page: Page) -> None:
    open_live(page, live_site, "/timeline?state=LOST")
    expect(page.locator("#events > li")).to_have_count(1)  # the one it started in
    own_server.kill()
    live_site.wait_cause("prod", "session-timeout", 5)
    expect(page.locator("#events > li")).to_have_count(2)
    expect(page.locator("#events > li").first).to_contain_text("lost")
    expect(page.locator("#events > .event--suspended")).to_have_count(0)


def test_the_cluster_page_follows(live_site: ZkDashProcess, own_server: Server, page: Page) -> None:
    open_live(page, live_site, "/clusters/prod")
    own_server.kill()
    expect(page.get_by_role("main")).to_contain_text("suspended", timeout=1500)
    live_site.wait_cause("prod", "session-timeout", 5)
    expect(page.locator("#events > li").first).to_contain_text("lost", timeout=1500)
    assert never_reloaded(page)


def test_without_a_websocket_it_says_so_and_polls(live_site: ZkDashProcess, own_server: Server, page: Page) -> None:
    def refuse(socket: WebSocketRoute) -> None:
        socket.close()

    page.route_web_socket(re.compile("/live"), refuse)
    page.goto(live_site.url("/"))
    expect(page.locator("#live")).to_have_attribute("data-state", "polling", timeout=15_000)
    expect(page.locator("#live")).to_contain_text("not live: polling")
    page.evaluate("window.neverReloaded = true")
    own_server.kill()
    expect(page.locator("#cluster-prod")).to_have_attribute("data-state", re.compile("SUSPENDED|LOST"), timeout=10_000)
    expect(page).to_have_title(re.compile("suspended|lost"))
    assert never_reloaded(page)


def test_after_a_restart_of_zkdash_pages_are_live_again_and_miss_nothing(
    live_site: ZkDashProcess, own_server: Server, page: Page
) -> None:
    open_live(page, live_site, "/timeline")
    overview = page.context.new_page()
    open_live(overview, live_site, "/")

    live_site.kill9()
    expect(page.locator("#live")).to_have_attribute("data-state", "gone", timeout=15_000)
    expect(page.locator("#live")).to_contain_text("no answer from zkdash since")
    expect(page).to_have_title(re.compile("^no answer"))
    own_server.kill()
    live_site.restart()
    live_site.wait_cause("prod", "never-connected", 10)

    for one in (page, overview):
        expect(one.locator("#live")).to_have_attribute("data-state", LIVE, timeout=15_000)
        assert never_reloaded(one)
    expect(overview.locator("#cluster-prod")).to_have_attribute("data-state", "LOST", timeout=5000)
    expect(page).to_have_title(re.compile("1 lost"))
    expected = [f"event-{event['id']}" for event in reversed(live_site.events())]
    shown = page.locator("#events > li")
    expect(shown).to_have_count(len(expected))
    assert [event.get_attribute("id") for event in shown.all()] == expected


def test_what_comes_by_a_poll_and_by_the_websocket_is_there_once(
    live_site: ZkDashProcess, own_server: Server, page: Page
) -> None:
    """The websocket is held up; meanwhile the page polls."""
    held: list[str | bytes] = []
    holding = False

    def between(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()
        server.on_message(lambda message: held.append(message) if holding else socket.send(message))
        sockets.append(socket)

    sockets: list[WebSocketRoute] = []
    page.route_web_socket(re.compile("/live"), between)
    open_live(page, live_site, "/timeline")
    expect(page.locator("#events > li")).to_have_count(2)
    holding = True
    own_server.kill()
    live_site.wait_cause("prod", "session-timeout", 5)
    page.evaluate(POLL)
    expect(page.locator("#events > li")).to_have_count(4)
    for message in (*held, partial("announcer", "That was all.", "innerHTML")):
        sockets[0].send(message)
    expect(page.locator("#announcer")).to_have_text("That was all.")
    ids = page.locator("#events > li").evaluate_all("all => all.map(one => one.id)")
    assert ids == sorted(set(ids), reverse=True)
    assert len(ids) == 4


def test_a_poll_that_is_answered_late_takes_nothing_back(
    live_site: ZkDashProcess, own_server: Server, page: Page
) -> None:
    """Its answer waits until the websocket has said more."""
    open_live(page, live_site, "/timeline")
    answers: list[tuple[Route, APIResponse]] = []
    page.route(re.compile("/live"), lambda route: answers.append((route, route.fetch())))
    page.evaluate(POLL)
    while not answers:
        page.wait_for_timeout(20)
    own_server.kill()
    expect(page.locator("#events > li")).to_have_count(3)
    for route, answer in answers:
        with page.expect_response(route.request.url):
            route.fulfill(response=answer)
    page.wait_for_timeout(300)  # it would be swapped in by now
    assert page.locator("#events > li").count() >= 3


def test_a_frozen_zkdash_is_told_from_a_quiet_one(live_site: ZkDashProcess, page: Page) -> None:
    open_live(page, live_site, "/")
    live_site.freeze()
    began = time.monotonic()
    expect(page.locator("#live")).to_have_attribute("data-state", "late", timeout=15_000)
    assert time.monotonic() - began < 12
    live_site.thaw()
    expect(page.locator("#live")).to_have_attribute("data-state", LIVE, timeout=15_000)
