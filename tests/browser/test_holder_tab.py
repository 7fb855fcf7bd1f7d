"""The tab *Held by*: it asks when it is opened, and pushes leave alone what was told."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from kazoo.client import KazooClient
from playwright.sync_api import Page, expect

from tests.conftest import Tree
from tests.support.zkdash_process import ZkDashProcess
from zkdash.znodes.stat import hex_id

OpenPage = Callable[..., Page]


@pytest.fixture
def held(tree: Tree) -> str:
    """The path of an ephemeral znode."""
    return f"{tree.root}{tree.make('/held', b'first', ephemeral=True)}"


def test_the_tab_asks_the_servers_and_who_watches_it_is_asked_by_a_button(
    shared_dash: ZkDashProcess, page: Page, held: str, root_client: KazooClient
) -> None:
    page.goto(shared_dash.url(f"/clusters/prod/znodes{held}"))
    page.get_by_role("link", name="Held by").click()
    holder = page.locator("#holder")
    expect(holder).to_contain_text(hex_id(root_client.client_id[0]))
    expect(holder).to_contain_text("127.0.0.1:")
    expect(page.locator("#watchers table")).to_have_count(0)
    root_client.get(held, watch=lambda _event: None)
    page.get_by_role("link", name="Ask who watches it").click()
    expect(page.locator("#watchers table")).to_contain_text(hex_id(root_client.client_id[0]))
    assert page.url.endswith("?tab=holder")


def test_what_was_told_stays_when_the_znode_changes(
    shared_dash: ZkDashProcess, page: Page, held: str, root_client: KazooClient
) -> None:
    page.goto(shared_dash.url(f"/clusters/prod/znodes{held}?tab=holder"))
    expect(page.locator("#holder dl")).to_be_visible()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    root_client.set(held, b"second, and longer")
    expect(page.locator(".node__facts")).to_contain_text("18 bytes")
    expect(page.locator("#holder dl")).to_be_visible()
    assert [url for url in asked if "/holder" in url] == []


def test_without_a_script_a_link_leads_to_the_same(
    shared_dash: ZkDashProcess, open_page: OpenPage, held: str, root_client: KazooClient
) -> None:
    page = open_page(java_script_enabled=False)
    page.goto(shared_dash.url(f"/clusters/prod/znodes{held}?tab=holder"))
    page.get_by_role("link", name="Ask the servers who holds it").click()
    expect(page.locator("#holder")).to_contain_text(hex_id(root_client.client_id[0]))
    page.get_by_role("link", name="Ask who watches it").click()
    expect(page.locator("#watchers")).to_contain_text("Who watches it")
