"""The overview: every cluster, trouble first, and true even when nothing can be recorded."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text as sql

from tests.support.site import Site, config_of, running_site
from tests.support.until import until
from zkdash.web.keys import BOARD
from zkdash.web.words import Standing, explain, standing, summary, worst
from zkdash.zookeeper.states import AuthFailed, Cause, State

ORDER = re.compile(r'<article [^>]*id="cluster-([^"]+)"')


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with running_site(tmp_path, "b", "c", "a") as running:
        yield running


def card(text: str, name: str) -> str:
    """One cluster's part of a page."""
    found = re.search(rf'<article [^>]*id="cluster-{re.escape(name)}".*?</article>', text, re.DOTALL)
    assert found, text
    return found[0]


async def test_trouble_stands_first_and_equals_by_name(site: Site) -> None:
    assert ORDER.findall(await site.text("/")) == ["a", "b", "c"]
    site["c"].drop()
    assert ORDER.findall(await site.text("/")) == ["c", "a", "b"]
    site["b"].drop()
    site["b"].time_out()
    assert ORDER.findall(await site.text("/")) == ["b", "c", "a"]


async def test_the_summary_stands_on_the_page_in_the_title_and_in_the_icon(site: Site) -> None:
    site["b"].drop()
    site["b"].time_out()
    site["c"].drop()
    page = await site.text("/")
    assert "<title>1 lost, 1 suspended, 1 connected · zkdash</title>" in page
    assert "<span>1 lost, 1 suspended, 1 connected</span>" in page
    assert 'href="/favicon.svg?state=lost"' in page
    assert "<svg" in await site.text("/favicon.svg?state=lost")
    assert await site.text("/favicon.svg?state=../secret") == await site.text("/favicon.svg")


async def test_a_card_says_the_state_the_cause_the_server_and_the_timeout(site: Site) -> None:
    site["a"].drop("connection reset by zk1.example:2181")
    found = card(await site.text("/"), "a")
    assert 'data-state="SUSPENDED"' in found
    assert '<span class="state__word">suspended</span>' in found
    assert "The connection broke: connection reset by zk1.example:2181." in found
    assert "zk1.example:2181</span></dd>" in found
    assert "10 s timeout" in found
    assert '<time datetime="' in found


async def test_a_first_try_to_connect_is_no_loss_until_the_session_timeout_has_passed(site: Site) -> None:
    site.add(config_of("new"))
    page = await site.text("/")
    assert 'data-state="LOST" data-standing="connecting"' in page
    assert "<span>1 connecting, 3 connected</span>" in page
    site["new"].time_out()
    page = await site.text("/")
    assert 'data-state="LOST" data-standing="lost"' in page
    assert "<span>1 lost, 3 connected</span>" in page
    assert "No server has answered yet" in card(page, "new")


async def test_refused_credentials_are_said(site: Site) -> None:
    site["a"].signal(AuthFailed("authentication failed"))
    assert "The servers refused the credentials: authentication failed." in card(await site.text("/"), "a")


async def test_labels_and_reasons_are_shown_as_text(site: Site) -> None:
    site.add(config_of("x", label="<script>alert(1)</script>"))
    site["x"].drop()
    site["a"].drop('"><img src=x onerror=alert(1)>')
    page = await site.text("/")
    assert "<script>alert" not in page
    assert "<img" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


async def test_a_page_without_clusters_says_how_to_add_one(tmp_path: Path) -> None:
    async with running_site(tmp_path) as site:
        page = await site.text("/")
    assert "No cluster is configured" in page
    assert "zkdash prod=zk1:2181" in page
    assert "<title>no clusters · zkdash</title>" in page


@pytest.mark.parametrize("path", ["/search", "/timeline", "/compare", "/alerts"])
async def test_other_pages_without_clusters_lead_there(path: str, tmp_path: Path) -> None:
    async with running_site(tmp_path) as site:
        assert '<a href="/">how to add one</a>' in await site.text(path)


