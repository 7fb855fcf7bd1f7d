"""Signing in at a real OpenID provider, and what is refused of what comes back."""

from __future__ import annotations

import time
import warnings
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey

from tests.support.signed import GRANTS, OURS, actions
from tests.support.site import Site, running_site
from zkdash.access.id_token import Identity, Refused, UnknownKey, identity
from zkdash.access.oidc import Flow
from zkdash.access.signed_token import verified
from zkdash.config import AccessConfig, OidcConfig

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the provider's own libraries

ISSUER, CLIENT = "https://sso.example", "zkdash"


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    """The issuer of a running provider, where ada is of the group ops."""
    with warnings.catch_warnings(record=True):  # of the provider's own libraries
        from oidc_provider_mock import User, run_server_in_thread
    ada = User(sub="1", claims={"preferred_username": "ada", "groups": ["ops", "all"]})
    with run_server_in_thread(user_claims=(ada, User(sub="2", claims={}))) as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture
async def site(tmp_path: Path, provider: str) -> AsyncIterator[Site]:
    access = AccessConfig("oidc", GRANTS, oidc=OidcConfig(provider, CLIENT, "hidden"))
    async with running_site(tmp_path, "prod", access=access) as running:
        yield running


async def to_the_provider(site: Site, after: str = "/clusters/prod") -> str:
    async with site.client.get("/sign-in/start", params={"next": after}, allow_redirects=False) as answer:
        assert answer.status == 303, await answer.text()
        return answer.headers["Location"]


async def and_back(address: str, sub: str = "1") -> str:
    """The address that the provider sends the browser back to, without its host."""
    async with (
        aiohttp.ClientSession() as session,
        session.post(address, data={"sub": sub}, allow_redirects=False) as answer,
    ):
        assert answer.status == 302, await answer.text()
        parts = urlsplit(answer.headers["Location"])
        return f"{parts.path}?{parts.query}"


