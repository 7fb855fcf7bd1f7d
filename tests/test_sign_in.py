"""Signing in by a password, sessions, and what is refused."""

from __future__ import annotations

import stat
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest
from aiohttp import WSMsgType

from tests.support.signed import OURS, PASSWORD, actions, by_password, sign_in, user
from tests.support.site import Site, running_site
from tests.support.until import until
from zkdash.access import entering
from zkdash.access.sessions import Sessions, digest
from zkdash.config import WebConfig
from zkdash.config.users import write_users
from zkdash.web.entrance import own_address
from zkdash.web.filters import browser
from zkdash.web.keys import DOORS

COOKIE = "zkdash-session"


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    access = by_password(tmp_path, user("ada", "ops"), user("bob"), user("root"))
    async with running_site(tmp_path, "prod", access=access) as running:
        yield running


def cookie_of(site: Site) -> str:
    return next(cookie.value for cookie in site.client.session.cookie_jar if cookie.key == COOKIE)


async def status_of(site: Site, path: str, **headers: str) -> int:
    async with site.client.get(path, headers=headers, allow_redirects=False) as answer:
        return answer.status


async def test_who_signs_in_gets_the_page_that_they_wanted(site: Site) -> None:
    page = await site.text("/clusters/prod?x=1")  # which leads to the sign-in
    assert 'name="next" value="/clusters/prod?x=1"' in page
    assert "prod" not in page.replace("/clusters/prod?x=1", "")  # no cluster is named to who is unknown
    answer = await sign_in(site, "ada", after="/clusters/prod")
    assert (answer.status, answer.headers["Location"]) == (303, "/clusters/prod")
    page = await site.text("/clusters/prod")
    assert 'href="/account">ada</a>' in page
    assert 'action="/sign-out"' in page
    assert await actions(site) == [("sign-in", "ada", "")]


async def test_the_cookie_is_for_zkdash_alone(site: Site) -> None:
    cookie = (await sign_in(site, "ada")).cookies[COOKIE]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["secure"]) == (True, "Lax", "/", "")
    assert await site.bus.access.sessions.load() is None
    stored = [session.key for session in site.bus.access.sessions.of()]
    assert stored == [digest(cookie.value)]


@pytest.mark.parametrize(
    ("base_path", "name", "path"),
    [("", "__Host-zkdash-session", "/"), ("/zkdash", "__Secure-zkdash-session", "/zkdash/")],
)
async def test_behind_tls_the_cookie_travels_by_tls_only(tmp_path: Path, base_path: str, name: str, path: str) -> None:
    web = WebConfig(base_path=base_path, public_url=f"https://zkdash.example{base_path}")
    async with running_site(tmp_path, web=web, access=by_password(tmp_path, user("ada"))) as site:
        form = {"user": "ada", "password": PASSWORD, "next": ""}
        answer = await site.client.post(f"{base_path}/sign-in", data=form, headers=OURS, allow_redirects=False)
        assert (answer.status, answer.headers["Location"]) == (303, path)
        cookie = answer.cookies[name]
        assert (cookie["secure"], cookie["path"], cookie["httponly"]) == (True, path, True)
    from zkdash.web.urls import mount

    mount("")


async def test_wrong_names_and_wrong_passwords_look_alike(site: Site) -> None:
    texts = set()
    for name, password in (("ada", "wrong horse"), ("eve", PASSWORD)):
        answer = await sign_in(site, name, password)
        assert (answer.status, COOKIE in answer.cookies) == (403, False)
        texts.add((await answer.text()).replace(name, "NAME"))
    assert len(texts) == 1
    assert "The name or the password is wrong." in texts.pop()
    assert [(what, who) for what, who, _ in await actions(site)] == [("sign-in-failed", "")] * 2
    assert await status_of(site, "/") == 303


async def test_an_unknown_name_takes_as_long_as_a_known_one(tmp_path: Path) -> None:
    from zkdash.access.passwords import Passwords, hashed

    users = {"ada": replace(user("ada"), hash=hashed(PASSWORD))}
    passwords = Passwords()
    await passwords.check(users, "eve", PASSWORD)  # the hash of nobody's password is made once
    took: dict[str, list[float]] = {"ada": [], "eve": []}
    for _ in range(5):
        for name, times in took.items():
            begun = time.perf_counter()
            assert await passwords.check(users, name, "wrong horse") is None
            times.append(time.perf_counter() - begun)
    assert min(took["eve"]) > 0.3 * min(took["ada"])


async def test_a_session_is_a_new_one_at_every_sign_in(site: Site) -> None:
    answer = await sign_in(site, "ada", Cookie=f"{COOKIE}=planted")
    first = answer.cookies[COOKIE].value
    assert first != "planted"
    await sign_in(site, "ada")
    assert cookie_of(site) != first
    assert [digest(cookie_of(site))] == [one.key for one in site.bus.access.sessions.of("ada")]  # the old one is over


