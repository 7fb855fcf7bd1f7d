"""Below another site: every address of every page begins with base_path."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest

from tests.support.config import Configured
from tests.support.html import Page
from tests.support.site import Site, running_site
from zkdash.config import WebConfig
from zkdash.web.assets import assets_root
from zkdash.web.urls import mount

BASE = "/zkdash"
ADDRESSES = ("href", "src", "action", "hx-get", "hx-post", "hx-ws:connect", "data-source", "data-copy-url")
LEAVES = re.compile(rf'(?:{"|".join(ADDRESSES)})="/')


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with running_site(tmp_path, "prod", web=WebConfig(base_path=BASE)) as running:
        yield running
    mount("")


def test_no_template_spells_an_address_by_itself() -> None:
    spelt = [
        f"{path.name}:{number}"
        for path in sorted((assets_root() / "templates").rglob("*.html"))
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if LEAVES.search(line)
    ]
    assert spelt == []  # write {{ at("/…") }}


async def test_no_page_leads_out_of_base_path(site: Site) -> None:
    wanted = [f"{BASE}{path}" for path in ("/", "/alerts/silences/new", "/nowhere", "/api/docs")]
    seen, strays = set(wanted), set[str]()
    while wanted:
        here = wanted.pop()
        async with site.client.get(here) as answer:
            if answer.content_type != "text/html":
                assert answer.status == 200, here
                continue
            page = Page(await answer.text(), here)
        for _, attributes in page.tags:
            for name in ADDRESSES:
                address = urldefrag(urljoin(here, attributes.get(name) or "")).url
                path = urlsplit(address).path
                if address.startswith("/") and not path.startswith(f"{BASE}/"):
                    strays.add(f"{here}: {name}={address}")
                elif name in ("href", "src") and path not in seen and "/api/v1/" not in path:
                    seen.add(path)
                    wanted.append(address)
    assert strays == set()
    assert {f"{BASE}/", f"{BASE}/clusters/prod", f"{BASE}/timeline", f"{BASE}/api/docs"} < seen


async def test_redirects_cookies_and_the_api_stay_below_it(site: Site) -> None:
    async with site.client.get("/", allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (302, f"{BASE}/")
    form = {"clusters": "prod", "lasts": "1h", "reason": "a test", "by": "ada"}
    headers = {"Sec-Fetch-Site": "same-origin"}
    path = f"{BASE}/alerts/silences"
    async with site.client.post(path, data=form, headers=headers, allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"].startswith(f"{path}/")) == (303, True)
        assert {cookie["path"] for cookie in answer.cookies.values()} == {f"{BASE}/"}
    async with site.client.get(f"{BASE}/api/openapi.json") as answer:
        assert (await answer.json())["servers"] == [{"url": f"{BASE}/"}]
    async with site.client.get("/api/v1/clusters") as answer:
        assert answer.status == 404
    await site.text("/healthz")


async def test_its_websocket_is_below_it_too(site: Site) -> None:
    async with site.client.ws_connect(f"{BASE}/live?topic=overview") as socket:
        assert f'href="{BASE}/clusters/prod"' in (await socket.receive_str())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("base_path = zkdash", "write a path such as /zkdash, of letters (a to z), digits, -, _ and ."),
        ("base_path = /a//b", "write a path such as /zkdash, of letters (a to z), digits, -, _ and ."),
        ("base_path = /../b", "write a path such as /zkdash, of letters (a to z), digits, -, _ and ."),
        ("base_path = /b\npublic_url = https://h", "it ends in base_path: write https://zkdash.example.com/b"),
    ],
)
def test_paths_that_it_can_not_be_below(tmp_path: Path, text: str, said: str) -> None:
    assert Configured(tmp_path).mistake(f"[web]\n{text}\n").endswith(said)


def test_the_slash_at_its_end_does_not_matter(tmp_path: Path) -> None:
    assert Configured(tmp_path)("[web]\nbase_path = /tools/zkdash/\n").web.base_path == "/tools/zkdash"
