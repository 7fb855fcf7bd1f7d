"""The timeline's pages: filters in the address, pages of the list, and an address for each event."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from multidict import MultiDict
from yarl import URL

from tests.support.site import Site, running_site
from zkdash.web import feed, timerange
from zkdash.web.timeline import was
from zkdash.web.timerange import View
from zkdash.zookeeper.states import Cause, Expired, Kind, State

NOON = 1_750_000_000_000
ROW = re.compile(r'<li class="event [^"]*" id="event-(\d+)"')


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with running_site(tmp_path, "a", "b") as running:
        yield running


async def outage(site: Site, name: str, after: int) -> None:
    """SUSPENDED, LOST, and CONNECTED again; `after` events are then in the log."""
    site[name].drop("the cable")
    site[name].time_out()
    site[name].signal(Expired("zk1.example:2181"))
    site[name].connect(session_id=2)
    await site.recorded(after)


async def test_all_events_of_the_range_stand_newest_first(site: Site) -> None:
    await outage(site, "a", 8)
    ids = [int(found) for found in ROW.findall(await site.text("/timeline"))]
    assert ids == sorted((event.id for event in site.bus.heard["Event.recorded!"]), reverse=True)


async def test_clusters_and_states_are_chosen_by_the_address(site: Site) -> None:
    await outage(site, "a", 8)
    page = await site.text("/timeline?cluster=a&state=SUSPENDED&state=lost")
    assert re.findall(r'class="event event--(\w+)"', page) == ["lost", "suspended", "connecting"]
    assert 'id="lane-a"' in page
    assert 'id="lane-b"' not in page
    assert 'name="cluster" value="a" checked' in page
    assert "Nothing was recorded" in await site.text("/timeline?cluster=gone")


async def test_the_list_is_paged_and_the_next_page_goes_on_where_it_ended(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "PAGE", 3)
    await outage(site, "a", 8)
    seen: list[str] = []
    url: str | None = "/timeline?state=CONNECTED&state=LOST&state=SUSPENDED"
    while url:
        page = await site.text(url)
        seen += ROW.findall(page)
        older = re.search(r'id="older" rel="next" href="([^"]+)"', page)
        url = unescape(older[1]) if older else None
        assert "topic=timeline" not in page or "before=" not in (url or "") or len(seen) == 3
    assert [int(each) for each in seen] == sorted(
        (event.id for event in site.bus.heard["Event.recorded!"] if event.to_state), reverse=True
    )


async def test_values_that_mean_nothing_are_named_and_nothing_asked_is_forgotten(site: Site) -> None:
    page = await site.text("/timeline?range=own&from=yesterday&cluster=a&state=GONE&before=x", 400)
    for text in ("&#39;yesterday&#39; is not a time", "no state &#39;GONE&#39;", "&#39;x&#39; is not an event"):
        assert text in page
    assert 'name="from" value="yesterday" aria-invalid="true"' in page
    assert 'name="cluster" value="a" checked' in page
    assert "topic=timeline" not in page


async def test_an_event_has_a_page_of_its_own(site: Site) -> None:
    await outage(site, "a", 8)
    events = {event.cause: event for event in site.bus.heard["Event.recorded!"]}
    timeout, expired = events["session-timeout"], events["session-expired"]
    page = await site.text(f"/timeline/events/{timeout.id}")
    assert "No server of the cluster answered for the whole session timeout" in page
    assert "suspended for" in page
    assert f'href="/timeline/events/{expired.id}"' in page
    assert "Learnt later" in page
    assert 'rel="prev"' in page
    assert 'rel="next"' in page
    assert f'data-copy-url="/timeline/events/{timeout.id}"' in page
    assert f'href="/timeline/events/{timeout.id}"' in await site.text(f"/timeline/events/{expired.id}")
    last = await site.text(f"/timeline/events/{site.bus.heard['Event.recorded!'][-1].id}")
    assert "<dd>goes on</dd>" in last


async def test_a_first_connection_was_no_loss_unless_it_took_too_long(site: Site) -> None:
    started, connected = (event for event in site.bus.heard["Event.recorded!"] if event.cluster == "a")
    page = await site.text(f"/timeline/events/{connected.id}")
    assert re.search(r"<dt>Before</dt><dd>connecting for ", page)
    assert "lost" not in re.sub(r"<[^>]*>", " ", page.partition('id="event"')[2].partition("</section>")[0])
    assert re.search(rf'id="event-{connected.id}".*?no session for</span>', await site.text("/timeline"), re.DOTALL)
    never = replace(started, id=started.id + 1, kind=Kind.NOTICE, cause=Cause.NEVER_CONNECTED)
    assert was(connected, [started]) == "connecting"
    assert was(connected, [never, started]) == was(connected, []) == "lost"


@pytest.mark.parametrize("event_id", ["0", "999", "x", "-1", "1e3", "99999999999999999999", "%0a"])
async def test_an_event_that_is_not_there_is_not_found(site: Site, event_id: str) -> None:
    assert "There is no such event" in await site.text(f"/timeline/events/{event_id}", 404)


async def test_incidents_are_open_until_the_cluster_is_back(site: Site) -> None:
    assert "Nobody is told of a loss: no route is configured" in await site.text("/alerts")
    site["a"].drop()
    site["a"].time_out()
    await site.recorded(6)
    assert 'class="incident incident--open"' in await site.text("/alerts")
    site["a"].connect()
    await site.recorded(7)
    page = await site.text("/alerts")
    assert "Nothing is wrong that zkdash knows of" in page
    assert 'id="incidents-over"' in page


@pytest.mark.parametrize(
    ("query", "view"),
    [
        ({}, View()),
        ({"range": "7d"}, View("7d")),
        ({"from": "2025-06-15T15:06:40"}, View("own", NOON)),
        ({"range": "own", "from": "2025-06-15T17:06:40+02:00", "to": "2025-06-15T15:07:40Z"},
         View("own", NOON, NOON + 60_000)),
        ({"range": "1h", "from": "2025-06-15T15:06:40"}, View("1h")),
        ({"state": "lost", "cluster": "a", "before": "7"}, View(clusters=("a",), states=(State.LOST,), before=7)),
        ({"state": "", "cluster": "", "before": "", "from": "", "to": ""}, View()),
    ],
)  # fmt: skip
def test_a_query_gives_its_view(query: dict[str, str], view: View) -> None:
    reading = timerange.read(MultiDict(query))
    assert (reading.view, reading.problems) == (view, {})


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"range": "2h"}, "range"),
        ({"range": "own"}, "from"),
        ({"range": "own", "from": "noon"}, "from"),
        ({"range": "own", "from": "0000-00-00"}, "from"),
        ({"range": "own", "from": "2025-06-15", "to": "2025-06-14"}, "to"),
        ({"state": "DEAD"}, "state"),
        ({"cluster": "a/b"}, "cluster"),
        ({"before": "-1"}, "before"),
        ({"before": "9" * 30}, "before"),
        ({"before": "²"}, "before"),
    ],
)
def test_a_mistake_in_a_query_is_named_by_its_field(query: dict[str, str], field: str) -> None:
    assert set(timerange.read(MultiDict(query)).problems) == {field}


@pytest.mark.parametrize(
    "view",
    [
        View(),
        View("24h", clusters=("b", "a"), states=(State.CONNECTED, State.LOST)),
        View("own", NOON, NOON + 1000),
        View("own", NOON, clusters=("a.b-c_d",), before=5),
    ],
)
def test_the_address_of_a_view_gives_the_view_back(view: View) -> None:
    assert timerange.read(URL(view.url()).query).view == view


async def test_without_a_cluster_the_timeline_says_how_to_add_one(tmp_path: Path) -> None:
    async with running_site(tmp_path) as site:
        for path in ("/timeline", "/search"):
            assert "how to add one" in await site.text(path)
