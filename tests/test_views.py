"""Saved views, the overview arranged by groups and pins, and the wall screen's page."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.support.site import Site, config_of, running_site
from tests.test_gate import Door, someone
from zkdash.access import Role, saved_view
from zkdash.access.audit import Asked
from zkdash.web.arranging import Arrangement, of_topic

OURS = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with running_site(tmp_path) as running:
        running.add(
            config_of("a1", label="Shop/one"), config_of("b", label="alone"), config_of("a2", label="Shop / two")
        )
        for name in ("a1", "b", "a2"):
            running[name].connect()
        await running.recorded(6)
        running.bus.access = Door()
        running.bus.access.person = someone(Role.OPERATOR)
        yield running


async def post(site: Site, path: str, **form: str) -> tuple[int, str]:
    answer: Any = await site.client.post(path, data=form, headers=OURS)
    return answer.status, await answer.text()


async def test_a_view_is_saved_listed_changed_and_removed(site: Site) -> None:
    of = "/timeline?range=24h&cluster=a1"
    assert "Save a view" in await site.text("/views", params={"of": of})
    status, text = await post(site, "/views", of=of, name="A day", **{"for": "me"})
    assert status == 200
    assert "The view is saved." in text
    assert 'href="/timeline?range=24h&amp;cluster=a1"' in text
    status, text = await post(site, "/views/1", name="A <day>", pinned="yes")
    assert (status, "A &lt;day&gt;" in text, "pinned" in text) == (200, True, True)
    status, text = await post(site, "/views/1/remove")
    assert (status, "None yet." in text) == (200, True)
    actions = [each.action for each in await site.bus.audit.entries(Asked(), 9)]
    assert actions == ["view-remove", "view-save", "view-save"]


async def test_what_is_ones_own_is_nobody_elses(site: Site) -> None:
    await post(site, "/views", of="/alerts", name="mine", **{"for": "me"})
    await post(site, "/views", of="/alerts", name="ours", **{"for": "team"})
    site.bus.access.person = replace(someone(Role.VIEWER), name="bob")
    text = await site.text("/views")
    assert ("mine" in text, "ours" in text) == (False, True)
    for view in (1, 2, 99):
        assert (await post(site, f"/views/{view}", name="x"))[0] == 404
        assert (await post(site, f"/views/{view}/remove"))[0] == 404
    assert (await post(site, "/views", of="/", name="x", **{"for": "team"}))[0] == 400
    assert (await post(site, "/views", of="/", name="x", **{"for": "me"}))[0] == 200


async def test_without_sign_in_they_are_the_teams(site: Site) -> None:
    site.bus.access.person = replace(someone(Role.OPERATOR), name="")
    assert (await post(site, "/views", of="/", name="ours", **{"for": "me"}))[0] == 200
    site.bus.access.person = replace(someone(Role.VIEWER), name="bob")
    assert "ours" in await site.text("/views")


async def test_only_pages_of_its_own_are_saved_and_by_a_name(site: Site) -> None:
    foreign = ("//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)")
    for of in ("", *foreign, "/nope", "/api/v1/clusters", "/s/x", "/live?topic=overview"):
        status, text = await post(site, "/views", of=of, name="x")
        assert (status, "It was not saved." in text) == (400, True), of
    for name in ("", "x" * 81):
        assert (await post(site, "/views", of="/", name=name))[0] == 400


def order(text: str) -> list[str]:
    """Group titles and clusters as they stand in the page."""
    main = text.partition('id="clusters"')[2]
    return re.findall(r'clusters__title"[^>]*>(\w+)|<article[^>]* id="cluster-(\w+)"', main) and [
        one or other for one, other in re.findall(r'clusters__title"[^>]*>(\w+)|<article[^>]* id="cluster-(\w+)"', main)
    ]


async def test_the_overview_is_arranged_by_labels_and_pins(site: Site) -> None:
    assert order(await site.text("/")) == ["a1", "a2", "b"]
    assert order(await site.text("/?group=label")) == ["Shop", "a1", "a2", "Others", "b"]
    assert order(await site.text("/?group=label&pin=a2")) == ["Pinned", "a2", "Shop", "a1", "Others", "b"]
    assert order(await site.text("/?pin=b")) == ["Pinned", "b", "Others", "a1", "a2"]
    for query in ("group=size", "pin=" + ",".join(map(str, range(51)))):
        await site.text(f"/?{query}", 400)


async def test_an_arranged_overview_is_live(site: Site) -> None:
    topic = Arrangement(True, ("b",)).topic()
    assert of_topic(topic) == Arrangement(True, ("b",))
    socket = await site.listen(topic)
    assert order((await socket.receive_str(timeout=5)).replace('id="clusters"', 'id="clusters"', 1)) == [
        "Pinned",
        "b",
        "Shop",
        "a1",
        "a2",
    ]
    site["b"].drop()
    while 'id="cluster-b"' not in (text := await socket.receive_str(timeout=5)) or "SUSPENDED" not in text:
        pass
    await socket.close()
    for other in ("overview?group=size", "overview?", "overview?x=1"):
        await site.text("/live", 400, params={"topic": other})


async def test_the_wall_screen_has_every_cluster_and_says_that_it_is_live(site: Site) -> None:
    text = await site.text("/?view=wall")
    assert order(text) == ["a1", "a2", "b"]
    assert 'id="live"' in text
    assert "topic=overview" in text


async def test_views_are_not_without_number(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saved_view, "MOST", 1)
    assert (await post(site, "/views", of="/", name="one"))[0] == 200
    status, text = await post(site, "/views", of="/", name="two")
    assert (status, "There are 1 views already" in text) == (400, True)
