"""The audit log: who did what, for admins; nothing in it can be changed, and no secret gets into it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.support.site import Site, running_site
from tests.test_gate import Door, someone
from tests.test_openapi import check
from zkdash.access import Role
from zkdash.access.audit import Asked
from zkdash.web.openapi import SCHEMAS
from zkdash.web.routes import ACTIONS, NEEDS, ROUTES


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with running_site(tmp_path, "prod") as running:
        running.bus.access = Door()
        running.bus.access.person = someone(Role.ADMIN)
        yield running


async def entries(site: Site) -> list[tuple[str, str, str, str]]:
    found = await site.bus.audit.entries(Asked(), 100)
    return [(each.who, each.action, each.what, each.cluster) for each in found]


async def test_what_changes_something_is_written_down(site: Site) -> None:
    draft = {"matchers": {"clusters": ["prod"]}, "lasts": "1h", "reason": "work"}
    made = await site.client.post("/api/v1/silences", json=draft)
    silence = (await made.json())["id"]
    await site.client.delete(f"/api/v1/silences/{silence}")
    assert await entries(site) == [
        ("ada", "silence-end", f"silence {silence}: work", ""),
        ("ada", "silence-create", f"silence {silence}: work", ""),
    ]


async def test_only_admins_read_it(site: Site) -> None:
    site.bus.access.person = someone(Role.OPERATOR)
    for path in ("/audit", "/api/v1/audit", "/api/v1/audit?format=csv"):
        assert "This takes the role admin; yours is operator." in await site.text(path, 403)


async def test_the_page_and_the_api_show_what_is_asked_for(site: Site) -> None:
    for n in range(120):
        await site.bus.audit.record(
            "export", replace(someone(Role.ADMIN), name=f"user{n % 2}"), f"/n{n}", cluster="prod"
        )
    page = await site.text("/audit?who=user1")
    assert "/n119" in page
    assert "/n118" not in page
    assert 'rel="next"' not in page
    assert 'rel="next"' in await site.text("/audit")
    answer = orjson.loads(await site.text("/api/v1/audit?who=user0&limit=2"))
    check(SCHEMAS["AuditEntries"], answer)
    told = answer["entries"]
    assert [each["what"] for each in told] == ["/n118", "/n116"]
    further = orjson.loads(await site.text(f"/api/v1/audit?limit=1&before={told[-1]['id']}"))["entries"]
    assert further[0]["what"] == "/n115"
    assert orjson.loads(await site.text("/api/v1/audit?to=2020-01-01T00:00"))["entries"] == []


async def test_what_is_asked_badly_is_refused(site: Site) -> None:
    for query in ("x=1", "before=-1", "from=yesterday", "limit=0", "format=xml"):
        await site.text(f"/api/v1/audit?{query}", 400)


async def test_it_can_be_kept_as_a_file(site: Site) -> None:
    for n in range(600):
        await site.bus.audit.record("export", someone(Role.ADMIN), f"/n{n}")
    await site.bus.audit.record("export", someone(Role.ADMIN), "=HYPERLINK(1)")
    table = list(csv.reader(io.StringIO(await site.text("/api/v1/audit?format=csv"))))
    assert table[0] == ["id", "at", "who", "via", "address", "action", "what", "cluster", "details"]
    assert (len(table), table[1][6], table[2][6]) == (603, "the audit log", "'=HYPERLINK(1)")
    lines = (await site.text("/api/v1/audit?format=jsonl")).splitlines()
    assert (len(lines), orjson.loads(lines[0])["details"]) == (603, {"format": "jsonl"})


async def test_old_entries_go(site: Site) -> None:
    await site.bus.audit.record("export", someone(Role.ADMIN))
    await site.bus.audit.prune(1)
    assert len(await entries(site)) == 1
    await site.bus.audit.prune(-1)
    assert await entries(site) == []


def test_no_route_changes_an_entry() -> None:
    assert [path for _, path, _, _ in ACTIONS if "audit" in path] == []
    assert [NEEDS["GET", path].name for path, _, _ in ROUTES if "audit" in path] == ["ADMIN", "ADMIN"]


async def test_every_other_method_on_it_is_refused(site: Site) -> None:
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        for path in ("/audit", "/api/v1/audit", "/api/v1/audit/1"):
            refused: Any = await site.client.request(method, path, json={})
            assert refused.status in (403, 404, 405), (method, path)


async def test_no_secret_gets_into_it(tmp_path: Path) -> None:
    """Whatever somebody types where a secret belongs, or has in what they show who they are with."""
    secret = "hunter2-Qx81"
    async with running_site(tmp_path, "prod") as site:
        ours = {
            "Sec-Fetch-Site": "same-origin",
            "Authorization": f"Bearer {secret}",
            "Cookie": f"zkdash-session={secret}",
        }
        form = {"of": "/clusters/prod", "lasts": "7d", "kind": "live", "password": secret}
        made = await site.client.post("/shares", data=form, headers=ours)
        found = re.search(r"/s/([\w-]{43})", await made.text())
        assert found is not None
        for password in (f"not {secret}", secret):
            await site.client.post(f"/s/{found[1]}", data={"password": password}, headers=ours)
        await site.client.post("/sign-in", data={"name": "ada", "password": secret}, headers=ours)
        await site.client.post("/api/v1/silences", json={"matchers": {"clusters": ["prod"]}, "secret": secret})
        kept = f"{await site.bus.audit.entries(Asked(), 100)}"
    assert "share-create" in kept
    assert "share-refused" in kept
    assert [each for each in (secret, found[1]) if each in kept] == []
