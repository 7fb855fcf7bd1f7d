"""The box "Go to": what fits what was typed, and the words that labels link to."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.signed import by_password, sign_in, user
from tests.support.site import Site, running_site
from zkdash.config import WebConfig
from zkdash.web import places, terms
from zkdash.web.finder import Hit, address_in, fitting, path_in
from zkdash.web.routes import ROUTES

OF_THE_BOX = {"HX-Request": "true", "HX-Target": "div#go-hits"}


def opened_on(page: str) -> dict[str, str]:
    """The headers of the box that is opened over this page."""
    return OF_THE_BOX | {"HX-Current-URL": f"http://zkdash.example{page}"}


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with running_site(tmp_path, "prod", "staging") as running:
        yield running


def test_the_best_fit_comes_first_and_every_word_counts() -> None:
    hits = [Hit("a prod", "1"), Hit("reproduce", "2"), Hit("prod", "3"), Hit("production", "4"), Hit("other", "5")]
    assert [hit.href for hit in fitting("prod", hits, 9)] == ["3", "4", "1", "2"]
    assert [hit.href for hit in fitting("PROD a", hits, 9)] == ["1"]
    assert [hit.href for hit in fitting("", hits, 2)] == ["1", "2"]
    assert fitting("nothing", hits, 9) == ()


@given(st.text(max_size=40))
def test_whatever_is_typed_is_looked_for(typed: str) -> None:
    assert len(fitting(typed, [Hit("a", "/a")], 3)) <= 1
    path_in(typed)
    address_in(typed)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("/a/b", ("", "/a/b")), ("prod /a", ("prod", "/a")), ("prod:/a", ("prod", "/a")), ("prod/a", ("prod", "/a")),
     ("prod", None), ("a b /c", None), ("", None)],
)  # fmt: skip
def test_a_path_is_known_by_its_slash(typed: str, meant: tuple[str, str] | None) -> None:
    assert path_in(typed) == meant


@pytest.mark.parametrize(("typed", "address"), [("10.0.0.", "10.0.0."), ("::1", "::1"), ("abc", ""), ("10", "")])
def test_an_address_has_dots_or_colons(typed: str, address: str) -> None:
    assert address_in(typed) == address


def test_no_two_places_have_the_same_keys() -> None:
    everywhere = (*places.MAIN, *places.OTHERS, *places.OF_WHO_SIGNS_IN, *places.OF_ADMINS)
    keys = [place.keys for place in (*everywhere, *places.of_cluster("a")) if place.keys]
    assert sorted(set(keys)) == sorted(keys)
    assert {place.href.partition("?")[0] for place in everywhere} <= {path for path, *_ in ROUTES}


async def test_clusters_pages_and_incidents_are_found(site: Site) -> None:
    assert 'href="/clusters/staging"' in await site.text("/go?q=stag")
    assert 'href="/clusters/prod/charts"' in await site.text("/go?q=prod+charts")
    site["prod"].drop()
    site["prod"].time_out()
    await site.recorded(6)
    assert "/alerts/incidents/1" in await site.text("/go?q=prod+lost")
    assert "/alerts/incidents/1" in await site.text("/go")


async def test_clients_are_offered_and_not_asked_for(site: Site) -> None:
    text = await site.text("/go?q=10.0.0.7&at=prod")
    assert 'href="/clusters/prod/clients?find=10.0.0.7"' in text
    assert "/clusters/staging/clients" not in text


async def test_what_can_be_done_with_the_page_is_offered(site: Site) -> None:
    text = await site.text("/go?at=prod", headers=opened_on("/clusters/prod/znodes/a?tab=stat"))
    assert 'href="/shares/new?of=%2Fclusters%2Fprod%2Fznodes%2Fa%3Ftab%3Dstat"' in text
    assert 'href="/views?of=%2Fclusters%2Fprod%2Fznodes%2Fa%3Ftab%3Dstat"' in text
    assert 'href="/alerts/silences/new?clusters=prod"' in text
    assert 'href="/alerts/silences/new?clusters=staging"' in await site.text("/go?q=silence+stag")
    assert "this view" not in await site.text("/go", headers=OF_THE_BOX)


async def test_who_may_only_look_is_offered_nothing_else(tmp_path: Path) -> None:
    async with running_site(tmp_path, "prod", access=by_password(tmp_path, user("ada"))) as site:
        await sign_in(site, "ada")
        text = await site.text("/go?q=prod&at=prod", headers=opened_on("/timeline"))
        assert "Silence prod" not in text
        text = await site.text("/go?q=this+view", headers=opened_on("/timeline"))
        assert ("Save this view" in text, "Share this view" in text) == (True, False)


@pytest.mark.parametrize(("name", "known"), [("", 0), ("ada", 1), ("root", 3)])
async def test_each_is_offered_the_pages_that_they_may_open(tmp_path: Path, name: str, known: int) -> None:
    theirs = (*places.OF_WHO_SIGNS_IN, *places.OF_ADMINS)
    access = by_password(tmp_path, user(name)) if name else None
    async with running_site(tmp_path, "prod", access=access) as site:
        if name:
            await sign_in(site, name)
        found, keys = await site.text("/go", headers=OF_THE_BOX), await site.text("/keys")
    assert [place.href in found for place in theirs] == [index < known for index in range(len(theirs))]
    assert [f"<dd>{place.text}</dd>" in keys for place in theirs if place.keys] == [known > 0, known > 1]


async def test_what_is_typed_shows_as_text_and_a_wrong_parameter_is_said(site: Site) -> None:
    assert "<script>alert" not in await site.text("/go?q=<script>alert(1)</script>")
    await site.text("/go?who=me", 400)


async def test_every_word_has_its_place_in_the_glossary(site: Site) -> None:
    text = await site.text("/glossary")
    for word in terms.WORDS:
        assert f'id="{word.anchor}"' in text
        assert word.meaning.endswith(".")
    assert set(re.findall(r'href="#([^"]+)"', text)) - {"main"} <= {word.anchor for word in terms.WORDS}
    with pytest.raises(KeyError):
        terms.term("no such word")


async def test_components_are_shown_only_where_that_is_configured(site: Site, tmp_path: Path) -> None:
    await site.text("/components", 404)
    async with running_site(tmp_path, web=WebConfig(components=True)) as other:
        assert "Swimlane" in await other.text("/components")
