"""Every view in every state that it can be in says what is so, in a sentence, and is accessible.

The table holds each page of the route table; a page that isn't in it, or whose states nobody thought of, fails.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import TypeAlias

import pytest
from playwright.sync_api import Browser, expect

from tests.support.all_states import World, all_states
from tests.support.axe import violations
from tests.test_pages_looked_at import HANDLERS, PAGES
from zkdash.demo.servers import Server

Seen: TypeAlias = tuple[str, str]
"""An address, and the sentence that its reader sees."""
Case: TypeAlias = Seen | str
"""What is seen, or why this view is never in this state."""
NO_CLUSTER = "it shows no cluster"
NOT_EMPTY = "there is always something to show"
ONE_THING = "it shows one thing"
PAGED = "what is much goes on in pages"
NO_MISTAKE = "its address can't be wrong"


@dataclass(frozen=True, slots=True)
class View:
    """One page, and what it says in each state; `home` is its address, `live` whether it can grow stale."""

    home: str
    first: Case
    connecting: Case
    empty: Case
    partly: Case
    lost: Case
    large: Case
    error: Case
    live: bool = True


def plain(home: str, **more: Case) -> View:
    """A page that is the same whatever clusters there are."""
    same = {name: NO_CLUSTER for name in ("first", "connecting", "partly", "lost")}
    return View(home, **(same | {"empty": NOT_EMPTY, "large": ONE_THING, "error": NO_MISTAKE} | more))


NOT_THERE = "No cluster is called"
AWAY = "away is connecting"
GONE = "gone is lost"
PART = "Clients and sessions are told to who may see the whole cluster"


def of_cluster(tail: str, **cases: Case) -> View:
    """A page of a cluster: where no cluster is, none has its name."""
    return View(f"/clusters/prod{tail}", (f"/clusters/prod{tail}", f"{NOT_THERE} prod."), **cases)


def of_znode(tail: str, **cases: Case) -> View:
    """A page that can't be read without a connection."""
    away, gone = (f"/clusters/away{tail}", AWAY), (f"/clusters/gone{tail}", GONE)
    return of_cluster(tail, **({"connecting": away, "lost": gone, "large": ONE_THING} | cases))


