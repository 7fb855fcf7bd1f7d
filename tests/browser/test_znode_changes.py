"""A znode's page in a browser while the znode changes: tree, table, data, and what is being typed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from kazoo.client import KazooClient
from playwright.sync_api import Page, expect

from tests.conftest import kazoo_client
from tests.support.zkdash_process import ZkDashProcess
from zkdash.demo.server import Server


@pytest.fixture
def client(own_server: Server) -> Iterator[KazooClient]:
    with kazoo_client(own_server.address) as one:
        one.ensure_path("/app/one")
        one.create("/app/two", b'{"size": 1}')
        yield one


def test_children_come_and_go_in_the_tree_and_in_the_table(
    live_site: ZkDashProcess, client: KazooClient, page: Page
) -> None:
    page.goto(live_site.url("/clusters/prod/znodes/app?tab=children"))
    tree, table = page.get_by_role("tree"), page.locator(".children")
    expect(table.locator("tr")).to_have_count(2)
    page.get_by_label("Text, glob or expression").press_sequentially("half typ")
    client.create("/app/in-between-", b"", ephemeral=True, sequence=True)
    rows = tree.locator('[aria-label="app"] > [role="group"] > [role="treeitem"]')
    expect(rows).to_have_count(3)
    assert [row.get_attribute("aria-label") for row in rows.all()] == ["in-between-0000000002", "one", "two"]
    expect(rows.first).to_have_attribute("aria-description", "ephemeral, sequential, 0 children")
    expect(table.locator("tr").first).to_contain_text("ephemeral, sequential")
    client.delete("/app/one")
    expect(rows).to_have_count(2)
    expect(rows.last).to_have_attribute("aria-posinset", "2")
    expect(table.locator("tr")).to_have_count(2)
    expect(page.get_by_label("Text, glob or expression")).to_have_value("half typ")
    expect(page.get_by_label("Text, glob or expression")).to_be_focused()


def test_what_is_looked_at_next_is_live_and_what_was_before_is_not(
    live_site: ZkDashProcess, client: KazooClient, page: Page
) -> None:
    page.goto(live_site.url("/clusters/prod/znodes/app"))
    with page.expect_websocket(lambda socket: "two" in socket.url) as opened:
        page.get_by_role("tree").get_by_role("link", name="two").click()
    expect(page.locator("#node-shown")).to_have_attribute("data-path", "/app/two")
    opened.value.wait_for_event("framereceived")
    client.set("/app/two", b'{"size": 2}')
    expect(page.locator("#node-news del")).to_contain_text('"size": 1')
    expect(page.locator("#node-news ins")).to_contain_text('"size": 2')
    expect(page.locator("#value")).to_contain_text('"size": 2')
    expect(page.locator("#live")).to_have_attribute("data-state", "live")


def test_a_leaf_that_gets_a_child_opens(live_site: ZkDashProcess, client: KazooClient, page: Page) -> None:
    with page.expect_websocket(lambda socket: "two" in socket.url) as opened:
        page.goto(live_site.url("/clusters/prod/znodes/app/two"))
    opened.value.wait_for_event("framereceived")
    row = page.get_by_role("tree").locator('[aria-label="two"]')
    expect(row).not_to_have_attribute("aria-expanded", "true")
    client.create("/app/two/inner", b"")
    expect(row.locator('[aria-label="inner"]')).to_be_visible()
    client.delete("/app/two/inner")
    expect(row.locator('[aria-label="inner"]')).to_have_count(0)
    expect(row).not_to_have_attribute("aria-expanded", "true")


def test_a_path_is_completed_while_it_is_typed(live_site: ZkDashProcess, client: KazooClient, page: Page) -> None:
    page.goto(live_site.url("/clusters/prod/znodes/"))
    bar = page.get_by_label("Path of a znode")
    bar.fill("")
    bar.press_sequentially("/app/t")
    expect(page.locator("#path-completions option")).to_have_attribute("value", "/app/two")
    bar.press_sequentially("wo")
    bar.press("Enter")
    expect(page.locator("#node-shown")).to_have_attribute("data-path", "/app/two")
