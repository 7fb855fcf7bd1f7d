"""The page of a cluster's availability, and the same as JSON."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.html import Page
from tests.support.site import Site, running_site
from zkdash.web.availability_windows import percent


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with running_site(tmp_path, "a") as running:
        await running.recorded(2)
        yield running


async def test_the_page_has_four_windows_and_the_outages_of_the_chosen_one(site: Site) -> None:
    site["a"].drop()
    await site.recorded(3)  # an outage within a millisecond is none
    site["a"].time_out()
    await site.recorded(4)
    site["a"].connect(session_id=2)
    await site.recorded(5)
    page = Page(await site.text("/clusters/a/availability?window=24h"))
    assert "Outages, last 24 hours" in page.text
    for words in ("24 hours", "7 days", "30 days", "90 days"):
        assert words in page.text
    assert '<li class="outage">' in await site.text("/clusters/a/availability?window=24h")
    assert any("/timeline/events/" in link for link in page.links)


async def test_a_cluster_without_outages_says_so(site: Site) -> None:
    assert "None that zkdash saw." in await site.text("/clusters/a/availability")


async def test_the_api_says_the_same_and_its_seconds_add_up(site: Site) -> None:
    site["a"].drop()
    await site.recorded(3)
    told = json.loads(await site.text("/api/v1/clusters/a/availability"))
    assert [one["window"] for one in told["windows"]] == ["24h", "7d", "30d", "90d"]
    day = told["windows"][0]
    assert round(day["up"] + day["suspended"] + day["lost"] + day["unknown"]) == 86_400
    assert [(one["lost"], one["ended"]) for one in day["outages"]] == [(False, False)]
    assert day["unknown"] > 86_000


async def test_a_window_that_there_is_not_is_said(site: Site) -> None:
    assert "24h, 7d, 30d, 90d" in await site.text("/clusters/a/availability?window=1y", 400)
    assert "There is no parameter" in await site.text("/clusters/a/availability?x=1", 400)
    await site.text("/clusters/nope/availability", 404)


@pytest.mark.parametrize(
    ("ratio", "text"),
    [(1.0, "100 %"), (0.9999999, "99.999 %"), (0.5, "50 %"), (0.0, "0 %"), (1e-9, "under 0.001 %"), (None, "–")],
)
def test_what_was_not_up_all_the_time_is_never_a_hundred_percent(ratio: float | None, text: str) -> None:
    assert percent(ratio) == text