async def test_a_lane_shows_what_was_recorded_and_what_was_not_watched(site: Site) -> None:
    board = site.client.app[BOARD]  # type: ignore[union-attr]  # a running site has one
    site["a"].drop()
    await until(lambda: "suspended" in board.card("a"))
    await site.recorded(7)
    found = card(await site.text("/"), "a")
    assert "lane__bar--suspended" in found
    assert 'lane__bar--unknown"' in found
    assert 'fill="url(#hatch)"' in found
    assert re.search(r'aria-label="a: [^"]*unknown ', found)


async def test_states_are_true_and_the_trouble_is_said_while_nothing_can_be_recorded(site: Site) -> None:
    async with site.bus.store.begin() as connection:
        await connection.execute(sql("ALTER TABLE events RENAME TO elsewhere"))
    site["a"].drop()
    site["a"].time_out()
    await until(lambda: site.bus.events.trouble)
    page = await site.text("/")
    assert 'id="banner-history"' in page
    assert 'data-state="LOST"' in card(page, "a")
    assert 'class="lane__bar lane__bar--lost"' in card(page, "a")
    async with site.bus.store.begin() as connection:
        await connection.execute(sql("ALTER TABLE elsewhere RENAME TO events"))
    await until(lambda: not site.bus.events.trouble, 10.0)
    assert 'id="banner-history"' not in await site.text("/")


async def test_a_configuration_that_was_refused_is_said_on_every_page(site: Site) -> None:
    site.bus.reload_trouble = "zkdash.conf: [zookeeper:x] servrs: there is no such key"
    site.bus.PubSub.publish("Clusters.changed!")
    for path in ("/", "/timeline", "/clusters/a"):
        assert "servrs: there is no such key" in await site.text(path)


async def test_a_clusters_page_has_the_facts_of_its_session(site: Site) -> None:
    site["a"].connect(session_id=-2)
    page = await site.text("/clusters/a")
    assert "0xfffffffffffffffe" in page
    assert "zk1.example:2181" in page
    assert "10 s negotiated" in page
    assert 'href="/clusters/a" aria-current="page"' in page
    assert "/live?topic=frame&amp;topic=cluster%2Fa&amp;topic=timeline%3Frange%3D6h%26cluster%3Da" in page


def test_the_summary_counts_worst_first() -> None:
    assert summary([]) == "no clusters"
    assert summary([Standing.CONNECTED, Standing.LOST, Standing.CONNECTED]) == "1 lost, 2 connected"
    assert summary(list(Standing)) == "1 lost, 1 suspended, 1 connecting, 1 connected"
    assert worst([]) is None
    assert worst([Standing.CONNECTED, Standing.SUSPENDED]) is Standing.SUSPENDED


@pytest.mark.parametrize("cause", list(Cause))
def test_every_cause_has_words(cause: Cause) -> None:
    ends = {Cause.STOPPED: "it.", Cause.FIRING: "Why.", Cause.RESOLVED: "Why."}
    assert explain(cause, "why").endswith(ends.get(cause, ": why."))
    assert explain(cause, "") == explain(cause, "").strip()
    assert standing(State.LOST, cause) in (Standing.LOST, Standing.CONNECTING)


async def test_a_page_that_comes_before_its_cards_are_drawn_lets_others_have_their_turns(tmp_path: Path) -> None:
    async with running_site(tmp_path, *(f"c{number}" for number in range(35))) as site:
        board = site.client.app[BOARD]  # type: ignore[union-attr]  # a running site has one
        site.bus.PubSub.publish("Clusters.changed!")
        assert len(board._cards.undrawn()) == 35
        turns: list[int] = []

        async def other() -> None:
            while True:
                turns.append(len(board._cards.undrawn()))
                await asyncio.sleep(0)

        watching = asyncio.create_task(other())
        await board.drawn()
        watching.cancel()
        assert board._cards.undrawn() == []
        assert len(set(turns)) >= 3
