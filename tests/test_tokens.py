"""Tokens for scripts."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import WSMsgType

from tests.support.signed import OURS, actions, by_password, sign_in, user
from tests.support.site import Site, running_site
from zkdash.access.sessions import digest
from zkdash.access.tokens import Tokens
from zkdash.clock import now_ms
from zkdash.config.users import write_users
from zkdash.store import sign_in as rows
from zkdash.store.engine import StoreUnavailable


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    access = by_password(tmp_path, user("ada", "ops"), user("bob"), user("root"))
    async with running_site(tmp_path, "prod", "other", access=access) as running:
        await sign_in(running, "ada")
        yield running


async def made(site: Site, **changes: str) -> str:
    """A new token's text, as its page shows it once."""
    form = {"name": "a script", "role": "operator", "clusters": "", "lasts": "30"} | changes
    async with site.client.post("/account/tokens", data=form, headers=OURS) as answer:
        page = await answer.text()
        assert answer.status == 200, page
    (secret,) = set(re.findall(r"zkd_[\w-]{43}", page))
    return secret


async def status_of(site: Site, path: str, secret: str, method: str = "GET", **options: object) -> int:
    site.client.session.cookie_jar.clear()
    headers = {"Authorization": f"Bearer {secret}"}
    async with site.client.request(method, path, headers=headers, **options) as answer:  # type: ignore[arg-type]  # json=
        return answer.status


async def test_a_token_is_shown_once_and_kept_as_a_hash(site: Site) -> None:
    secret = await made(site)
    page = await site.text("/account")
    assert secret not in page
    assert "a script" in page
    (token,) = site.bus.access.tokens.of("ada")
    assert token.key == digest(secret)
    async with site.bus.store.connect() as connection:
        assert secret not in repr(await rows.every(connection, rows.tokens))
    assert (await actions(site))[-1] == ("token-create", "ada", "a script")


async def test_a_token_may_do_what_its_owner_and_its_role_may(site: Site) -> None:
    secret, lesser = await made(site), await made(site, role="viewer")
    body = {"clusters": ["prod"], "lasts": "1h", "reason": "a test"}
    assert await status_of(site, "/api/v1/clusters", secret) == 200
    assert await status_of(site, "/metrics", secret) == 200
    assert await status_of(site, "/api/v1/silences", lesser, "POST", json=body) == 403
    assert await status_of(site, "/api/v1/silences", secret, "POST", json=body) in (201, 400)
    access = site.bus.config.access
    site.bus.access.reload(replace(access, grants=access.grants[:1]))  # ops is no operator any more
    assert await status_of(site, "/api/v1/silences", secret, "POST", json=body) == 403


async def test_a_token_reaches_its_clusters_only(site: Site) -> None:
    secret = await made(site, clusters="prod")
    assert await status_of(site, "/api/v1/clusters/prod", secret) == 200
    assert await status_of(site, "/api/v1/clusters/other", secret) == 404


@pytest.mark.parametrize("secret", ["zkd_", "zkd_wrong", "wrong", "zkd_" + "a" * 43, ""])
async def test_what_is_no_token_opens_nothing(site: Site, secret: str) -> None:
    assert await status_of(site, "/api/v1/clusters", secret) == 401


async def test_a_wrong_token_is_not_made_good_by_a_cookie(site: Site) -> None:
    async with site.client.get("/api/v1/clusters", headers={"Authorization": "Bearer zkd_wrong"}) as answer:
        assert answer.status == 401


