"""Each way around by keyboard alone, that is by keys, Tab and Enter."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.support.keyboard import keys, step_to, tab_to
from tests.support.zkdash_process import ZkDashProcess
from zkdash.web.places import MAIN, OTHERS, of_cluster

CHILDREN = "/clusters/prod/znodes/wide?tab=children"


@pytest.fixture
def keys_page(same_page: Page, site: ZkDashProcess) -> Page:
    same_page.goto(site.url("/"))
    return same_page


def test_what_is_wrong_is_read_at_once_and_why_is_two_steps_away(site: ZkDashProcess, keys_page: Page) -> None:
    """It is on top, in the tab's title and in the first row; test_by_keyboard.py goes on to the story, a third step."""
    expect(keys_page.locator("#headline")).to_have_text("1 lost, 1 connected")
    expect(keys_page).to_have_title("1 lost, 1 connected · zkdash")
    expect(keys_page.locator("#clusters > article").first).to_have_attribute("data-state", "LOST")
    step_to(keys_page, "#cluster-gone h2 a")
    keys_page.keyboard.press("Enter")
    expect(keys_page).to_have_url(site.url("/clusters/gone"))
    step_to(keys_page, keys_page.locator("#events li").filter(has_text="refused").locator(".event__when"))
    keys_page.keyboard.press("Enter")
    expect(keys_page).to_have_url(re.compile(r"/timeline/events/\d+$"))
    expect(keys_page.locator("#event")).to_contain_text("connection refused")


def test_keys_lead_from_any_page_to_any_other(site: ZkDashProcess, keys_page: Page) -> None:
    seen = []
    for place in (place for place in (*OTHERS, *MAIN) if " " in place.keys and place.key != "wall"):
        keys(keys_page, place.keys.replace(" ", ""))
        expect(keys_page).to_have_url(site.url(place.href))
        seen.append(site.url(place.href))
    for before in reversed(seen[-4:-1]):
        keys_page.go_back()
        expect(keys_page).to_have_url(before)
    keys_page.go_forward()
    expect(keys_page).to_have_url(seen[-3])


def test_keys_lead_to_each_page_of_a_cluster_and_to_its_neighbours(site: ZkDashProcess, keys_page: Page) -> None:
    switcher = keys_page.get_by_role("navigation", name="Clusters").get_by_role("link")
    assert {" ".join(each.split()) for each in switcher.all_inner_texts()} == {"gone lost", "Production connected"}
    step_to(keys_page, "#cluster-prod h2 a")
    keys_page.keyboard.press("Enter")
    for place in of_cluster("prod"):
        keys(keys_page, place.keys.replace(" ", ""))
        expect(keys_page).to_have_url(site.url(place.href))
    keys_page.goto(site.url("/clusters/prod"))
    step_to(keys_page, "#servers a")
    keys_page.keyboard.press("Enter")
    expect(keys_page).to_have_url(re.compile("/clusters/prod/servers/"))
    tab_to(keys_page, "Production", "Shift+Tab")
    keys(keys_page, "]")
    expect(keys_page).to_have_url(site.url("/clusters/gone"))
    keys(keys_page, "[")
    expect(keys_page).to_have_url(site.url("/clusters/prod"))


def test_a_table_is_sorted_turned_and_filtered(site: ZkDashProcess, keys_page: Page) -> None:
    keys_page.goto(site.url(CHILDREN))
    tab_to(keys_page, "Size")
    keys_page.keyboard.press("Enter")
    expect(keys_page.get_by_role("columnheader", name="Size")).to_have_attribute("aria-sort", "descending")
    expect(keys_page.locator("[rel=next][data-htmx-powered]")).to_be_visible()  # before, it's a plain link: a new page
    keys(keys_page, "n")
    expect(keys_page.get_by_text("201–400 of 450")).to_be_visible()
    expect(keys_page.locator("[rel=prev][data-htmx-powered]")).to_be_visible()
    keys(keys_page, "p")
    expect(keys_page.get_by_text("1–200 of 450")).to_be_visible()
    expect(keys_page.get_by_text("In the order of")).to_be_visible()  # all children are read
    expect(keys_page.locator("#sort-size")).to_be_focused()
    tab_to(keys_page, "Text, glob or expression", "Shift+Tab")
    keys_page.keyboard.type("child-44")
    keys_page.keyboard.press("Enter")
    expect(keys_page.locator(".children tr")).to_have_count(10)
    keys_page.keyboard.press("Tab")  # letters are typed into a field
    step_to(keys_page, ".children a")
    keys_page.keyboard.press("Enter")
    expect(keys_page).to_have_url(re.compile(r"/znodes/wide/child-44\d$"))


