"""Znodes out of reach and secrets in znodes, against a real server: through every way out there is no word of them."""

from __future__ import annotations

import asyncio
import gzip
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from kazoo.security import make_digest_acl

from tests.conftest import Tree
from tests.support.site import Site, running_site
from tests.support.until import until
from zkdash.access import EVERYTHING, Person, Reach, Role
from zkdash.access.grant import Grant
from zkdash.access.service import AccessService
from zkdash.config import ClusterConfig
from zkdash.zookeeper.container import ClusterContainer

SECRET = "hunter2-xyzzy"
HIDDEN = ("zqvault", "zqplanted")


class Door:
    """The AccessService, but that whoever the test says asks."""

    def __init__(self, real: AccessService) -> None:
        self._real = real

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    person = Person(EVERYTHING)

    async def identify(self, _request: Any) -> Person | None:
        return self.person

    def holds(self, _person: Person) -> bool:
        return True


def may(*grants: Grant) -> Person:
    return Person(Reach(frozenset(grants)), "ada", via="basic")


def grant(role: Role | None = Role.VIEWER, *paths: str, unmask: bool = False) -> Grant:
    return Grant("one", role, users=("*",), paths=paths or ("/",), unmask=unmask)


@asynccontextmanager
async def looking_at(tmp_path: Path, tree: Tree, **masking: Any) -> AsyncIterator[Site]:
    """A site that watches a real tree as the cluster "prod"."""
    host, _, port = tree.server.address.partition(":")
    config = ClusterConfig("prod", ((host, int(port)),), path=tree.root)
    async with running_site(tmp_path) as site:
        site.bus.config = replace(site.bus.config, masking=replace(site.bus.config.masking, **masking))
        site.bus.access = Door(site.bus.access)
        container = ClusterContainer(SimpleNamespace(App=site.bus, ProactorService=None), config)  # type: ignore[arg-type]  # all it needs
        container.start()
        site.bus.clusters.all["prod"] = container
        site.bus.PubSub.publish("Clusters.changed!")
        try:
            await until(container.is_connected, what="a session")
            yield site
        finally:
            await container._stop()


@pytest.fixture
async def site(tmp_path: Path, tree: Tree) -> AsyncIterator[Site]:
    tree.make("/apps/shop", json.dumps({"user": "shop", "password": SECRET, "n": 1}).encode())
    tree.make("/apps/shop/packed", gzip.compress(json.dumps({"token": SECRET}).encode()))
    tree.make("/apps/shop/props", f"a=1\ndb.password={SECRET}\nb=2\n".encode())
    tree.make("/apps/shop/yaml", f"db:\n  secret: |\n    {SECRET}\n  host: h\n".encode())
    tree.make("/apps/shop/xml", f"<c><password>{SECRET}</password><h>1</h></c>".encode())
    tree.make("/apps/shop/java", b"\xac\xed\x00\x05sr\x00\x04Conf\x00password" + SECRET.encode())
    tree.make("/apps/plain", b'{"host": "h"}')
    tree.make("/apps/zqvault", b"zqplanted")
    tree.make("/apps/zqvault/deep", b"zqplanted")
    tree.make("/other/zqvault", b"zqplanted")
    tree.client.set_acls(f"{tree.root}/apps/plain", [make_digest_acl("u", "pw-" + SECRET, all=True), *make_open()])
    async with looking_at(tmp_path, tree) as running:
        yield running


def make_open() -> list[Any]:
    from kazoo.security import OPEN_ACL_UNSAFE

    return list(OPEN_ACL_UNSAFE)


