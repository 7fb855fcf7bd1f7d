"""The gate before every handler."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from tests.support.site import Site, running_site
from zkdash.access import Person, Reach, Role
from zkdash.access.grant import Grant
from zkdash.web.acts import acts_on, sheet_of
from zkdash.web.assets import shipped
from zkdash.web.keys import NEEDS
from zkdash.web.routes import NEEDS as DECLARED


class Door:
    """Stands for the AccessService: whoever the test says asks."""

    person: Person | None = None

    async def identify(self, _request: web.Request) -> Person | None:
        return self.person

    def holds(self, _person: Person) -> bool:
        return True


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with running_site(tmp_path, "prod", "hidden") as running:
        running.bus.access = Door()
        yield running


def someone(role: Role, *clusters: str) -> Person:
    return Person(Reach(frozenset({Grant("one", role, users=("*",), clusters=clusters or ("*",))})), "ada")


async def test_every_route_says_what_it_needs(site: Site) -> None:
    router = site.client.server.app.router  # type: ignore[attr-defined]  # of a TestServer
    routes = {
        (route.method, route.resource.canonical)
        for route in router.routes()
        if route.resource and route.method != "HEAD"
    }
    assert routes == set(site.client.server.app[NEEDS]) == set(DECLARED)  # type: ignore[attr-defined]  # as above


async def test_who_is_unknown_reaches_only_what_needs_nothing(site: Site) -> None:
    for path in ("/healthz", "/readyz"):
        await site.text(path)
    for path in ("/api/v1/clusters", "/live?topic=overview", "/metrics"):
        assert "Sign in to see this." in await site.text(path, 401)
    for path, after in (("/", ""), ("/clusters/prod?a=b", "?next=/clusters/prod?a%3Db")):
        async with site.client.get(path, allow_redirects=False) as answer:
            assert (answer.status, answer.headers["Location"]) == (303, f"/sign-in{after}")


async def test_a_cluster_out_of_reach_is_not_there(site: Site) -> None:
    site.bus.access.person = someone(Role.VIEWER, "prod")
    await site.text("/clusters/prod")
    assert "No cluster is called hidden." in await site.text("/clusters/hidden", 404)
    assert "No cluster is called nowhere." in await site.text("/clusters/nowhere", 404)


async def test_who_may_only_look_changes_nothing(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    site.bus.access.person = someone(Role.VIEWER)
    caplog.set_level(0)
    refused: Any = await site.client.post("/api/v1/silences", json={})
    assert (refused.status, (await refused.json())["detail"]) == (403, "This takes the role operator; yours is viewer.")
    assert "Refused: it takes another role." in caplog.messages


@pytest.mark.parametrize("role", Role)
async def test_a_page_knows_who_may_only_look_and_offers_them_nothing_to_do(site: Site, role: Role) -> None:
    site.bus.access.person = someone(role)
    text = await site.text("/alerts/silences")
    assert f'<body data-role="{role.word}">' in text
    assert '<a class="button heading__end" data-acts href="/alerts/silences/new">' in text
    assert '[data-role="viewer"] [data-acts] { display: none; }' in shipped().files["css/all.css"].body.decode()


async def test_where_somebody_operates_some_clusters_the_others_buttons_are_not_there(site: Site) -> None:
    site.bus.access.person = person = mixed("prod", "hidden")
    assert '<link rel="stylesheet" href="/acts.css">' in await site.text("/alerts")
    assert await site.text("/acts.css") == '[data-acts-on]:not([data-acts-on="prod"]) { display: none; }\n'
    assert (acts_on(person, "prod"), acts_on(person, "hidden"), acts_on(None, "prod")) == (True, False, False)
    for role in Role:
        site.bus.access.person = someone(role)
        assert "acts.css" not in await site.text("/alerts")


def test_a_name_cant_leave_the_stylesheet() -> None:
    reach = Reach(frozenset({Grant("one", Role.OPERATOR, clusters=("*",))}))
    hostile = '[data-acts-on]:not([data-acts-on="a\\22 \\5d \\20 \\7b \\7d "]) { display: none; }\n'
    assert hostile == sheet_of(reach, ['a"] {}'])
    assert sheet_of(Reach(), ["a"]) == "[data-acts-on] { display: none; }\n"


def mixed(operates: str, sees: str) -> Person:
    """An operator of one cluster who only looks at another."""
    grants = (Grant("one", Role.OPERATOR, clusters=(operates,)), Grant("two", Role.VIEWER, clusters=(sees,)))
    return Person(Reach(frozenset(grants)), "ada")


async def test_a_form_is_only_for_who_may_send_it_and_asks_nobody_for_a_name_that_is_known(site: Site) -> None:
    site.bus.access.person = someone(Role.VIEWER)
    assert "Who is an operator makes silences" in await site.text("/alerts/silences/new")
    site.bus.access.person = someone(Role.OPERATOR)
    assert "Your name" in await site.text("/alerts/silences/new")
    site.bus.access.person = replace(someone(Role.OPERATOR), via="basic")
    text = await site.text("/alerts/silences/new")
    assert ('id="silence-form"' in text, "Your name" in text) == (True, False)