async def test_sign_in_and_out_are_refused_from_another_site(site: Site) -> None:
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
        for path in ("/sign-in", "/sign-out", "/account/tokens", "/account/sessions/end"):
            answer = await site.client.post(path, data={"user": "ada"}, headers=headers, allow_redirects=False)
            assert (path, answer.status) == (path, 403)
    assert await actions(site) == []


@pytest.mark.parametrize(
    "wanted",
    [
        "//evil.example", "/\\evil.example", "https:evil.example", "https://evil.example/", "javascript:alert(1)",
        "/%2fevil.example", "/%5Cevil.example", "/\tevil", "\\\\evil.example", "/sign-in", "/sign-out",
        "/a/../..//evil", "///evil.example", "/" + "a" * 3000, "evil.example", "/ü",
    ],
)  # fmt: skip
def test_nobody_is_led_elsewhere_after_the_sign_in(wanted: str) -> None:
    assert own_address(wanted) == "/"


async def test_a_foreign_address_in_the_form_leads_home(site: Site) -> None:
    answer = await sign_in(site, "ada", after="//evil.example")
    assert (answer.status, answer.headers["Location"]) == (303, "/")


async def test_who_signs_out_is_out(site: Site) -> None:
    await sign_in(site, "ada")
    secret = cookie_of(site)
    answer = await site.client.post("/sign-out", headers=OURS, allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, "/sign-in")
    assert "You are signed out." in await site.text("/sign-in")
    site.client.session.cookie_jar.update_cookies({COOKIE: secret})
    assert await status_of(site, "/") == 303
    assert [what for what, _, _ in await actions(site)] == ["sign-in", "sign-out"]


async def test_who_is_unknown_gets_what_they_can_read(site: Site) -> None:
    assert await status_of(site, "/alerts") == 303
    async with site.client.get(
        "/alerts", headers={"HX-Request": "true", "HX-Current-URL": "http://h/timeline?range=1h"}
    ) as answer:
        assert (answer.status, answer.headers["HX-Redirect"]) == (401, "/sign-in?next=%2Ftimeline%3Frange%3D1h")
    async with site.client.get("/api/v1/clusters") as answer:
        assert (answer.status, answer.content_type) == (401, "application/problem+json")
        assert answer.headers["WWW-Authenticate"] == 'Bearer realm="zkdash"'
    for path in ("/live?topic=overview", "/api/v1/events/stream"):
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await site.client.ws_connect(path)
        assert refused.value.status == 401
    async with site.client.get("/nowhere") as answer:
        assert (answer.status, "prod" in await answer.text()) == (404, False)
    await site.text("/healthz")


async def test_sessions_outlive_a_restart_but_not_their_ends(site: Site) -> None:
    await sign_in(site, "ada")
    again = Sessions(site.bus.store)
    await again.load()
    found = again.find(cookie_of(site))
    assert found is not None
    assert (found.who, found.groups, found.via) == ("ada", ("ops",), "basic")
    for change in ({"ends_at": 1}, {"seen_at": found.seen_at - 13 * 3_600_000}):
        session = site.bus.access.sessions.find(cookie_of(site))
        kept = {name: getattr(session, name) for name in change}
        for name, value in change.items():
            setattr(session, name, value)
        assert await status_of(site, "/") == 303, change
        for name, value in kept.items():
            setattr(session, name, value)
    assert await status_of(site, "/") == 200


async def test_what_is_over_leaves_the_store(site: Site) -> None:
    await sign_in(site, "ada")
    site.bus.access.sessions.find(cookie_of(site)).ends_at = 1
    await site.bus.access.sweep()
    again = Sessions(site.bus.store)
    await again.load()
    assert again.of() == []


async def test_another_password_and_a_removed_user_end_sessions_and_websockets(site: Site, tmp_path: Path) -> None:
    await sign_in(site, "ada")
    socket = await site.listen("overview")
    await socket.receive_str()
    write_users(tmp_path / "users", [user("ada", "ops", password="another horse"), user("root")])
    begun = time.monotonic()
    while (message := await socket.receive(timeout=5)).type is WSMsgType.TEXT:
        pass
    assert (message.type, message.data) == (WSMsgType.CLOSE, 1001)
    assert time.monotonic() - begun < 5
    assert await status_of(site, "/") == 303
    assert (await sign_in(site, "ada")).status == 403
    assert (await sign_in(site, "ada", "another horse")).status == 303


async def test_a_role_taken_away_ends_websockets_at_once_and_others_stay(site: Site) -> None:
    await sign_in(site, "bob")
    pages, stream = await site.listen("overview"), await site.client.ws_connect("/api/v1/events/stream")
    access = site.bus.config.access
    site.bus.access.reload(replace(access, grants=access.grants[1:]))
    begun = time.monotonic()
    for socket in (pages, stream):
        while (message := await socket.receive(timeout=5)).type is WSMsgType.TEXT:
            pass
        assert message.data == 1001
    assert time.monotonic() - begun < 5
    assert await status_of(site, "/") == 403
    await sign_in(site, "ada")
    pages = await site.listen("overview")
    await pages.receive_str()
    site.bus.access.reload(replace(access, grants=access.grants[1:]))
    await site.client.app[DOORS].look()  # type: ignore[union-attr]  # it is running
    assert len(site.client.app[DOORS]) == 1  # type: ignore[union-attr]  # as above


