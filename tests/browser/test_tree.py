"""The tree of znodes in a browser: keys, pages of children, links that load only what changes."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import DEEP, WIDE
from tests.support.zkdash_process import ZkDashProcess


@pytest.fixture
def tree(site: ZkDashProcess, page: Page) -> Locator:
    """The tree of prod, with the focus on its root."""
    page.goto(site.url("/clusters/prod/znodes/"))
    tree = page.get_by_role("tree")
    tree.locator('[role="treeitem"][tabindex="0"]').focus()
    return tree


def focused(tree: Locator) -> Locator:
    return tree.locator('[role="treeitem"]:focus')


def test_the_keys_of_a_tree_work(tree: Locator, page: Page) -> None:
    keys = page.keyboard
    expect(focused(tree)).to_have_attribute("aria-level", "1")
    keys.press("ArrowDown")
    first = focused(tree).get_attribute("aria-label")
    expect(focused(tree)).to_have_attribute("aria-level", "2")
    keys.press("End")
    expect(focused(tree)).not_to_have_attribute("aria-label", str(first))
    keys.press("Home")
    expect(focused(tree)).to_have_attribute("aria-level", "1")

    keys.type("app")
    expect(focused(tree)).to_have_attribute("aria-label", "apps")
    expect(focused(tree)).to_have_attribute("aria-expanded", "false")
    keys.press("ArrowRight")
    expect(focused(tree)).to_have_attribute("aria-expanded", "true")
    keys.press("ArrowRight")
    expect(focused(tree)).to_have_attribute("aria-label", "shop")
    expect(focused(tree)).to_have_attribute("aria-level", "3")
    keys.press("ArrowLeft")
    expect(focused(tree)).to_have_attribute("aria-label", "apps")
    keys.press("ArrowLeft")
    expect(focused(tree)).to_have_attribute("aria-expanded", "false")


def test_enter_opens_a_node_beside_the_tree_without_a_reload(tree: Locator, page: Page) -> None:
    page.evaluate("window.neverReloaded = true")
    page.keyboard.type("clusterprops")
    page.keyboard.press("Enter")
    expect(page.locator("#node-shown")).to_have_attribute("data-path", "/clusterprops.json")
    assert page.url.endswith("/clusters/prod/znodes/clusterprops.json")
    expect(page.locator("#value")).to_contain_text('"urlScheme": "http"')
    expect(page).to_have_title("/clusterprops.json · Production · 1 lost, 1 connected · zkdash")
    assert page.evaluate("window.neverReloaded")
    page.go_back()
    expect(page.locator("#node-shown")).to_have_attribute("data-path", "/")


def test_the_tree_is_one_stop_of_the_tab_key(tree: Locator) -> None:
    expect(tree.locator('[role="treeitem"][tabindex="0"]')).to_have_count(1)
    for link in tree.get_by_role("link").all():
        assert link.get_attribute("tabindex") == "-1"


def test_a_wide_node_comes_in_pages_of_200(tree: Locator, page: Page) -> None:
    page.keyboard.type("wide")
    page.keyboard.press("ArrowRight")
    children = tree.locator('[aria-label="wide"] > [role="group"] > li')
    expect(children).to_have_count(201)  # 200 and the row that says there is more
    for expected in (401, WIDE):
        tree.get_by_text("Show", exact=False).last.click()
        expect(children).to_have_count(expected)
    expect(children.last).to_have_attribute("aria-posinset", str(WIDE))
    expect(children.last).to_have_attribute("aria-setsize", str(WIDE))
    names = [str(child.get_attribute("aria-label")) for child in children.all()]
    assert names == [f"child-{number:03}" for number in range(WIDE)]


def test_script_in_names_and_data_stays_text(site: ZkDashProcess, page: Page) -> None:
    page.goto(site.url("/clusters/prod/znodes/apps/shop"))
    row = page.get_by_role("tree").locator('[aria-label="<script>alert(1)<"]')
    row.locator(".tree__link").first.click()
    expect(page.locator("#node-shown")).to_have_attribute("data-path", "/apps/shop/<script>alert(1)<")
    page.get_by_role("link", name="Children 1").click()
    page.locator(".children").get_by_role("link").click()
    expect(page.locator("#value")).to_have_text("<img src=x onerror=alert(1)>")


def test_a_deep_address_opens_the_tree_down_to_it(site: ZkDashProcess, page: Page) -> None:
    page.goto(site.url("/clusters/prod/znodes/brokers/topics/orders/partitions/0/state"))
    selected = page.get_by_role("tree").locator('[aria-selected="true"]')
    expect(selected).to_have_count(1)
    expect(selected).to_have_attribute("aria-label", "state")
    expect(page.locator("#value")).to_contain_text('"leader": 1')


@pytest.mark.parametrize("width", [1280, 360])
def test_however_deep_the_shown_znode_is_its_row_is_seen(site: ZkDashProcess, page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(site.url(f"/clusters/prod/znodes{DEEP}"))
    name = page.get_by_role("tree").locator('[aria-current="page"]')
    expect(name).to_have_text("level-24")
    expect(name).to_be_in_viewport(ratio=1)
