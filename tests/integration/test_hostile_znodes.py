"""Whatever people (or attackers) put into a znode's name or data is shown as text, and every link works."""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from kazoo.client import KazooClient

from tests.conftest import kazoo_client
from tests.support.html import Page
from tests.support.zkdash_process import ZkDashProcess
from zkdash.demo.servers import Server

NAMES = (
    "<script>alert(1)<",
    "<img src=x onerror=alert(1)>",
    "\"'><b onclick=alert(1)>",
    "javascript:alert(1)",
    "sp ace",
    " around ",
    "%2F",
    "%",
    "100%25",
    "%zz",
    "a%2Fb",
    "?",
    "a?b=c&d=e",
    "#",
    "a#b",
    "&amp;",
    "{{ 7 * 7 }}",
    "{% raw %}",
    "back\\slash",
    "semi;colon",
    "plus+plus",
    "ünïcödé ☃ 漢字",
    "e\u0301 and é",
    "\u202eright to left",
    "zero\u200bwidth",
    "\u00a0",
    "...",
    "a..b",
    "~",
    "-",
    "--help",
    "x" * 3000,
    "znodes",
    "data:text,html,hi",
    "@",
    "api",
)

VALUES: dict[str, bytes | None] = {
    "script": b"<script>alert(1)</script><img src=x onerror=alert(1)>",
    "closing": b"</pre></textarea></main></body></html>--><!-- ]]>",
    "json with script": b'{"a": "</script><script>alert(1)</script>", "b": "<b>"}',
    "template": b"{{ 7 * 7 }} {% raw %} ${7*7}",
    "binary": random.Random(0).randbytes(1_000_000),  # any bytes may have a name of three letters in them
    "invalid utf-8": b"caf\xe9 \xff\xfe \xc3\x28 \xed\xa0\x80",
    "empty": b"",
    "none": None,
    "nul": b"\x00",
    "control": bytes(range(32)) + b"\x7f",
    "escapes": b"\x1b[31mred\x1b[0m \x07",
    "one long line": b"x" * 1_000_000,
    "many lines": b"\n" * 500_000,
    "only spaces": b"   ",
    "bom": b"\xef\xbb\xbf{}",
    "utf-16": "text".encode("utf-16"),
    "deep json": b"[" * 200_000 + b"]" * 200_000,
    "big json": json.dumps([{"name": f"<{n}>", "value": n} for n in range(25_000)]).encode(),
    "big number": b"1" * 100_000,
    "not a number": b'{"a": NaN, "b": Infinity, "c": 1e999}',
    "same key twice": b'{"a": 1, "a": 2}',
    "lone surrogate": b'"\\ud800"',
    "direction": "\u202eabc\u2066".encode(),
}


@pytest.fixture(scope="module")
def dash(zookeeper: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ZkDashProcess]:
    """A zkdash that watches /hostile of the shared server, where all of it is."""
    with kazoo_client(zookeeper.address) as client:
        plant(client)
        process = ZkDashProcess(tmp_path_factory.mktemp("hostile"), "", f"prod={zookeeper.address}/hostile").start()
        try:
            process.wait_state("prod", "CONNECTED", 10)
            yield process
        finally:
            process.close()
            client.delete("/hostile", recursive=True)


def plant(client: KazooClient) -> None:
    client.create("/hostile")
    client.create("/hostile/names")
    client.create("/hostile/values")
    for name in NAMES:
        client.create(f"/hostile/names/{name}", name.encode())
        client.create(f"/hostile/names/{name}/below", b"1")
    for name, value in VALUES.items():
        client.create(f"/hostile/values/{name}", value)


def page_of(dash: ZkDashProcess, path: str, query: str = "") -> Page:
    """The page of a znode, which must be a 200 with nothing of it alive."""
    url = f"/clusters/prod/znodes{quote(path, safe='/')}{query}"
    answer = dash.get(url)
    assert answer.status == 200, f"{url}: {answer.status}"
    page = Page(answer.text, url)
    for _, attributes in page.tags:
        assert not [name for name in attributes if name.startswith("on")]
    assert page.attribute("src") == [source for source in page.attribute("src") if source.startswith("/static/")]
    return page


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_a_name_is_text_on_its_page_and_in_the_api(dash: ZkDashProcess, name: str) -> None:
    path = f"/names/{name}"
    page = page_of(dash, path)
    assert path in page.attribute("data-path")
    shown = dash.api("/clusters/prod/znodes", path=path)
    assert (shown["path"], shown["data"]) == (path, name)
    assert shown["children"] == [{"name": "below"}]
    below = page_of(dash, f"{path}/below")
    assert f"{path}/below" in below.attribute("data-path")