VIEWS = {
    "/": View(
        "/",
        first=("/", "No cluster is configured"),
        connecting=("/", "zkdash started to watch it"),
        empty="without a cluster it is the first start",
        partly=("/", "Production"),
        lost=("/", "No server has answered yet"),
        large="all clusters are on one page",
        error=("/?group=nothing", "Clusters are grouped by label alone"),
    ),
    "/clusters/{name}": of_cluster(
        "",
        connecting=("/clusters/away", "zkdash started to watch it"),
        empty=NOT_EMPTY,
        partly=("/clusters/prod", "A server gave a new session."),
        lost=("/clusters/gone", "No server has answered yet"),
        large=ONE_THING,
        error=("/clusters/none", f"{NOT_THERE} none."),
    ),
    "/clusters/{name}/availability": of_cluster(
        "/availability",
        connecting=("/clusters/away/availability", "zkdash did not watch this cluster in that time"),
        empty=("/clusters/prod/availability", "None that zkdash saw."),
        partly=("/clusters/prod/availability", "None that zkdash saw."),
        lost=("/clusters/gone/availability", "goes on"),
        large=PAGED,
        error=("/clusters/prod/availability?zzz=1", "There is no parameter “zzz” here"),
    ),
    "/clusters/{name}/charts": of_cluster(
        "/charts",
        connecting=("/clusters/away/charts", "Nothing was recorded in this time"),
        empty=(
            "/clusters/prod/charts?range=own&from=2020-01-01T00:00&to=2020-01-02T00:00",
            "Nothing was recorded in this time",
        ),
        partly=("/clusters/prod/charts", "drag to zoom"),
        lost=("/clusters/gone/charts", "Nothing was recorded in this time"),
        large="however long the time is, 600 points of it are drawn",
        error=("/clusters/prod/charts?range=zzz", "There is no range 'zzz'"),
    ),
    "/clusters/{name}/servers/{server}": of_cluster(
        "/servers/PROD",
        connecting=("/clusters/away/servers/AWAY", "no whole answer in time"),
        empty=NOT_EMPTY,
        partly=("/clusters/prod/servers/PROD", "standalone"),
        lost=("/clusters/gone/servers/GONE", "connection refused"),
        large=ONE_THING,
        error=("/clusters/prod/servers/none", "prod has no server none."),
    ),
    "/clusters/{name}/clients": of_cluster(
        "/clients",
        connecting=("/clusters/away/clients", "No server told who is connected."),
        empty=("/clusters/prod/clients?find=zzz", "No address has “zzz” in it."),
        partly=("/clusters/prod/clients", PART),
        lost=("/clusters/gone/clients", "No server told who is connected."),
        large="clients are told by address",
        error=("/clusters/prod/clients?zzz=1", "There is no parameter “zzz” here"),
    ),
    "/clusters/{name}/usage": of_cluster(
        "/usage",
        connecting=("/clusters/away/usage", AWAY),
        empty=("/clusters/prod/usage?path=/apps/shop/maintenance", "No children."),
        partly=("/clusters/prod/usage", "12 znodes"),
        lost=("/clusters/gone/usage", "gone is LOST"),
        large="it is about what is large",
        error=("/clusters/prod/usage?path=/nowhere", "The znode to begin at is not there."),
    ),
    "/clusters/{name}/znodes": of_znode(
        "/znodes",
        empty=("/clusters/prod/znodes/apps/shop/maintenance?tab=children", "No children."),
        partly=("/clusters/prod/znodes", "Only its name is shown to you"),
        large=("/clusters/prod/znodes/big", "878.9 KiB (900,000 bytes)"),
        error=("/clusters/prod/znodes/nowhere", "/nowhere is not there, or it was just deleted."),
    ),
    "/clusters/{name}/znodes/{path:.*}": of_znode(
        "/znodes/apps",
        empty=("/clusters/prod/znodes/apps/shop/maintenance", "empty value"),
        partly=("/clusters/prod/znodes/apps", "Only its name is shown to you"),
        large=("/clusters/prod/znodes/wide?tab=children", "1–200 of 250"),
        error=("/clusters/prod/znodes/secret", "The znode's ACL doesn't let zkdash read it."),
    ),
    "/clusters/{name}/count": of_znode(
        "/count?path=/apps",
        empty=("/clusters/prod/count?path=/apps/shop/maintenance", "1 znode"),
        partly=("/clusters/prod/count?path=/apps", "not counted at once where you see a part"),
        error=("/clusters/prod/count?path=/nowhere", "This znode is not there"),
    ),
    "/clusters/{name}/holder": of_znode(
        "/holder?path=/apps",
        empty=("/clusters/prod/holder?path=/apps", "No session holds it."),
        partly=("/clusters/prod/holder?path=/apps", PART),
        error=("/clusters/prod/holder?path=/nowhere", "This znode is not there"),
    ),
    "/clusters/{name}/watchers": of_znode(
        "/watchers?path=/apps",
        empty=("/clusters/prod/watchers?path=/apps", "No server has a watch on its data"),
        partly=("/clusters/prod/watchers?path=/apps", PART),
        error=("/clusters/none/watchers?path=/", f"{NOT_THERE} none."),
    ),
    "/go": plain(
        "/go",
        connecting=("/go?q=away", "connecting"),
        empty=("/go?q=/no/such/path&at=prod", "Nothing is called so"),
        partly=("/go?q=prod", "prod, connected"),
        lost=("/go?q=gone", "lost"),
    ),
    "/components": plain("/components"),
    "/keys": plain("/keys"),
    "/glossary": plain("/glossary"),
    "/locale": plain("/locale"),
    "/api/docs": plain("/api/docs"),
    "/search": View(
        "/search",
        first=("/search", "No cluster is configured."),
        connecting=("/search?cluster=away&name=x", AWAY),
        empty=("/search?cluster=prod&name=zzz", "Nothing fits."),
        partly=("/search?name=a", "5 results in all"),
        lost=("/search?cluster=gone&name=x", "gone is LOST"),
        large=("/search?cluster=prod&name=child", "1–100 of 250"),
        error=("/search?name=(&name_as=regex", "Not a regular expression"),
    ),
    "/compare": View(
        "/compare",
        first=("/compare", "No cluster is configured."),
        connecting=("/compare?left=away:/&right=prod:/", AWAY),
        empty=("/compare?left=prod:/apps&right=prod:/apps", "no difference"),
        partly=("/compare?left=prod:/&right=prod:/apps", "unreadable"),
        lost=("/compare?left=gone:/&right=prod:/", "gone is LOST"),
        large=("/compare?left=prod:/wide&right=prod:/apps", "1–50 of 251"),
        error=("/compare?left=zzz", "no cluster is called “zzz”"),
    ),
    "/timeline": View(
        "/timeline",
        first=("/timeline", "There is no cluster to show."),
        connecting=("/timeline?cluster=away", "zkdash started to watch it"),
        empty=("/timeline?cluster=away&state=CONNECTED", "Nothing was recorded in this time."),
        partly=("/timeline", "A server gave a new session."),
        lost=("/timeline?cluster=gone", "No server has answered yet"),
        large=PAGED,
        error=("/timeline?range=zzz", "There is no range 'zzz'"),
    ),
    "/timeline/events/{id}": View(
        "/timeline/events/STARTED",
        first=("/timeline/events/1", "There is no such event"),
        connecting=("/timeline/events/STARTED", "until the first connection"),
        empty=ONE_THING,
        partly=("/timeline/events/NEVER", "There is no such event"),
        lost=("/timeline/events/NEVER", "no server has answered yet"),
        large=ONE_THING,
        error=("/timeline/events/999999", "it is older than the log is kept"),
    ),
    "/timeline/events/{id}/story": View(
        "/timeline/events/NEVER/story",
        first=("/timeline/events/1/story", "There is no such event"),
        connecting=("/timeline/events/STARTED/story", "That event is part of no outage"),
        empty=ONE_THING,
        partly=("/timeline/events/NEVER/story", "There is no such event"),
        lost=("/timeline/events/NEVER/story", "connection refused"),
        large=ONE_THING,
        error=("/timeline/events/999999/story", "it is older than the log is kept"),
    ),
    "/alerts": View(
        "/alerts",
        first=("/alerts", "There is no cluster to watch."),
        connecting="a first try to connect is no incident",
        empty="while one cluster is gone something is wrong; who sees a part sees it empty",
        partly=("/alerts", "Nothing is wrong that zkdash knows of."),
        lost=("/alerts", "gone: never connected"),
        large=PAGED,
        error=NO_MISTAKE,
    ),
    "/alerts/history": View(
        "/alerts/history",
        first=("/alerts/history", "There was no incident yet."),
        connecting="a first try to connect is no incident",
        empty=("/alerts/history?cluster=zzz", "There was none of these."),
        partly=("/alerts/history", "There was no incident yet."),
        lost=("/alerts/history", "gone: never connected"),
        large=PAGED,
        error=("/alerts/history?zzz=1", "There is no parameter “zzz” here"),
    ),
    "/alerts/incidents/{id}": View(
        "/alerts/incidents/INCIDENT",
        first=("/alerts/incidents/1", "There is no such incident"),
        connecting="a first try to connect is no incident",
        empty=ONE_THING,
        partly=("/alerts/incidents/INCIDENT", "There is no such incident"),
        lost=("/alerts/incidents/INCIDENT", "No server has answered yet"),
        large=ONE_THING,
        error=("/alerts/incidents/999999", "it is older than they are kept"),
    ),
    "/alerts/deliveries": View(
        "/alerts/deliveries",
        first=("/alerts/deliveries", "Nothing had to be told yet."),
        connecting="a first try to connect is no incident",
        empty=("/alerts/deliveries?state=sent", "None of these."),
        partly=("/alerts/deliveries", "Nothing had to be told yet."),
        lost=("/alerts/deliveries", "firing: gone"),
        large=PAGED,
        error=("/alerts/deliveries?zzz=1", "There is no parameter “zzz” here"),
    ),
    "/alerts/deliveries/{id}": View(
        "/alerts/deliveries/DELIVERY",
        first=("/alerts/deliveries/none", "There is no such delivery"),
        connecting="a first try to connect is no incident",
        empty=ONE_THING,
        partly=("/alerts/deliveries/DELIVERY", "There is no such delivery"),
        lost=("/alerts/deliveries/DELIVERY", "can't connect"),
        large=ONE_THING,
        error=("/alerts/deliveries/none", "it is older than they are kept"),
    ),
    "/alerts/silences": View(
        "/alerts/silences",
        first=("/alerts/silences", "None: everything is told."),
        connecting=NO_CLUSTER,
        empty="where nothing is silenced, as at the first start",
        partly=("/alerts/silences", "In force"),
        lost=NO_CLUSTER,
        large="nobody makes so many",
        error=("/alerts/silences?zzz=1", "There is no parameter “zzz” here"),
    ),
    "/alerts/silences/new": plain(
        "/alerts/silences/new",
        partly=("/alerts/silences/new", "You may look."),
        error=("/alerts/silences/new?zzz=1", "There is no parameter “zzz” here"),
    ),
    "/alerts/silences/{id}": plain(
        "/alerts/silences/SILENCE",
        first=("/alerts/silences/1", "There is no such silence."),
        lost=("/alerts/silences/SILENCE", "a new kernel"),
        error=("/alerts/silences/999999", "There is no such silence."),
    ),
    "/alerts/routes/{route}": plain(
        "/alerts/routes/nobody",
        first=("/alerts/routes/nobody", "No route of alerts has this name"),
        empty="where nothing was to be told, as for who sees a part",
        partly=("/alerts/routes/nobody", "What it failed to tell is about other clusters than yours"),
        lost=("/alerts/routes/nobody", "firing: gone"),
        error=("/alerts/routes/none", "No route of alerts has this name"),
    ),
    "/views": plain("/views", empty=("/views", "None yet.")),
    "/shares": plain(
        "/shares",
        first=("/shares", "Every page has a Share button at its top."),
        empty="where nothing is shared, as at the first start",
        partly=("/shares", "Who is an operator can share a page."),
    ),
    "/shares/new": plain(
        "/shares/new?of=/timeline",
        partly=("/shares/new?of=/timeline", "This takes the role operator; yours is viewer."),
        error=("/shares/new?of=/nowhere", "This page can't be shared."),
    ),
    "/s/{token}": plain(
        "/s/PRODSHARE",
        first=(f"/s/{'x' * 43}", "This link shows nothing: it never did, or it is over."),
        connecting=("/s/AWAYSHARE", "zkdash started to watch it"),
        partly="its readers need no grant",
        lost=("/s/GONESHARE", "No server has answered yet"),
        error=(f"/s/{'x' * 43}", "Ask whoever gave it to you for another one."),
    ),
    "/status/{page}": plain(
        "/status/house",
        first=("/status/house", "There is no such status page"),
        connecting=("/status/house", "not known yet"),
        partly="its readers need no grant",
        lost=("/status/house", "Not everything works"),
        error=("/status/none", "There is no such status page"),
        live=False,
    ),
    "/audit": plain(
        "/audit",
        empty=("/audit?who=zzz", "None of these."),
        partly=("/audit", "This takes the role admin; yours is viewer."),
        large=PAGED,
        error=("/audit?from=zzz", "is not a time like"),
    ),
    "/sign-in": plain("/sign-in", error="test_keyboard_signed_in.py types a wrong password", live=False),
    "/account": plain(
        "/account",
        first=("/account", "There is no cluster for you yet."),
        empty=("/account", "There are none."),
        partly=("/account", "viewer"),
    ),
    "/account/everybody": plain(
        "/account/everybody",
        empty=("/account/everybody", "There are none."),
        partly=("/account/everybody", "This takes the role admin; yours is viewer."),
    ),
}
WHO = {"first": "empty", "partly": "vera"}
"""Who looks at a state; ada looks at all others."""
SILENT_MS = 40_000
HIDDEN = re.compile("/clusters/(?:away|gone)|/znodes/(?:secret|wide|big)")
"""What vera may not even know of."""
STATES = [field.name for field in fields(View) if field.name not in ("home", "live")]
PAIRS = [
    pytest.param(state, *case, id=f"{path} {state}")
    for path, view in VIEWS.items()
    for state in STATES
    if isinstance(case := getattr(view, state), tuple)
]


@pytest.fixture(scope="module")
def world(zookeeper: Server, browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with all_states(zookeeper, browser, tmp_path_factory.mktemp("states")) as made:
        yield made


def test_no_view_is_left_out() -> None:
    assert {HANDLERS[path] for path in VIEWS} == set(PAGES)


@pytest.mark.parametrize(("state", "path", "sentence"), PAIRS)
def test_a_state_is_said_and_accessible(world: World, state: str, path: str, sentence: str) -> None:
    page = world.open(WHO.get(state, "ada"), path)
    expect(page.get_by_role("main")).to_contain_text(sentence)
    if state == "partly":
        assert HIDDEN.findall(page.content()) == []
    assert violations(page, "main") == {}  # what is around it is the same everywhere: test_every_page.py


@pytest.mark.parametrize("home", [view.home for view in VIEWS.values() if view.live], ids=str)
def test_a_page_that_grows_stale_says_so(world: World, home: str) -> None:
    page = world.open("silent", home)
    page.clock.run_for(SILENT_MS)
    expect(page.locator("#live")).to_contain_text("no answer from zkdash since")
    assert violations(page, "#live") == {}
