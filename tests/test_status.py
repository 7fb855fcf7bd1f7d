"""Status pages: what people outside the team are told, in their words, and nothing else of the house."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest

from tests.support.config import Configured
from tests.support.site import SERVER, Site, config_of, running_site
from tests.test_gate import Door, someone
from zkdash.access import Role
from zkdash.access.audit import Asked
from zkdash.config import SharingConfig, StatusConfig
from zkdash.web import status_view

ATOM = "{http://www.w3.org/2005/Atom}"
OURS = {"Sec-Fetch-Site": "same-origin"}
NASTY = '<script>&"</text>'


@pytest.fixture
async def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Site]:
    monkeypatch.setattr(status_view, "KEEP_S", 0.0)
    async with running_site(tmp_path) as running:
        running.add(config_of("prod", label=NASTY), config_of("hidden"))
        for name in ("prod", "hidden"):
            running[name].connect()
        await running.recorded(4)
        pages = (
            StatusConfig("shop", ("prod",), title=NASTY, public=True),
            StatusConfig("house", ("*",), title="House"),
        )
        running.bus.config = replace(running.bus.config, sharing=SharingConfig(statuses=pages))
        running.bus.access = Door()
        yield running


async def lose(site: Site) -> None:
    """Let a cluster be lost, for a reason that tells of the house, until its incident is open."""
    site["prod"].drop("refused by 10.1.2.3")
    site["prod"].time_out()
    await site.recorded(6)


async def test_a_public_page_says_how_it_is_and_nothing_else(site: Site) -> None:
    await lose(site)
    text = await site.text("/status/shop")
    assert "Not everything works" in text or ">Down<" in text
    assert "The service could not be reached" in text
    assert [
        secret for secret in (SERVER, "zk1", "10.1.2.3", "service-hidden", "LOST", "session", NASTY) if secret in text
    ] == []
    assert "&lt;script&gt;" in text


async def test_one_that_is_not_public_takes_a_sign_in(site: Site) -> None:
    for path in ("/status/house/feed.atom", "/status/house/badge.svg", "/status/nowhere/badge.svg"):
        assert "Sign in to see this." in await site.text(path, 401)
    for path in ("/status/house", "/status/nowhere"):
        async with site.client.get(path, allow_redirects=False) as answer:
            assert (answer.status, answer.headers["Location"].startswith("/sign-in?")) == (303, True)
    site.bus.access.person = someone(Role.VIEWER, "prod")
    text = await site.text("/status/house")
    assert "service-prod" in text
    assert "service-hidden" not in text
    await site.text("/status/nowhere", 404)
    await site.text("/status/house/badge.svg?cluster=hidden", 404)


async def test_a_badge_is_well_formed_whatever_it_is_called(site: Site) -> None:
    async with site.client.get("/status/shop/badge.svg?cluster=prod") as answer:
        assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert answer.content_type == "image/svg+xml"
        svg = Xml.fromstring(await answer.text())  # noqa: S314 - what zkdash itself has written
    assert (svg.attrib["aria-label"], svg.attrib["width"].isdigit()) == (f"{NASTY}: works", True)
    await lose(site)
    assert ">down<" in await site.text("/status/shop/badge.svg")
    for query in ("x=1", "cluster=hidden", "cluster=nowhere"):
        await site.text(f"/status/shop/badge.svg?{query}", 400 if query == "x=1" else 404)


async def test_the_feed_is_valid_atom(site: Site) -> None:
    await lose(site)
    async with site.client.get("/status/shop/feed.atom") as answer:
        assert answer.content_type == "application/atom+xml"
        text = await answer.text()
    feed = Xml.fromstring(text)  # noqa: S314 - what zkdash itself has written
    entries = feed.findall(f"{ATOM}entry")
    assert len(entries) == 1
    for each in (feed, *entries):
        assert all(len(each.findall(f"{ATOM}{tag}")) == 1 for tag in ("id", "title", "updated"))
        assert each.findtext(f"{ATOM}updated", "").endswith("Z")
    assert feed.find(f"{ATOM}author/{ATOM}name") is not None
    assert {each.attrib["rel"] for each in feed.findall(f"{ATOM}link")} == {"self", "alternate"}
    assert entries[0].findtext(f"{ATOM}title") == f"{NASTY}: The service could not be reached"
    assert "10.1.2.3" not in text


async def test_an_operator_writes_a_note_for_everybody(site: Site) -> None:
    await lose(site)
    site.bus.access.person = someone(Role.OPERATOR)
    path = "/alerts/incidents/1"
    assert "For people outside the team" in await site.text(path)
    published = await site.client.post(f"{path}/note", data={"text": "We are <b>on it</b>"}, headers=OURS)
    assert "The note is published" in await published.text()
    empty = await site.client.post(f"{path}/note", data={"text": " "}, headers=OURS)
    assert empty.status == 400
    site.bus.access.person = None
    text = await site.text("/status/shop")
    assert "We are &lt;b&gt;on it&lt;/b&gt;" in text
    assert "ada" not in text
    assert "We are &lt;b&gt;on it" in await site.text("/status/shop/feed.atom")
    assert [each.action for each in await site.bus.audit.entries(Asked(), 9)] == ["note-publish"]


async def test_who_may_only_look_writes_none(site: Site) -> None:
    site.bus.access.person = someone(Role.VIEWER)
    assert (await site.client.post("/alerts/incidents/1/note", data={"text": "x"}, headers=OURS)).status == 403


async def test_it_is_made_once_for_all_its_readers(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(status_view, "KEEP_S", 60.0)
    made = []
    real = status_view.windows

    async def counted(*args: object) -> object:
        made.append(1)
        return await real(*args)  # type: ignore[arg-type]  # as it was called

    monkeypatch.setattr(status_view, "windows", counted)
    await asyncio.gather(*(site.text("/status/shop") for _ in range(20)))
    assert len(made) == 1


def test_its_options(tmp_path: Path) -> None:
    configured = Configured(tmp_path)
    text = "[status:shop]\nclusters = prod, eu-*\npublic = yes\n[sharing]\nlongest = 1h\n"
    assert configured(text).sharing == SharingConfig(
        longest_s=3600.0, statuses=(StatusConfig("shop", ("prod", "eu-*"), title="shop", public=True),)
    )
    assert configured.mistake("[status:shop]\n").endswith("say which clusters it shows: clusters")
    assert "a name has 1 to 100 letters" in configured.mistake("[status:a b]\nclusters = x\n")
    assert "write a duration from 60s" in configured.mistake("[sharing]\nlongest = 1s\n")
