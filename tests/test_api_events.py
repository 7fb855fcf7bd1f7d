"""Events, incidents and deliveries as JSON: filters, pages and strict parameters."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.support.broken_store import lose_tables
from tests.support.site import Site, running_site
from zkdash.web.openapi_schemas import SCHEMAS


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with running_site(tmp_path, "a", "b") as running:
        running["a"].drop()
        running["a"].time_out()
        await running.recorded(6)
        yield running


async def get(site: Site, path: str, status: int = 200) -> Any:
    async with site.client.get(f"/api/v1{path}") as answer:
        assert answer.status == status, await answer.text()
        assert answer.content_type == ("application/json" if status == 200 else "application/problem+json")
        return await answer.json(content_type=None)


async def ids(site: Site, query: str) -> list[int]:
    return [event["id"] for event in (await get(site, f"/events{query}"))["events"]]


async def test_events_come_newest_first(site: Site) -> None:
    assert await ids(site, "") == [6, 5, 4, 3, 2, 1]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?limit=2", [6, 5]),
        ("?before=3", [2, 1]),
        ("?before=5&limit=1", [4]),
        ("?after=3", [4, 5, 6]),
        ("?after=2&before=5", [3, 4]),
        ("?cluster=b", [4, 2]),
        ("?cluster=a&cluster=b&limit=1", [6]),
        ("?cluster=a,b&limit=1", [6]),
        ("?cluster=nope", []),
        ("?state=SUSPENDED", [5]),
        ("?state=SUSPENDED,LOST&cluster=a", [6, 5, 1]),
    ],
)
async def test_events_are_filtered_by_the_address(site: Site, query: str, expected: list[int]) -> None:
    assert await ids(site, query) == expected


async def test_an_event_says_all_that_is_known_of_it(site: Site) -> None:
    event = await get(site, "/events/6")
    assert event.pop("at").endswith("Z")
    assert event.pop("lasted") >= 0
    assert event == {
        "id": 6,
        "cluster": "a",
        "kind": "state",
        "from": "SUSPENDED",
        "to": "LOST",
        "cause": "session-timeout",
        "reason": "connection reset by peer",
        "session_id": "0x1",
        "server": "zk1.example:2181",
        "about": None,
        "rule": None,
        "subject": None,
        "severity": None,
    }


async def test_the_first_event_of_a_cluster_comes_from_nothing_known(site: Site) -> None:
    event = await get(site, "/events/1")
    assert (event["from"], event["to"], event["cause"], event["lasted"]) == (None, "LOST", "starting", None)


async def test_a_lost_cluster_has_an_open_incident(site: Site) -> None:
    (incident,) = (await get(site, "/incidents?open=1"))["incidents"]
    assert (incident["cluster"], incident["open"], incident["opened_event_id"]) == ("a", True, 6)
    site["a"].connect()
    await site.recorded(7)
    assert (await get(site, "/incidents?open=1"))["incidents"] == []
    (incident,) = (await get(site, "/incidents"))["incidents"]
    assert (incident["open"], incident["resolved_event_id"]) == (False, 7)


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/events?limit=0", "limit is “0”: allowed are whole numbers from 1 to 1000."),
        ("/events?limit=1001", "limit is “1001”: allowed are whole numbers from 1 to 1000."),
        ("/events?limit=", "limit is “”"),
        ("/events?limit=1e3", "limit is “1e3”"),
        ("/events?limit=%D9%A1", "limit is “١”"),
        ("/events?after=-1", "after is “-1”: allowed are whole numbers from 0 on."),
        ("/events?before=99999999999999999999", "before is “99999999999999999999”"),
        ("/events?state=UP", "state is “UP”: allowed are CONNECTED, SUSPENDED, LOST."),
        ("/events?limit=1&limit=2", "limit is given 2 times: allowed is once."),
        ("/events?sort=id", "no parameter “sort” here: allowed are cluster, state, after, before, limit."),
        ("/clusters?x=1", "no parameter “x” here: none is allowed."),
        ("/incidents?open=yes", "open is “yes”: allowed are 0 and 1."),
        ("/deliveries?incident=x", "incident is “x”"),
        ("/events?cluster=%FF", "A parameter isn't valid UTF-8."),
    ],
)
async def test_a_wrong_parameter_is_named_and_what_is_allowed_is_said(site: Site, path: str, says: str) -> None:
    problem = await get(site, path, 400)
    assert says in problem["detail"]
    assert problem["status"] == 400


@pytest.mark.parametrize("path", ["/events/999", "/events/x", "/events/99999999999999999999", "/clusters/c", "/nope"])
async def test_what_is_not_there_is_a_problem(site: Site, path: str) -> None:
    assert (await get(site, path, 404))["status"] == 404


async def test_clusters_stand_in_the_order_of_the_configuration(site: Site) -> None:
    clusters = (await get(site, "/clusters"))["clusters"]
    assert [(one["name"], one["state"], one["health"]) for one in clusters] == [
        ("a", "LOST", "lost"),
        ("b", "CONNECTED", "ok"),
    ]
    alone = await get(site, "/clusters/a")
    assert {key: alone[key] for key in clusters[0]} == clusters[0]
    assert (alone["path"], alone["servers"]) == ("/", ["zk1.example:2181"])


@pytest.mark.parametrize("path", ["/events", "/events/1", "/incidents", "/deliveries"])
async def test_a_log_that_cannot_be_read_is_a_503_that_says_so(site: Site, path: str) -> None:
    await lose_tables(site.bus.store)
    problem = await get(site, path, 503)
    Draft202012Validator(SCHEMAS["Problem"]).validate(problem)
    assert "no such table" in problem["detail"]


async def test_clusters_are_shown_even_if_the_log_cannot_be_read(site: Site) -> None:
    await lose_tables(site.bus.store)
    assert len((await get(site, "/clusters"))["clusters"]) == 2