async def test_the_file_of_users_is_taken_up_and_a_broken_one_is_not(site: Site, tmp_path: Path) -> None:
    path = tmp_path / "users"
    path.write_text("broken")
    await site.bus.access.sweep()
    assert (await sign_in(site, "ada")).status == 303
    write_users(path, [user("eve")])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    await site.bus.access.sweep()
    assert (await sign_in(site, "eve")).status == 303


async def test_failures_are_slowed_down_and_the_right_password_waits_too(site: Site) -> None:
    for _ in range(3):
        assert (await sign_in(site, "ada", "wrong horse")).status == 403
    answer = await sign_in(site, "ada")
    assert (answer.status, answer.headers["Retry-After"]) == (429, "1")
    assert "Too many sign-ins have failed. Try again in 1 s." in await answer.text()
    await until(lambda: site.bus.access.throttle.wait_s("ada", "127.0.0.1") == 0)
    assert (await sign_in(site, "ada")).status == 303


async def test_knowing_who_asks_takes_no_time(site: Site) -> None:
    await sign_in(site, "ada")
    asked: list[float] = []
    identify = site.bus.access.identify

    async def timed(request: aiohttp.web.Request) -> object:
        for _ in range(300):
            begun = time.perf_counter()
            found = await identify(request)
            asked.append(time.perf_counter() - begun)
        return found

    site.bus.access.identify = timed
    await site.text("/")
    assert sorted(asked)[len(asked) // 2] < 50e-6


async def test_one_sees_and_ends_ones_sessions(site: Site) -> None:
    await sign_in(site, "ada", **{"User-Agent": "curl <b>of the office</b>"})
    site.client.session.cookie_jar.clear()
    await sign_in(site, "ada")
    page = await site.text("/account")
    assert "curl &lt;b&gt;of the office&lt;/b&gt;" in page
    assert page.count('id="session-') == 2
    other = next(one for one in site.bus.access.sessions.of("ada") if "curl" in one.agent)
    answer = await site.client.post(f"/account/sessions/{other.id}/end", headers=OURS, allow_redirects=False)
    assert answer.headers["Location"] == "/account"
    assert (await site.text("/account")).count('id="session-') == 1
    answer = await site.client.post("/account/sessions/end", headers=OURS, allow_redirects=False)
    assert (answer.headers["Location"], site.bus.access.sessions.of()) == ("/sign-in", [])


async def test_only_admins_end_the_sessions_of_others(site: Site) -> None:
    await sign_in(site, "ada")
    (hers,) = site.bus.access.sessions.of("ada")
    site.client.session.cookie_jar.clear()
    await sign_in(site, "bob")
    answer = await site.client.post(f"/account/sessions/{hers.id}/end", headers=OURS)
    assert answer.status == 404
    await site.text("/account/everybody", 403)
    site.client.session.cookie_jar.clear()
    await sign_in(site, "root")
    assert f'id="session-{hers.id}"' in await site.text("/account/everybody")
    await site.client.post(f"/account/sessions/{hers.id}/end", headers=OURS)
    assert site.bus.access.sessions.of("ada") == []
    assert (await actions(site))[-1] == ("session-end", "root", "ada")


async def test_without_sign_in_there_are_no_accounts(tmp_path: Path) -> None:
    async with running_site(tmp_path, "prod") as site:
        assert "Nobody signs in here" in await site.text("/account", 404)
        assert await status_of(site, "/sign-in") == 303
        page = await site.text("/")
        assert 'id="who"' not in page
        assert "/sign-out" not in page


def test_a_browser_is_told_in_words() -> None:
    mozilla = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)"
    windows = "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0"
    assert [
        browser(agent)
        for agent in (f"{mozilla} Chrome/156.0 Safari/537.36", f"{mozilla} Chrome/1 Edg/1", windows, "curl/8.5", "")
    ] == ["Chrome on Linux", "Edge on Linux", "Firefox on Windows", "curl/8.5", "–"]


async def test_an_open_page_alone_keeps_no_session(site: Site) -> None:
    await sign_in(site, "ada")
    session = site.bus.access.sessions.find(cookie_of(site))
    session.seen_at = before = session.seen_at - 1000
    await site.text("/live?topic=overview")
    assert session.seen_at == before
    await site.text("/")
    assert session.seen_at > before


async def test_of_one_person_so_many_sessions_are_kept(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entering, "MOST_SESSIONS", 2)
    for _ in range(3):
        await sign_in(site, "ada")
        site.client.session.cookie_jar.clear()
    assert len(site.bus.access.sessions.of("ada")) == 2
