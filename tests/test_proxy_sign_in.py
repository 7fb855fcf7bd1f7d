"""Behind a proxy: who it says it is, and whose word counts."""

from __future__ import annotations

import ipaddress
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.signed import GRANTS, LOOPBACK, OURS, by_password, user
from tests.support.site import Site, running_site
from zkdash.access.headers import is_among
from zkdash.config import AccessConfig
from zkdash.web.forwarded import client_of

ELSEWHERE = (ipaddress.ip_network("10.0.0.0/8"),)
ADA = {"X-Forwarded-User": "ada", "X-Forwarded-Groups": "ops, all"}


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with running_site(tmp_path, "prod", access=AccessConfig("proxy", GRANTS, proxies=LOOPBACK)) as running:
        yield running


async def test_the_proxy_says_who_it_is(site: Site) -> None:
    page = await site.text("/clusters/prod", headers=ADA)
    assert ">ada</a>" in page
    assert "/sign-out" not in page  # it is the proxy's to end
    page = await site.text("/account", headers=ADA)
    assert "in ops, all" in page
    assert "Where you are signed in" not in page


@pytest.mark.parametrize(
    "headers",
    [[], [("X-Forwarded-User", "")], [("X-Forwarded-User", "ada"), ("X-Forwarded-User", "root")],
     [("X-Forwarded-User", "a" * 201)], [("X_Forwarded_User", "ada")], [("X-Forwarded-Groups", "ops")]],
)  # fmt: skip
async def test_whom_the_proxy_does_not_name_is_nobody(site: Site, headers: list[tuple[str, str]]) -> None:
    async with site.client.get("/api/v1/clusters", headers=headers) as answer:
        assert answer.status == 401
    async with site.client.get("/", headers=headers) as answer:
        assert answer.status == 401
        assert "A proxy in front of zkdash says who you are" in await answer.text()


async def test_headers_from_elsewhere_say_nothing(tmp_path: Path) -> None:
    async with running_site(tmp_path, "prod", access=AccessConfig("proxy", GRANTS, proxies=ELSEWHERE)) as site:
        for more in ({}, {"X-Forwarded-For": "10.0.0.1"}):
            async with site.client.get("/api/v1/clusters", headers=ADA | more) as answer:
                assert answer.status == 401


async def test_a_name_in_a_header_is_nothing_where_people_sign_in_otherwise(tmp_path: Path) -> None:
    async with running_site(tmp_path, "prod", access=by_password(tmp_path, user("ada"), proxies=LOOPBACK)) as site:
        await site.text("/api/v1/clusters", 401, headers=ADA)


@pytest.mark.parametrize("trusted", [True, False])
async def test_address_scheme_and_host_are_the_browsers_if_the_proxy_is_known(tmp_path: Path, trusted: bool) -> None:
    access = by_password(tmp_path, user("ada"), proxies=LOOPBACK if trusted else ELSEWHERE)
    async with running_site(tmp_path, "prod", access=access) as site:
        headers = OURS | {
            "X-Forwarded-For": "203.0.113.9, 198.51.100.7", "X-Forwarded-Proto": "https",
            "X-Forwarded-Host": "zkdash.localhost",
        }  # fmt: skip
        form = {"user": "ada", "password": "correct horse", "next": ""}
        async with site.client.post("/sign-in", data=form, headers=headers, allow_redirects=False) as answer:
            assert answer.status == 303
            assert list(answer.cookies) == ["__Host-zkdash-session" if trusted else "zkdash-session"]
        (session,) = site.bus.access.sessions.of("ada")
        assert session.address == ("198.51.100.7" if trusted else "127.0.0.1")


async def test_a_host_that_the_proxy_forwards_is_checked_like_any(site: Site) -> None:
    async with site.client.get("/", headers=ADA | {"X-Forwarded-Host": "evil.example"}) as answer:
        assert answer.status == 421


def test_of_several_hops_the_last_that_is_no_proxy_counts() -> None:
    mine = (ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_network("fd00::/8"))
    assert client_of(["203.0.113.9, 198.51.100.7, 10.0.0.2"], mine) == "198.51.100.7"
    assert client_of(["203.0.113.9", "198.51.100.7, 10.0.0.2"], mine) == "198.51.100.7"
    assert client_of(["10.0.0.3, 10.0.0.2"], mine) == "10.0.0.3"
    assert client_of(["[2001:db8::1]"], mine) == "2001:db8::1"
    assert (client_of([], mine), client_of(["203.0.113.9, unknown"], mine)) == ("", "")


def test_an_address_is_among_networks_of_its_kind() -> None:
    networks = (ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_network("fd00::/8"))
    inside = ("10.1.2.3", "::ffff:10.1.2.3", "fd00::1", "fd00::1%eth0")
    outside = ("11.0.0.1", "::1", "", "h", "10.1.2.3.evil.example")
    assert [is_among(one, networks) for one in (*inside, *outside)] == [True] * 4 + [False] * 5