async def test_who_signs_in_at_the_provider_is_signed_in(site: Site) -> None:
    assert 'href="/sign-in/start?next=%2Fclusters%2Fprod"' in await site.text("/clusters/prod")
    address = await to_the_provider(site)
    asked = parse_qs(urlsplit(address).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["redirect_uri"][0].endswith("/sign-in/callback")
    assert {"state", "nonce", "code_challenge"} < set(asked)
    async with site.client.get(await and_back(address), allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (303, "/clusters/prod")
        assert answer.cookies["zkdash-way"]["max-age"] == "0"
    assert ">ada</a>" in await site.text("/clusters/prod")
    assert "in ops, all" in await site.text("/account")
    assert await actions(site) == [("sign-in", "ada", "")]


async def test_another_browsers_answer_and_a_second_use_are_refused(site: Site) -> None:
    back = await and_back(await to_the_provider(site))
    async with aiohttp.ClientSession() as stranger, stranger.get(site.client.make_url(back)) as answer:
        assert (answer.status, "zkdash-session" in answer.cookies) == (403, False)
        assert "The provider did not sign you in" in await answer.text()
    await to_the_provider(site)  # another flow: its state is another
    async with site.client.get(back, allow_redirects=False) as answer:
        assert answer.status == 403
    back = await and_back(await to_the_provider(site))
    async with site.client.get(back, allow_redirects=False) as answer:
        assert answer.status == 303
    async with site.client.get(back, allow_redirects=False) as answer:
        assert answer.status == 403
    assert [what for what, _, _ in await actions(site)] == ["sign-in-failed"] * 2 + ["sign-in", "sign-in-failed"]


async def test_a_refusal_of_the_provider_a_foreign_issuer_and_a_wrong_code_are_refused(site: Site) -> None:
    for change in ("error=access_denied", "iss=https%3A%2F%2Fevil.example&code=1", "code=wrong", ""):
        state = parse_qs(urlsplit(await to_the_provider(site)).query)["state"][0]
        async with site.client.get(f"/sign-in/callback?state={state}&{change}", allow_redirects=False) as answer:
            assert (change, answer.status) == (change, 403)


async def test_whom_the_provider_does_not_name_is_not_let_in(site: Site) -> None:
    async with site.client.get(await and_back(await to_the_provider(site), "2"), allow_redirects=False) as answer:
        assert answer.status == 403


async def test_nobody_is_led_elsewhere_by_the_provider(site: Site) -> None:
    back = await and_back(await to_the_provider(site, "//evil.example"))
    async with site.client.get(back, allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (303, "/")


async def test_a_provider_that_is_down_is_said_and_sessions_go_on(site: Site) -> None:
    async with site.client.get(await and_back(await to_the_provider(site)), allow_redirects=False) as answer:
        assert answer.status == 303
    oidc = replace(site.bus.config.access.oidc, issuer="http://localhost:9")
    site.bus.config = replace(site.bus.config, access=replace(site.bus.config.access, oidc=oidc))
    site.bus.access.reload(site.bus.config.access)
    async with site.client.get("/sign-in/start") as answer:
        assert answer.status == 503
        assert "The provider does not answer. Who is signed in stays so" in await answer.text()
    await site.text("/clusters/prod")


async def test_groups_are_those_of_the_last_sign_in_for_tokens_too(site: Site) -> None:
    async with site.client.get(await and_back(await to_the_provider(site)), allow_redirects=False) as answer:
        assert answer.status == 303
    form = {"name": "a script", "role": "operator", "clusters": "", "lasts": "7"}
    await site.client.post("/account/tokens", data=form, headers=OURS)
    await site.bus.access.tokens.regroup("ada", "oidc", ("all",))
    (token,) = site.bus.access.tokens.of("ada")
    assert token.groups == ("all",)


# ID tokens

KEY = RSAKey.generate_key(2048, parameters={"kid": "one"}, private=True)
OTHER = RSAKey.generate_key(2048, parameters={"kid": "one"}, private=True)
KEYS = KeySet([KEY])


def id_token(key: Any = KEY, alg: str = "RS256", kid: str = "one", **changes: Any) -> str:
    now = int(time.time())
    claims = {"iss": ISSUER, "aud": CLIENT, "sub": "1", "exp": now + 300, "iat": now, "nonce": "n"} | changes
    claims = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode({"alg": alg, "kid": kid}, claims, key, algorithms=[alg])


def test_an_id_token_as_it_should_be_is_taken() -> None:
    assert verified(id_token(), KEYS, ISSUER, CLIENT, "n")["sub"] == "1"
    assert verified(id_token(aud=[CLIENT, "x"], azp=CLIENT), KEYS, ISSUER, CLIENT, "n")["azp"] == CLIENT


LONG_AGO, FAR_AHEAD = 1_700_000_000, 32_500_000_000
"""Times that are the same in every process that collects the tests: 2023 and 2999."""


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://evil.example"}, {"iss": None}, {"aud": "another"}, {"aud": ["another"]}, {"aud": None},
        {"exp": LONG_AGO}, {"exp": None}, {"iat": None}, {"sub": None}, {"nonce": "another"}, {"nonce": None},
        {"aud": [CLIENT, "x"]}, {"azp": "x"}, {"iat": FAR_AHEAD}, {"nbf": FAR_AHEAD},
    ],
    ids=repr,
)  # fmt: skip
def test_an_id_token_of_another_issuer_client_sign_in_or_time_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        verified(id_token(**changes), KEYS, ISSUER, CLIENT, "n")


def test_signatures_of_others_are_refused() -> None:
    header, claims, _ = id_token().split(".")
    for token in (
        id_token(OTHER),
        f"{header}.{claims}.",
        f"eyJhbGciOiJub25lIn0.{claims}.",
        id_token(OctKey.import_key("client secret of some length, 32"), "HS256"),
        "nonsense",
        "",
    ):
        with pytest.raises(Refused):
            verified(token, KEYS, ISSUER, CLIENT, "n")
    with pytest.raises(UnknownKey):
        verified(id_token(kid="two"), KEYS, ISSUER, CLIENT, "n")


def test_what_the_browser_remembers_is_checked() -> None:
    flow = Flow("/")
    assert Flow.unpacked(flow.packed()) == flow
    old = replace(flow, at=flow.at - 601)
    for text in ("", "x", "bm9uc2Vuc2U=", "e30=", old.packed(), flow.packed()[:-8]):
        with pytest.raises(Refused):
            Flow.unpacked(text)


def test_who_it_is_stands_in_the_claims_that_are_configured() -> None:
    config = OidcConfig(ISSUER, CLIENT)
    assert identity({"preferred_username": "ada", "groups": ["a", 1, "b"]}, config) == Identity("ada", ("a", "b"))
    assert identity({"preferred_username": "ada", "groups": "a"}, config) == Identity("ada", ("a",))
    nested = replace(config, groups_claim="realm_access.roles")
    assert identity({"preferred_username": "ada", "realm_access": {"roles": ["a"]}}, nested).groups == ("a",)
    by_mail = replace(config, user_claim="email")
    assert identity({"email": "ada@h", "email_verified": True}, by_mail) == Identity("ada@h", ())
    for claims, by in (
        ({}, config),
        ({"preferred_username": ""}, config),
        ({"preferred_username": 7}, config),
        ({"preferred_username": "a\nb"}, config),
        ({"email": "ada@h", "email_verified": False}, by_mail),
    ):
        with pytest.raises(Refused):
            identity(claims, by)
