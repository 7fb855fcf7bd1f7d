"""The pages of a real ensemble in a real browser: rows that turn by themselves, charts that are drawn."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_live_pages import never_reloaded, open_live
from tests.support.axe import violations
from tests.support.keyboard import focus_is_seen, tab_to
from tests.support.spills import fits
from tests.support.zkdash_process import ZkDashProcess
from zkdash.demo.servers import Ensemble, Server

OpenPage = Callable[..., Page]
PAGES = {
    "cluster": "/clusters/orders",
    "charts": "/clusters/orders/charts?range=15m",
    "tables": "/clusters/orders/charts?range=15m&as=tables&metric=avg_latency&metric=fsynctime",
    "availability": "/clusters/orders/availability",
    "server": "/clusters/orders/servers/{server}",
}


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ensemble]:
    with Ensemble(3, tmp_path_factory.mktemp("ensemble-pages")) as ensemble:
        yield ensemble


@pytest.fixture(scope="module")
def watched(servers: Ensemble, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ZkDashProcess]:
    """A zkdash that has asked every server of an ensemble, and has numbers of them to draw."""
    config = "[zookeeper]\nsession_timeout = 4s\nadmin = off\nprobe_every = 1s\nprobe_full_every = 1s\n"
    process = ZkDashProcess(tmp_path_factory.mktemp("watched"), config, f"orders={servers.hosts}").start()
    try:
        process.wait_state("orders", "CONNECTED", 10)
        process.wait_for(lambda: process.api("/clusters/orders/ensemble")["health"] == "healthy", 15, "a verdict")
        yield process
    finally:
        process.close()


def has_a_history(watched: ZkDashProcess) -> None:
    """Wait until there is something to draw."""

    def told() -> list[float]:
        series = watched.api("/clusters/orders/series", metric="znode_count")["series"]
        return [value for line in series for value in line["avg"] if value is not None]

    watched.wait_for(lambda: len(told()) >= 3, 20, "a history")


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES)
def test_axe_finds_nothing_and_a_phone_shows_it(
    watched: ZkDashProcess, servers: Ensemble, open_page: OpenPage, path: str
) -> None:
    page = open_page(reduced_motion="reduce", viewport={"width": 1280, "height": 900})
    page.goto(watched.url(path.format(server=servers.servers[0].address)))
    assert violations(page) == {}
    page.set_viewport_size({"width": 360, "height": 740})
    fits(page, 360)


def test_a_chart_is_drawn_and_its_table_has_the_same_numbers(
    watched: ZkDashProcess, servers: Ensemble, page: Page
) -> None:
    has_a_history(watched)
    page.goto(watched.url("/clusters/orders/charts?range=15m"))
    chart = page.locator("#chart-znode_count")
    chart.scroll_into_view_if_needed()
    expect(chart).to_have_attribute("data-state", "drawn")
    expect(chart.locator("canvas")).to_be_visible()
    shown = chart.locator(".chart__value").first.inner_text()
    chart.get_by_role("link", name="Show as table").click()
    table = page.locator("#tables-znode_count")
    newest = table.locator("tbody td[data-value]").first
    expect(newest).to_have_text(re.compile(rf"^{re.escape(shown)}\b"))


def test_a_chart_s_table_is_read_and_left_by_keyboard_alone(watched: ZkDashProcess, page: Page) -> None:
    has_a_history(watched)
    page.goto(watched.url("/clusters/orders/charts?range=15m"))
    chart = page.locator("#chart-avg_latency")
    expect(chart).to_have_attribute("data-state", re.compile("drawn|empty"))
    tab_to(page, "Show as table")
    focused = page.evaluate("document.activeElement.closest('[data-metric]').dataset.metric")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"as=tables.*#table-{focused}$"))
    table = page.locator(f"#tables-{focused}").get_by_role("region")
    expect(table).to_be_in_viewport()
    page.keyboard.press("Tab")  # goes on from where the address leads
    expect(page.get_by_role("link", name="Show as chart")).to_be_focused()
    focus_is_seen(page)
    page.keyboard.press("Tab")
    expect(table).to_be_focused()
    focus_is_seen(page)
    page.keyboard.press("End")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"#chart-{focused}$"))
    expect(page.locator(f"#chart-{focused}")).to_be_in_viewport()


def test_dragging_zooms_by_the_address_and_back_leads_back(watched: ZkDashProcess, page: Page) -> None:
    page.goto(watched.url("/clusters/orders/charts?range=15m"))
    chart = page.locator("#chart-avg_latency")
    expect(chart).to_have_attribute("data-state", "drawn")
    box = chart.locator(".u-over").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.4, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.7, box["y"] + 25, steps=4)
    page.mouse.up()
    expect(page).to_have_url(re.compile(r"range=own&from=.*&to="))
    page.go_back()
    expect(page).to_have_url(re.compile("range=15m$"))


def test_the_filter_of_metrics_works_by_keyboard_and_without_javascript(
    watched: ZkDashProcess, servers: Ensemble, open_page: OpenPage
) -> None:
    address = watched.url(f"/clusters/orders/servers/{servers.servers[0].address}")
    page = open_page(viewport={"width": 1280, "height": 900})
    page.goto(address)
    field = page.get_by_label("Find")
    field.focus()
    page.keyboard.type("latency")
    expect(page.locator("#metrics .metric").filter(visible=True).first).to_contain_text("latency")
    expect(page.locator("#metrics").get_by_text("znode_count", exact=True)).to_be_hidden()
    plain = open_page(java_script_enabled=False)
    plain.goto(address)
    plain.get_by_label("Find").fill("latency")
    plain.get_by_role("button", name="Find").click()
    assert "q=latency" in plain.url
    expect(plain.locator("#metrics").get_by_text("znode_count", exact=True)).to_have_count(0)


def test_a_server_that_is_killed_turns_its_row_without_a_reload(
    watched: ZkDashProcess, servers: Ensemble, page: Page
) -> None:
    victim: Server = servers.followers()[0]
    open_live(page, watched, "/clusters/orders")
    row = page.locator("#servers tr").filter(has_text=victim.address)
    expect(row).to_have_attribute("data-state", "serving")
    victim.kill()
    expect(row).to_have_attribute("data-state", "down", timeout=6000)
    expect(page.locator("#glance")).not_to_have_attribute("data-health", "healthy", timeout=6000)
    expect(page.locator('#servers tr[data-state="serving"]')).to_have_count(2)
    assert never_reloaded(page)