WAYS = (
    "/clusters/prod/znodes{p}",
    "/clusters/prod/znodes{p}?raw=1",
    "/clusters/prod/znodes{p}?raw=1&opened=1",
    "/clusters/prod/znodes{p}?text=1",
    "/clusters/prod/znodes{p}?text=1&view=hex",
    "/clusters/prod/znodes{p}?tab=stat",
    "/clusters/prod/znodes{p}?tab=acl",
    "/clusters/prod/znodes{p}?tab=children&sort=size",
    "/clusters/prod/znodes{p}?find=hunter2",
    "/api/v1/clusters/prod/znodes?path={p}",
    "/api/v1/clusters/prod/export?path={p}",
    "/api/v1/clusters/prod/export?path={p}&format=yaml",
    "/api/v1/search?data=hunter2&root={p}",
    "/api/v1/search?larger=0B&root={p}",
    "/api/v1/compare?left=prod:{p}&right=prod:/apps",
    "/compare?left=prod:{p}&right=prod:/apps",
    "/search?data=hunter2&root={p}",
    "/clusters/prod/usage?path={p}",
    "/api/v1/clusters/prod/usage?path={p}",
    "/live?topic=znode%3Fcluster%3Dprod%26path%3D{p}",
)
PATHS = (
    "/apps/shop",
    "/apps/shop/packed",
    "/apps/shop/props",
    "/apps/shop/yaml",
    "/apps/shop/xml",
    "/apps/shop/java",
    "/apps",
    "/",
)


async def told(site: Site, url: str) -> str:
    async with site.client.get(url) as answer:
        assert answer.status < 500, (url, await answer.text())
        return f"{dict(answer.headers)} {(await answer.read()).decode(errors='replace')}"


async def test_no_secret_leaves_by_any_way(site: Site) -> None:
    for path in PATHS:
        for way in WAYS:
            text = await told(site, way.format(p=path))
            assert SECRET not in text, (way, path)
            assert SECRET.encode().hex(" ") not in text, (way, path)


async def test_what_is_masked_is_said_and_its_length_is_not(site: Site) -> None:
    page = await site.text("/clusters/prod/znodes/apps/shop")
    assert "1 value masked as secret by" in page
    assert "&#34;n&#34;: 1" in page or '"n": 1' in page
    answer = await (await site.client.get("/api/v1/clusters/prod/znodes?path=/apps/shop")).json()
    assert (json.loads(answer["data"])["password"], answer["masked"]) == ("••••••", 1)
    assert answer["stat"]["data_length"] == len(answer["data"].encode())
    assert await (await site.client.get("/clusters/prod/znodes/apps/shop/props?raw=1")).text() == (
        "a=1\ndb.password=••••••\nb=2\n"
    )


async def share(site: Site, of: str, kind: str) -> tuple[int, str]:
    """Make a link to a view; gives the status, and what the link shows to somebody who hasn't signed in."""
    form = {"of": of, "lasts": "7d", "kind": kind}
    async with site.client.post("/shares", data=form, headers={"Sec-Fetch-Site": "same-origin"}) as made:
        link = re.search(r"/s/[\w-]{43}", await made.text())
    if link is None:
        return made.status, ""
    maker, site.bus.access.person = site.bus.access.person, None
    try:
        return made.status, await told(site, link[0])
    finally:
        site.bus.access.person = maker


@pytest.mark.parametrize("kind", ["live", "fixed"])
async def test_a_shared_view_is_masked_also_for_who_may_unmask(site: Site, kind: str) -> None:
    site.bus.access.person = maker = may(grant(Role.OPERATOR, unmask=True))
    site.bus.access.again = lambda *_: maker.reach
    for path in PATHS:
        for view in ("", "?tab=children&sort=size", "?tab=acl", "?find=hunter2"):
            status, text = await share(site, f"/clusters/prod/znodes{path}{view}", kind)
            assert status == 200
            assert SECRET not in text, (path, view)
    assert "masked as secret by" in (await share(site, "/clusters/prod/znodes/apps/shop", kind))[1]
    assert (await share(site, "/clusters/prod/znodes/apps/shop?unmask=1", kind))[0] == 400


