"""Share links: one view, to look at only, for as long as its maker may see it; and nothing else, by no way."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text as sql

from tests.support.site import Site, running_site
from tests.test_gate import Door, someone
from zkdash.access import NOTHING, Need, Reach, Role
from zkdash.access.audit import Asked
from zkdash.access.patience import Patience
from zkdash.config import WebConfig
from zkdash.web import share_view, sharing
from zkdash.web.keys import SHARING
from zkdash.web.routes import ACTIONS, ROUTES
from zkdash.web.urls import mount

LINK = re.compile(r'value="http://[^"]*(/s/[A-Za-z0-9_-]{43})"')


class Team(Door):
    """Whoever the test says asks, and what its makers of links reach now."""

    def __init__(self) -> None:
        self.reaches: dict[str, Reach] = {}

    def again(self, user: str, _groups: tuple[str, ...], _via: str) -> Reach:
        return self.reaches.get(user, NOTHING)


@pytest.fixture
async def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Site]:
    monkeypatch.setattr(share_view, "REFUSED_S", 0.0)
    monkeypatch.setattr(Patience, "delay_s", lambda _self, _place: 0.0)
    async with running_site(tmp_path, "prod", "hidden") as running:
        running.bus.access = team = Team()
        team.person = someone(Role.OPERATOR, "prod")
        team.reaches["ada"] = team.person.reach
        yield running


async def share(site: Site, of: str, kind: str = "live", **fields: str) -> str:
    """Make a link as the person that asks, and then be nobody; gives its path."""
    form = {"of": of, "title": "the view", "lasts": "7d", "kind": kind, **fields}
    made = await site.client.post("/shares", data=form, headers={"Sec-Fetch-Site": "same-origin"})
    text = await made.text()
    assert made.status == 200, text
    found = LINK.search(text)
    assert found is not None
    site.bus.access.person = None
    return found[1]


async def test_a_link_opens_one_view_without_signing_in(site: Site) -> None:
    link = await share(site, "/clusters/prod")
    async with site.client.get(link) as answer:
        text = await answer.text()
        assert (answer.status, answer.headers["Referrer-Policy"]) == (200, "no-referrer")
        assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
        assert answer.headers["Cache-Control"] == "no-store"
    assert '<meta name="robots" content="noindex, nofollow">' in text
    assert "Shared by ada, until" in text
    assert "Session timeout" in text


async def test_no_way_leads_on_from_a_view(site: Site) -> None:
    maker = site.bus.access.person
    for of in ("/", "/clusters/prod", "/timeline?range=24h", "/alerts", "/clusters/prod/availability"):
        for kind in ("live", "fixed"):
            site.bus.access.person = maker
            link = await share(site, of, kind)
            text = await site.text(link)
            hrefs = re.findall(r'(?:href|src|action|hx-\w+(?::\w+)?)="(/[^"]*)"', text)
            assert hrefs
            assert [each for each in hrefs if not each.startswith(("/static/", link))] == [], (of, kind)
            assert "<form" not in text
            assert "<button" not in text


async def test_what_cannot_be_shared_is_said(site: Site) -> None:
    for of in (
        "/audit",
        "/shares",
        "//evil.example/",
        "https://evil.example/",
        "/api/v1/clusters",
        "/metrics",
        "/nope",
    ):
        assert "can" in await site.text("/shares/new", 400, params={"of": of}), of
    assert 'value="live"' not in await site.text("/shares/new", params={"of": "/compare?left=prod:/a&right=prod:/b"})
    refused = await site.client.post(
        "/shares",
        data={"of": "/clusters/hidden", "lasts": "7d", "kind": "live"},
        headers={"Sec-Fetch-Site": "same-origin"},
    )
    assert (refused.status, "No link was made." in await refused.text()) == (400, True)


async def test_a_form_with_a_mistake_makes_no_link(site: Site) -> None:
    for wrong in ({"lasts": "8y"}, {"kind": "odd"}, {"title": "x" * 500}, {"password": "x" * 500}):
        form = {"of": "/", "lasts": "7d", "kind": "live"} | wrong
        refused = await site.client.post("/shares", data=form, headers={"Sec-Fetch-Site": "same-origin"})
        assert (refused.status, "No link was made." in await refused.text()) == (400, True), wrong


async def test_who_may_only_look_shares_nothing(site: Site) -> None:
    site.bus.access.person = someone(Role.VIEWER, "prod")
    await site.text("/shares/new", 403)
    refused = await site.client.post("/shares", data={}, headers={"Sec-Fetch-Site": "same-origin"})
    assert refused.status == 403


async def test_a_link_shows_no_more_than_its_maker_sees(site: Site) -> None:
    text = await site.text(await share(site, "/clusters/prod"))
    assert "hidden" not in re.sub(r"visually-hidden|aria-hidden|\bhidden\b(?= hx)", "", text)


async def over(site: Site, link: str) -> None:
    """Fail unless a link shows nothing, in the words of one that never was."""
    never = await site.text(f"/s/{'x' * 43}", 410)
    assert await site.text(link, 410) == never
    assert await site.text(f"{link}/live", 410) == never


async def test_links_that_show_nothing_say_the_same(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    link = await share(site, "/clusters/prod")
    await site.text(link)
    site.bus.access.reaches["ada"] = someone(Role.OPERATOR, "other").reach
    site.client.server.app[SHARING]._kept.clear()  # type: ignore[attr-defined]  # of a TestServer
    await over(site, link)
    site.bus.access.reaches["ada"] = someone(Role.VIEWER, "prod").reach
    await site.text(link)
    monkeypatch.setattr(sharing, "now_ms", lambda: 2**50)
    await over(site, link)


async def test_a_revoked_link_shows_nothing(site: Site) -> None:
    link = await share(site, "/clusters/prod", "fixed")
    site.bus.access.person = someone(Role.OPERATOR, "prod")
    assert "the view" in await site.text("/shares")
    gone = await site.client.post("/shares/1/revoke", headers={"Sec-Fetch-Site": "same-origin"})
    assert "The link is revoked" in await gone.text()
    await over(site, link)


async def test_nobody_elses_links_are_seen_or_revoked(site: Site) -> None:
    await share(site, "/clusters/prod")
    site.bus.access.person = other = someone(Role.OPERATOR, "prod")
    object.__setattr__(other, "name", "bob")
    assert "the view" not in await site.text("/shares")
    assert (await site.client.post("/shares/1/revoke", headers={"Sec-Fetch-Site": "same-origin"})).status == 404
    site.bus.access.person = admin = someone(Role.ADMIN)
    object.__setattr__(admin, "name", "eve")
    assert "the view" in await site.text("/shares")
    assert (await site.client.post("/shares/1/revoke", headers={"Sec-Fetch-Site": "same-origin"})).status == 200


async def test_a_fixed_view_stays_as_it_was(site: Site) -> None:
    link = await share(site, "/", "fixed")
    before = await site.text(link)
    assert 'data-state="CONNECTED"' in before
    site["prod"].drop()
    site["prod"].time_out()
    assert await site.text(link) == before
    assert "fixed: as it was on" in before
    await site.text(f"{link}/live", 410)


async def test_a_live_view_is_as_it_is_now(site: Site) -> None:
    link = await share(site, "/")
    assert 'data-state="CONNECTED"' in await site.text(link)
    async with site.client.ws_connect(f"{link}/live") as socket:
        first = await socket.receive_str(timeout=5)
        assert first.startswith('<hx-partial id="shared"')
        site["prod"].drop()
        while 'data-state="SUSPENDED"' not in (text := await socket.receive_str(timeout=5)):
            pass
        assert 'href="' not in text
        site.bus.access.reaches.clear()
        while "This link shows nothing" not in await socket.receive_str(timeout=6):
            pass


async def test_a_page_of_another_site_does_not_listen(site: Site) -> None:
    link = await share(site, "/")
    await site.text(f"{link}/live", 403, headers={"Origin": "https://evil.example"})


async def test_a_password_is_asked_for(site: Site) -> None:
    link = await share(site, "/clusters/prod", password="sesame")
    text = await site.text(link)
    assert "A password is needed" in text
    assert "prod" not in text
    await site.text(f"{link}/live", 410)
    ours = {"Sec-Fetch-Site": "same-origin"}
    for wrong in ("", "Sesame", "x" * 300):
        refused = await site.client.post(link, data={"password": wrong}, headers=ours)
        assert (refused.status, "That is not it." in await refused.text()) == (403, True)
    opened = await site.client.post(link, data={"password": "sesame"}, headers=ours)
    assert (opened.status, "Session timeout" in await opened.text()) == (200, True)
    cookie = next(each for each in opened.history[0].cookies.values() if each.key == share_view.COOKIE)
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == (link, True, "Strict")
    await site.text(f"{link}/live")


async def test_a_password_opens_no_other_link(site: Site) -> None:
    one = await share(site, "/clusters/prod", password="sesame")
    site.bus.access.person = someone(Role.OPERATOR, "prod")
    other = await share(site, "/", password="other")
    opened = await site.client.post(
        one, data={"password": "sesame"}, headers={"Sec-Fetch-Site": "same-origin"}, allow_redirects=False
    )
    ticket = opened.cookies[share_view.COOKIE].value
    assert "A password is needed" in await site.text(other, cookies={share_view.COOKIE: ticket})


async def test_a_link_opens_no_other_route(site: Site) -> None:
    """Every route of the table: with the token in each place where somebody might put it."""
    link = await share(site, "/")
    token = link.removeprefix("/s/")
    headers = {
        "Authorization": f"Bearer {token}",
        "Cookie": f"{share_view.COOKIE}={token}",
        "Referer": link,
        "Sec-Fetch-Site": "same-origin",
    }
    asked = [("GET", path, need) for path, _, need in ROUTES] + [
        (method, path, need) for method, path, _, need in ACTIONS
    ]
    for method, path, need in asked:
        real = re.sub(r"\{name\}", "prod", re.sub(r"\{(path|server|route|id|version)[^}]*\}", "1", path))
        if "{token}" in path:
            continue
        below: Any = await site.client.request(method, link + real, headers=headers, allow_redirects=False)
        if real not in ("/", "/live"):
            assert below.status in (404, 405), (method, path)
        if need is not Need.NOTHING:
            given: Any = await site.client.request(
                method, f"{real}?share={token}&token={token}", headers=headers, allow_redirects=False
            )
            assert given.status in (302, 303, 401), (method, path, given.status)


async def test_what_is_kept_of_a_link_opens_nothing(site: Site) -> None:
    link = await share(site, "/", password="sesame")
    token = link.removeprefix("/s/")
    kept = "".join(f"{each}" for each in await site.bus.audit.entries(Asked(), 100))
    async with site.bus.store.connect() as connection:
        kept += "".join(map(str, (await connection.execute(sql("SELECT * FROM shares"))).all()))
    assert token not in kept
    assert "sesame" not in kept


async def test_opening_is_counted_and_written_down(site: Site) -> None:
    link = await share(site, "/")
    await site.text(link)
    await site.text(link)
    made = (await site.client.server.app[SHARING].book.all())[0]  # type: ignore[attr-defined]  # of a TestServer
    assert made.opened == 2
    entries = await site.bus.audit.entries(Asked(), 100)
    assert [each.action for each in entries] == ["share-open", "share-open", "share-create"]


async def test_guessing_is_slowed_down() -> None:
    now = 0.0
    patience = Patience(lambda: now)
    delays = []
    for _ in range(9):
        delays.append(patience.delay_s("1.2.3.4"))
        patience.wrong("1.2.3.4")
    assert delays == [0, 0, 0, 0.5, 1, 2, 4, 8, 8]
    assert patience.delay_s("5.6.7.8") == 0
    now = 601.0
    assert patience.delay_s("1.2.3.4") == 0


async def test_a_link_is_whole_below_another_site(tmp_path: Path) -> None:
    config = WebConfig(base_path="/zkdash", public_url="https://tools.example.com/zkdash")
    async with running_site(tmp_path, "prod", web=config) as site:
        try:
            form = {"of": "/clusters/prod", "lasts": "7d", "kind": "live"}
            made = await site.client.post("/zkdash/shares", data=form, headers={"Sec-Fetch-Site": "same-origin"})
            found = re.search(r'value="https://tools.example.com(/zkdash/s/[\w-]{43})"', await made.text())
            assert found is not None
            text = await site.text(found[1])
            assert "Session timeout" in text
            assert f'hx-ws:connect="{found[1]}/live"' in text
        finally:
            mount("")