def test_a_view_is_shared_from_where_one_is(site: ZkDashProcess, keys_page: Page) -> None:
    keys_page.goto(site.url("/clusters/prod/znodes/apps"))
    shop = keys_page.get_by_role("tree").get_by_role("treeitem", name="shop", exact=True)
    tab_to(keys_page, "apps")
    keys_page.keyboard.press("ArrowRight")
    expect(shop).to_be_focused()
    keys_page.keyboard.press("Enter")
    expect(keys_page).to_have_url(site.url("/clusters/prod/znodes/apps/shop"))
    tab_to(keys_page, "Share", "Shift+Tab")
    keys_page.keyboard.press("Enter")
    expect(keys_page.locator("#share-form")).to_contain_text("Of /clusters/prod/znodes/apps/shop")
    tab_to(keys_page, "Title")
    keys_page.keyboard.type("The shop")
    keys_page.keyboard.press("Enter")
    expect(keys_page.get_by_role("heading", level=1)).to_have_text("Shared: The shop")
    expect(keys_page.locator("#link")).to_have_value(re.compile(r"/s/[\w-]{43}$"))


def test_a_view_is_saved_opened_and_removed(site: ZkDashProcess, keys_page: Page) -> None:
    keys_page.goto(site.url("/timeline?range=24h&state=LOST"))
    keys(keys_page, "/")
    keys_page.keyboard.type("save this")
    keys_page.keyboard.press("Enter")
    expect(keys_page.get_by_label("Save a view")).to_contain_text("/timeline?range=24h&state=LOST")
    tab_to(keys_page, "Name")
    keys_page.keyboard.type("Losses")
    keys_page.keyboard.press("Enter")
    expect(keys_page.locator(".views__one")).to_have_count(1)
    step_to(keys_page, ".views__one a")
    keys_page.keyboard.press("Enter")
    expect(keys_page).to_have_url(site.url("/timeline?range=24h&state=LOST"))
    keys(keys_page, "gv")
    expect(keys_page).to_have_url(site.url("/views"))
    tab_to(keys_page, "Change")
    keys_page.keyboard.press("Enter")
    tab_to(keys_page, "Remove")
    keys_page.keyboard.press("Enter")
    expect(keys_page.locator(".views__one")).to_have_count(0)


def test_two_subtrees_are_compared_and_znodes_are_searched(site: ZkDashProcess, keys_page: Page) -> None:
    keys(keys_page, "gc")
    expect(keys_page).to_have_url(site.url("/compare"))
    tab_to(keys_page, "Left: before")
    keys_page.keyboard.type("prod:/apps")
    keys_page.keyboard.press("Tab")
    keys_page.keyboard.type("prod:/apps/shop")
    keys_page.keyboard.press("Enter")
    expect(keys_page.locator("#run")).to_have_attribute("data-phase", "done")
    step_to(keys_page, "#found a")
    keys(keys_page, "gs")
    expect(keys_page).to_have_url(site.url("/search"))
    tab_to(keys_page, "Name")
    keys_page.keyboard.type("logo")
    keys_page.keyboard.press("Enter")
    expect(keys_page.get_by_role("link", name="/apps/shop/logo.png")).to_be_visible()
    step_to(keys_page, ".hit__path")


def test_the_timeline_is_filtered_and_times_are_shown_in_utc(site: ZkDashProcess, keys_page: Page) -> None:
    keys(keys_page, "gt")
    expect(keys_page).to_have_url(site.url("/timeline"))
    tab_to(keys_page, "lost")
    keys_page.keyboard.press("Space")
    expect(keys_page).to_have_url(re.compile("state=LOST"))
    expect(keys_page.locator("#live")).to_have_attribute("data-state", "live")
    tab_to(keys_page, "My zone", "Shift+Tab")
    keys_page.keyboard.press("ArrowRight")
    expect(keys_page.get_by_label("UTC", exact=True).last).to_be_checked()
    keys_page.keyboard.press("ArrowLeft")


def test_a_silence_begins_in_the_box_and_the_wall_is_left_again(site: ZkDashProcess, keys_page: Page) -> None:
    keys_page.keyboard.press("Control+k")
    keys_page.keyboard.type("silence gone")
    keys_page.keyboard.press("Enter")
    expect(keys_page).to_have_url(site.url("/alerts/silences/new?clusters=gone"))
    expect(keys_page.locator("#field-clusters")).to_have_value("gone")
    keys(keys_page, "gb")
    expect(keys_page).to_have_url(site.url("/?view=wall"))
    tab_to(keys_page, "Overview")
    keys_page.keyboard.press("Enter")
    expect(keys_page).to_have_url(site.url("/"))