@pytest.mark.parametrize("kind", ["live", "fixed"])
async def test_a_shared_view_is_of_what_its_maker_sees(site: Site, kind: str) -> None:
    site.bus.access.person = maker = DENIED
    site.bus.access.again = lambda *_: maker.reach
    for of in ("/clusters/prod/znodes/apps?tab=children", "/clusters/prod/znodes/apps", "/search?name=vault"):
        if kind == "fixed" or not of.startswith("/search"):
            status, text = await share(site, of, kind)
            assert status == 200
            assert not [word for word in HIDDEN if word in text], of
    assert (await share(site, "/clusters/prod/znodes/apps/zqvault", kind))[0] == 400


async def hits(site: Site, **query: str) -> list[str]:
    async with site.client.get("/api/v1/search", params=query) as answer:
        lines = [json.loads(line) for line in (await answer.text()).splitlines()]
    return [line["path"] for line in lines if "path" in line]


async def test_a_search_guesses_no_masked_value(site: Site) -> None:
    assert await hits(site, data="hunter2") == []
    assert await hits(site, data="hunter[0-9]", data_as="regex") == []
    assert await hits(site, data="host") == ["/apps/plain", "/apps/shop/yaml"]
    size = len(json.dumps({"user": "shop", "password": SECRET, "n": 1}))
    assert "/apps/shop" not in await hits(site, larger=f"{size - 1}B", smaller=f"{size + 1}B", root="/apps/shop")


async def test_who_may_unmask_sees_secrets_when_they_ask_and_it_is_written_down(site: Site) -> None:
    site.bus.access.person = may(grant(Role.VIEWER, unmask=True))
    page = await site.text("/clusters/prod/znodes/apps/shop")
    assert SECRET not in page
    assert "unmask=1" in page
    for _ in range(2):
        assert SECRET in await site.text("/clusters/prod/znodes/apps/shop?unmask=1")
    assert SECRET in await site.text("/clusters/prod/znodes/apps/shop?raw=1&unmask=1")
    assert SECRET in await site.text("/api/v1/clusters/prod/znodes?path=/apps/shop&unmask=1")
    assert SECRET in await site.text("/api/v1/clusters/prod/export?path=/apps&unmask=1")
    entries = [(each["action"], each["what"]) for each in await audited(site)]
    assert sorted(entries) == [("unmask", "/apps/shop"), ("unmask-export", "/apps")]


async def audited(site: Site) -> list[dict[str, Any]]:
    from sqlalchemy import text

    async with site.bus.store.connect() as connection:
        found = await connection.execute(text("select action, what from audit where action like 'unmask%'"))
        return [dict(row) for row in found.mappings()]


@pytest.mark.parametrize(
    "person", [may(grant()), Person(EVERYTHING), may(grant(), grant(Role.VIEWER, "/other", unmask=True))]
)
async def test_who_may_not_unmask_is_refused(site: Site, person: Person) -> None:
    site.bus.access.person = person
    for url in ("/clusters/prod/znodes/apps/shop?unmask=1", "/api/v1/clusters/prod/export?path=/apps&unmask=1"):
        assert SECRET not in await site.text(url, 403)


async def test_without_sign_in_the_configuration_may_let_everybody_ask(tmp_path: Path, tree: Tree) -> None:
    tree.make("/a", f"password={SECRET}".encode())
    async with looking_at(tmp_path, tree, unmask_without_sign_in=True) as site:
        assert SECRET not in await site.text("/clusters/prod/znodes/a")
        assert SECRET in await site.text("/clusters/prod/znodes/a?unmask=1")
        site.bus.access.person = may(grant())
        assert SECRET not in await site.text("/clusters/prod/znodes/a?unmask=1", 403)


async def test_masking_can_be_turned_off(tmp_path: Path, tree: Tree) -> None:
    tree.make("/a", f"password={SECRET}".encode())
    async with looking_at(tmp_path, tree, enabled=False) as site:
        assert SECRET in await site.text("/clusters/prod/znodes/a")