def test_every_link_to_a_hostile_name_leads_to_it(dash: ZkDashProcess) -> None:
    page = page_of(dash, "/names", "?tab=children")
    reached = set()
    for link in dict.fromkeys(page.links):
        if not link.startswith("/clusters/prod/znodes/names/"):
            continue
        answer = dash.get(link)
        assert answer.status == 200, link
        reached |= set(Page(answer.text, link).attribute("data-path"))
    assert {f"/names/{name}" for name in NAMES} <= reached


def test_the_api_lists_every_hostile_name_and_pages_past_each(dash: ZkDashProcess) -> None:
    names: list[str] = []
    after = ""
    while after is not None:
        page = dash.api("/clusters/prod/znodes", path="/names", limit=5, **({"after": after} if after else {}))
        names += [child["name"] for child in page["children"]]
        after = page["next"]
    assert sorted(names) == sorted(NAMES)
    assert len(names) == len(NAMES)


@pytest.mark.parametrize("name", VALUES)
def test_a_value_is_text_on_its_page_and_whole_in_the_api(dash: ZkDashProcess, name: str) -> None:
    value = VALUES[name]
    path = f"/values/{name}"
    for query in ("", "?view=json", "?view=text", "?view=hex", "?tab=stat", "?tab=acl", "?tab=children"):
        page = page_of(dash, path, query)
        assert ("script", {}) not in page.tags
    shown = dash.api("/clusters/prod/znodes", path=path)
    if value is None:
        assert (shown["data"], shown["encoding"]) == (None, None)
    else:
        decode = {"utf-8": str.encode, "base64": base64.b64decode}[shown["encoding"]]
        assert decode(shown["data"]) == value
    assert shown["stat"]["data_length"] == len(value or b"")


@pytest.mark.parametrize("name", VALUES)
def test_a_value_can_be_downloaded_byte_for_byte(dash: ZkDashProcess, name: str) -> None:
    answer = dash.get(f"/clusters/prod/znodes/values/{quote(name)}?raw=1")
    if VALUES[name] is None:
        assert answer.status == 404
        return
    assert (answer.status, answer.body) == (200, VALUES[name])
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_an_empty_value_and_none_are_told_apart(dash: ZkDashProcess) -> None:
    assert "empty" in page_of(dash, "/values/empty").attribute("data-kind")
    assert "none" in page_of(dash, "/values/none").attribute("data-kind")


@pytest.mark.parametrize(
    "raw",
    [
        "/clusters/prod/znodes/%",
        "/clusters/prod/znodes/%zz",
        "/clusters/prod/znodes/%ff",
        "/clusters/prod/znodes/a%2Fb",
        "/clusters/prod/znodes/%00",
        "/clusters/prod/znodes/..",
        "/clusters/prod/znodes/../../..",
        "/clusters/prod/znodes/%2e%2e/%2e%2e",
        "/clusters/prod/znodes//",
        "/clusters/prod/znodes/" + "x" * 20_000,
        "/clusters/%3Cscript%3E/znodes/",
        "/api/v1/clusters/prod/znodes?path=a%00",
        "/api/v1/clusters/prod/znodes?path=/%2e%2e",
        "/api/v1/clusters/prod/znodes?limit=-1",
        "/api/v1/clusters/prod/znodes?limit=x",
        "/timeline/events/999999999999999999999999",
        "/timeline?from=x&to=%ff",
    ],
)
def test_a_hostile_address_is_a_plain_refusal(dash: ZkDashProcess, raw: str) -> None:
    answer = dash.get(raw)
    assert answer.status in (200, 303, 308, 400, 404, 414), answer.text
    assert b"<script>alert" not in answer.body