async def test_an_expired_a_revoked_and_an_orphaned_token_open_nothing(site: Site, tmp_path: Path) -> None:
    expired, revoked, orphaned = await made(site), await made(site), await made(site)
    tokens = site.bus.access.tokens
    tokens.find(expired).ends_at = now_ms() - 1
    assert await status_of(site, "/api/v1/clusters", expired) == 401
    await sign_in(site, "ada")
    assert "expired" in await site.text("/account")
    found = tokens.find(revoked)
    await site.client.post(f"/account/tokens/{found.id}/revoke", headers=OURS)
    assert await status_of(site, "/api/v1/clusters", revoked) == 401
    assert await status_of(site, "/api/v1/clusters", orphaned) == 200
    write_users(tmp_path / "users", [user("bob")])
    await site.bus.access.sweep()
    assert await status_of(site, "/api/v1/clusters", orphaned) == 401


async def test_a_revoked_token_ends_its_stream(site: Site) -> None:
    secret = await made(site)
    headers = {"Authorization": f"Bearer {secret}"}
    socket = await site.client.ws_connect("/api/v1/events/stream", headers=headers)
    await site.bus.access.revoke(site.bus.access.tokens.find(secret))
    while (message := await socket.receive(timeout=5)).type is WSMsgType.TEXT:
        pass
    assert message.data == 1001


async def test_when_it_was_used_is_shown_and_written_once_a_minute(site: Site) -> None:
    secret = await made(site)
    assert "never" in await site.text("/account")
    await status_of(site, "/api/v1/clusters", secret)
    await site.bus.access.sweep()
    token = site.bus.access.tokens.find(secret)
    first = token.used_at
    token.used_at += 59_000
    await site.bus.access.sweep()
    again = Tokens(site.bus.store)
    await again.load()
    assert again.find(secret) is not None
    assert (again.find(secret).used_at, again.find(secret).used_from) == (first, "127.0.0.1")  # type: ignore[union-attr]  # as above


async def test_a_token_makes_no_token_and_ends_no_session(site: Site) -> None:
    secret = await made(site)
    assert await status_of(site, "/account", secret) == 403
    headers = {"Authorization": f"Bearer {secret}"} | OURS
    async with site.client.post("/account/tokens", data={"name": "x"}, headers=headers) as answer:
        assert answer.status == 403


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": ""}, "Say what the token is for."),
        ({"name": "x" * 81}, "name has 81 characters: allowed are 80."),
        ({"role": "admin"}, "The role is none that you have."),
        ({"role": "god"}, "The role is none that you have."),
        ({"clusters": "nowhere"}, "Name clusters that there are, separated by commas."),
        ({"lasts": "9999"}, "Choose how long it lasts."),
    ],
)
async def test_tokens_that_are_not_made(site: Site, changes: dict[str, str], said: str) -> None:
    form = {"name": "a script", "role": "viewer", "clusters": "", "lasts": "30"} | changes
    async with site.client.post("/account/tokens", data=form, headers=OURS) as answer:
        assert answer.status == 400
        assert said in await answer.text()
    assert site.bus.access.tokens.of() == []


async def test_only_the_owner_and_admins_revoke(site: Site) -> None:
    token = site.bus.access.tokens.find(await made(site))
    site.client.session.cookie_jar.clear()
    await sign_in(site, "bob")
    async with site.client.post(f"/account/tokens/{token.id}/revoke", headers=OURS) as answer:
        assert answer.status == 404
    site.client.session.cookie_jar.clear()
    await sign_in(site, "root")
    await site.client.post(f"/account/tokens/{token.id}/revoke", headers=OURS)
    assert site.bus.access.tokens.of() == []
    assert (await actions(site))[-1] == ("token-revoke", "root", "a script")


async def test_what_the_store_does_not_forget_at_once_it_forgets_later(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = site.bus.access.tokens.find(await made(site))

    async def fails(*_: object) -> None:
        raise StoreUnavailable("the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(rows, "remove", fails)
        async with site.client.post(f"/account/tokens/{token.id}/revoke", headers=OURS) as answer:
            assert answer.status == 503
    assert site.bus.access.tokens.of() == []  # it opens nothing any more, and
    await site.bus.access.sweep()
    again = Tokens(site.bus.store)
    await again.load()
    assert again.of() == []  # not after a restart either
