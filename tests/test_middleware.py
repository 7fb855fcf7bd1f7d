"""What holds for every request: headers, hosts, methods, and the one way to fail."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from kazoo.exceptions import NoAuthError, NoNodeError

from tests.support.site import Site, running_site
from zkdash.config import WebConfig
from zkdash.store.engine import StoreUnavailable
from zkdash.web.origin import host_is_known, origin_matches
from zkdash.zookeeper.errors import ClusterUnavailable, InvalidPath, ReplyTooLarge
from zkdash.zookeeper.states import State

HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}
SINCE = 1_750_000_000_000


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with running_site(tmp_path, "a") as running:
        yield running


def failing(site: Site, error: Exception) -> None:
    """From now on the timeline's list can't be had, because of `error`."""

    async def find(**_filters: Any) -> None:
        raise error

    site.bus.events.find = find


@pytest.mark.parametrize(
    "path",
    ["/", "/timeline", "/alerts", "/clusters/a", "/nowhere", "/favicon.svg", "/live?topic=frame", "/api/nowhere"],
)
async def test_every_answer_has_the_security_headers(site: Site, path: str) -> None:
    async with site.client.get(path) as answer:
        policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none';")
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert "aiohttp" not in answer.headers["Server"]


@pytest.mark.parametrize("path", ["/", "/timeline", "/clusters/a", "/live"])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
async def test_nothing_but_reading_is_possible(site: Site, path: str, method: str) -> None:
    async with site.client.request(method, path) as answer:
        assert answer.status == 405
        assert answer.headers["Allow"] == "GET, HEAD"
        assert "zkdash only shows" in await answer.text()


async def test_head_is_answered_like_get(site: Site) -> None:
    async with site.client.head("/") as answer:
        assert answer.status == 200
        assert await answer.read() == b""


async def test_a_missing_page_is_a_page_with_a_way_back(site: Site) -> None:
    text = await site.text("/nowhere", 404)
    assert "<!doctype html>" in text
    assert '<a href="/">Overview</a>' in text
    assert "Nothing is at this address" in text
    assert "No cluster is called nobody" in await site.text("/clusters/nobody", 404)


async def test_htmx_gets_the_failure_as_a_fragment(site: Site) -> None:
    text = await site.text("/nowhere", 404, headers=HTMX)
    assert text.startswith('<section class="failure"')
    assert "<html" not in text


async def test_the_api_fails_with_problem_json(site: Site) -> None:
    async with site.client.get("/api/v1/nowhere") as answer:
        assert answer.status == 404
        assert answer.content_type == "application/problem+json"
        problem = await answer.json()
    assert problem["status"] == 404
    assert problem["title"] == "Not found"
    assert problem["instance"] == "/api/v1/nowhere"


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (
            ClusterUnavailable("prod", State.LOST, SINCE, "connection refused"),
            503,
            ["prod is lost", "Connection refused."],
        ),
        (ClusterUnavailable("prod", State.LOST, SINCE, "", starting=True), 503, ["prod is connecting"]),
        (ClusterUnavailable("prod", State.CONNECTED, SINCE, "no answer in 2 s"), 503, ["prod does not answer"]),
        (ReplyTooLarge("/big", 1 << 28, 1 << 26), 502, ["the answer about /big has 256 MiB", "jute.maxbuffer"]),
        (NoNodeError(), 404, ["No such znode"]),
        (NoAuthError(), 403, ["Not allowed to read"]),
        (InvalidPath("empty name"), 400, ["empty name"]),
        (StoreUnavailable("the disk is full"), 503, ["The log can&#39;t be read", "the disk is full"]),
    ],
)
async def test_each_failure_says_what_is_wrong(site: Site, error: Exception, status: int, said: list[str]) -> None:
    failing(site, error)
    text = await site.text("/timeline", status)
    for part in said:
        assert part in text


async def test_a_lost_cluster_is_named_with_its_state_and_since_when(site: Site) -> None:
    failing(site, ClusterUnavailable("prod", State.LOST, SINCE, "connection refused by zk1:2181"))
    text = await site.text("/timeline", 503)
    assert 'class="state state--lost"' in text
    assert '<time datetime="2025-06-15T15:06:40.000Z">' in text
    async with site.client.get("/api/v1/events") as answer:
        assert answer.headers["Retry-After"] == "5"
        problem = await answer.json()
    assert (problem["cluster"], problem["state"], problem["since"]) == ("prod", "LOST", "2025-06-15T15:06:40.000Z")


async def test_a_mistake_in_zkdash_is_logged_under_the_reference_that_the_reader_gets(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    failing(site, RuntimeError("secret detail"))
    with caplog.at_level(logging.ERROR):
        async with site.client.get("/api/v1/events") as answer:
            assert answer.status == 500
            problem = await answer.json()
    assert "secret detail" not in str(problem)
    record = next(record for record in caplog.records if record.getMessage().startswith("Request failed"))
    assert record.exc_info is not None
    assert problem["reference"] in str(vars(record))


@pytest.mark.parametrize(
    ("listen", "hosts", "public_url", "host", "known"),
    [
        ("127.0.0.1", (), "", "127.0.0.1:8080", True),
        ("127.0.0.1", (), "", "localhost:8080", True),
        ("127.0.0.1", (), "", "LOCALHOST", True),
        ("127.0.0.1", (), "", "[::1]:8080", True),
        ("::1", (), "", "localhost", True),
        ("127.0.0.1", (), "", "127.1.2.3", True),
        ("127.0.0.1", (), "", "rebound.evil.example:8080", False),
        ("127.0.0.1", (), "", "localhost.evil.example", False),
        ("127.0.0.1", (), "", "10.0.0.1", False),
        ("127.0.0.1", (), "", "", False),
        ("127.0.0.1", (), "", "[", False),
        ("127.0.0.1", ("zk.example",), "", "ZK.example.:443", True),
        ("127.0.0.1", (), "https://zk.example/", "zk.example", True),
        ("0.0.0.0", (), "", "anything.example", True),  # noqa: S104  # what is tested
        ("0.0.0.0", ("zk.example",), "", "zk.example", True),  # noqa: S104  # what is tested
        ("0.0.0.0", ("zk.example",), "", "other.example", False),  # noqa: S104  # what is tested
        ("0.0.0.0", ("[fd00::1]",), "", "[fd00::1]:80", True),  # noqa: S104  # what is tested
    ],
)
def test_which_names_zkdash_answers_to(
    listen: str, hosts: tuple[str, ...], public_url: str, host: str, known: bool
) -> None:
    assert host_is_known(host, WebConfig(((listen, 8080),), hosts, public_url=public_url)) is known


@pytest.mark.parametrize(
    ("origin", "host", "hosts", "matches"),
    [
        ("http://zk.example", "zk.example", (), True),
        ("http://zk.example", "zk.example:80", (), True),
        ("https://zk.example", "zk.example", (), True),
        ("http://ZK.example:8080", "zk.example:8080", (), True),
        ("http://[::1]:8080", "[::1]:8080", (), True),
        ("http://zk.example:8081", "zk.example:8080", (), False),
        ("http://evil.example", "zk.example", (), False),
        ("https://public.example", "internal:8080", ("public.example",), True),
        ("null", "zk.example", (), False),
        ("", "", (), False),
        ("http://", "", (), False),
        ("http://zk.example:notaport", "zk.example", (), False),
    ],
)
def test_which_origins_are_zkdashs_own(origin: str, host: str, hosts: tuple[str, ...], matches: bool) -> None:
    assert origin_matches(origin, host, WebConfig(hosts=hosts)) is matches


async def test_an_unknown_host_is_refused_but_for_the_health_checks(site: Site) -> None:
    text = await site.text("/", 421, headers={"Host": "rebound.evil.example"})
    assert "rebound.evil.example" in text
    await site.text("/healthz", headers={"Host": "rebound.evil.example"})


async def test_behind_tls_browsers_are_told_to_stay_there(tmp_path: Path) -> None:
    config = WebConfig(public_url="https://zk.example.com")
    async with running_site(tmp_path, web=config) as site, site.client.get("/healthz") as answer:
        assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