async def test_a_push_and_its_difference_are_masked(site: Site, tree: Tree) -> None:
    topic = "znode?cluster=prod&path=%2Fapps%2Fshop%2Fprops"
    async with await site.listen(topic) as viewer:
        await viewer.receive_str(timeout=5)
        tree.client.set(f"{tree.root}/apps/shop/props", f"a=17\ndb.password={SECRET}2\nb=2\n".encode())
        heard = ""
        async with asyncio.timeout(10):
            while "a=17" not in heard or "node-difference" not in heard:
                heard += await viewer.receive_str()
        assert SECRET not in heard


DENIED = may(grant(Role.ADMIN), grant(None, "/apps/zqvault", "/other"))
ONLY_SHOP = may(grant(Role.VIEWER, "/apps/shop"))


@pytest.mark.parametrize("person", [DENIED, ONLY_SHOP])
async def test_a_znode_out_of_reach_is_not_there_by_any_way(site: Site, person: Person) -> None:
    site.bus.access.person = person
    for path in ("/", "/apps", "/apps/shop"):
        for way in WAYS:
            text = await told(site, way.format(p=path))
            assert not [word for word in HIDDEN if word in text], (way, path)
    for path in ("/apps/zqvault", "/apps/zqvault/deep", "/other/zqvault", "/zqnever"):
        for way in (
            "/clusters/prod/znodes{p}",
            "/api/v1/clusters/prod/znodes?path={p}",
            "/clusters/prod/count?path={p}",
        ):
            text = await site.text(way.format(p=path), 404)
            assert "zqplanted" not in text
        assert "deep" not in await told(site, f"/clusters/prod/znodes?complete=1&path={path}/")
        assert '"znodes":1' not in await told(site, f"/api/v1/clusters/prod/usage?path={path}")


async def test_what_is_on_the_way_has_a_name_and_nothing_else(site: Site) -> None:
    site.bus.access.person = ONLY_SHOP
    answer = await (await site.client.get("/api/v1/clusters/prod/znodes?path=/apps")).json()
    assert (answer["data"], answer["stat"], answer["children"]) == (None, None, [{"name": "shop"}])
    assert "Only its name is shown to you" in await site.text("/clusters/prod/znodes/apps")
    assert await hits(site, name="", larger="0B") == [
        f"/apps/shop{end}" for end in ("", "/java", "/packed", "/props", "/xml", "/yaml")
    ] or set(await hits(site, name="", larger="0B")) == {
        f"/apps/shop{end}" for end in ("", "/java", "/packed", "/props", "/xml", "/yaml")
    }
    assert await (await site.client.get("/api/v1/clusters/prod/count?path=/apps")).json() == {
        "path": "/apps",
        "znodes": None,
    }
    usage = await (await site.client.get("/api/v1/clusters/prod/usage?path=/")).json()
    assert usage["end"]["total"] is None


async def test_a_hidden_child_is_in_no_number(site: Site) -> None:
    site.bus.access.person = DENIED
    answer = await (await site.client.get("/api/v1/clusters/prod/znodes?path=/apps")).json()
    assert (answer["stat"]["num_children"], [child["name"] for child in answer["children"]]) == (2, ["plain", "shop"])


@pytest.mark.parametrize("way", ["clients", "holder?path=/apps/shop", "watchers?path=/apps/shop"])
async def test_clients_and_sessions_take_the_whole_cluster(site: Site, way: str) -> None:
    site.bus.access.person = ONLY_SHOP
    assert "the whole cluster" in await site.text(f"/clusters/prod/{way}", 403)


async def test_what_was_kept_for_one_is_not_shown_to_another(site: Site, tree: Tree) -> None:
    for number in range(230):  # more than a page, so that the names are kept
        tree.make(f"/apps/many-{number}")
    whole = Person(EVERYTHING)
    for person, there in ((whole, True), (DENIED, False), (whole, True), (DENIED, False)):
        site.bus.access.person = person
        answer = await (await site.client.get("/api/v1/clusters/prod/znodes?path=/apps&limit=1000")).json()
        assert ("zqvault" in [child["name"] for child in answer["children"]]) is there
        assert (await hits(site, name="zqvault") != []) is there
