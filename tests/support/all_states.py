"""A world in which every state of every page can be seen at once.

prod is there and has a znode that zkdash may not read, away never answered yet, gone can't be reached;
ada is an admin, vera sees /apps/shop of prod alone; another zkdash has no cluster.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from kazoo.security import make_digest_acl
from playwright.sync_api import Browser, Page, expect

from tests.conftest import kazoo_client
from tests.support.http import OUR_FORM, request
from tests.support.shared import share
from tests.support.signed import PASSWORD, user
from tests.support.zkdash_process import ZkDashProcess
from zkdash.config.users import write_users
from zkdash.demo import trees
from zkdash.demo.faults import Proxy
from zkdash.demo.loopback import free_port
from zkdash.demo.servers import Server

WIDE = {f"/wide/child-{number:03}": b"" for number in range(250)}
BIG = {"/big": b"much " * 180_000}
ACCESS = """\
[web]
listen = 127.0.0.1:0
components = yes
[access]
sign_in = basic
users_file = {folder}/users
[grant:admins]
users = ada
role = admin
[grant:some]
users = vera
clusters = prod
paths = /apps/shop
"""


@dataclass(frozen=True, slots=True)
class World:
    """Pages in which somebody is signed in, by who that is; `words` is what words in capitals stand for."""

    site: ZkDashProcess
    empty: ZkDashProcess
    pages: dict[str, Page]
    words: dict[str, str]

    def open(self, who: str, path: str) -> Page:
        """Go to a page as ada, vera, nobody, or ada where no cluster is (empty) or zkdash falls silent (silent)."""
        path = re.sub(r"[A-Z]{4,}", lambda word: self.words.get(word[0], word[0]), path)
        page = self.pages[who]
        page.goto((self.empty if who == "empty" else self.site).url(path))
        return page


@contextmanager
def all_states(zookeeper: Server, browser: Browser, folder: Path) -> Iterator[World]:
    """The world, with its own corner of a server."""
    with ExitStack() as stack:
        client = stack.enter_context(kazoo_client(zookeeper.address))
        trees.plant(client, {f"/states{path}": value for path, value in {**trees.orders(), **WIDE, **BIG}.items()})
        stack.callback(client.delete, "/states", recursive=True)
        client.add_auth("digest", "ada:right")
        client.create("/states/secret", b"1", acl=[make_digest_acl("ada", "right", all=True)])
        away, gone = stack.enter_context(Proxy()).address, f"127.0.0.1:{free_port()}"
        write_users(folder / "users", [user("ada"), user("vera")])
        config = f"""{ACCESS.format(folder=folder)}
[zookeeper]
session_timeout = 2s
[zookeeper:prod]
z_path = zookeeper://{zookeeper.address}/states
label = Production
[zookeeper:away]
servers = {away}
session_timeout = 10m
[zookeeper:gone]
servers = {gone}
[status:house]
clusters = *
public = yes
[alert:nobody]
type = webhook
url = http://127.0.0.1:{free_port()}/
"""
        site = ZkDashProcess(folder / "site", config).start()
        stack.callback(site.close)
        empty = ZkDashProcess(folder / "empty", ACCESS.format(folder=folder)).start()
        stack.callback(empty.close)
        pages = {who: _page(browser, stack) for who in ("nobody", "ada", "vera", "empty", "silent")}
        pages["silent"].route_web_socket(re.compile(r"/live(\?|$)"), lambda _: None)
        pages["silent"].route(re.compile(r"/live(\?|$)"), lambda route: route.abort())
        for who, page in pages.items():
            if who != "nobody":
                _sign_in(page, empty if who == "empty" else site, "vera" if who == "vera" else "ada")
        pages["silent"].clock.install()
        words = {"AWAY": away, "GONE": gone, "PROD": zookeeper.address, **_made(site, pages["ada"])}
        yield World(site, empty, pages, words)


def _page(browser: Browser, stack: ExitStack) -> Page:
    context = browser.new_context(locale="en", reduced_motion="reduce", viewport={"width": 1280, "height": 900})
    stack.callback(context.close)
    return context.new_page()


def _sign_in(page: Page, site: ZkDashProcess, who: str) -> None:
    page.goto(site.url("/sign-in"))
    page.get_by_label("Name").fill(who)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(site.url("/"))


def _made(site: ZkDashProcess, page: Page) -> dict[str, str]:
    """A silence and links, and the ids of what happened by itself: the loss of gone, and that nobody took the news."""
    cookie = next(f"{one['name']}={one['value']}" for one in page.context.cookies() if "session" in one["name"])
    form = b"reason=a+new+kernel&by=ada&lasts=1h&clusters=gone"
    headers = OUR_FORM | {"Cookie": cookie}
    silence = request(site.port, "POST", "/alerts/silences", headers=headers, body=form).headers["location"]

    def first(path: str, **wanted: str) -> str:
        def found() -> str | None:
            (rows,) = (rows for rows in site.get(f"/api/v1{path}", Cookie=cookie).json().values() if type(rows) is list)
            return next((str(row["id"]) for row in rows if row.items() >= wanted.items()), None)

        return site.wait_for(found, 20, f"{wanted} in {path}")

    shares = {each: share(site.port, f"/clusters/{each.lower()}", cookie=cookie) for each in ("PROD", "AWAY", "GONE")}
    return {
        "SILENCE": silence.rpartition("/")[2],
        "INCIDENT": first("/incidents", cluster="gone", rule="never-connected"),
        "DELIVERY": first("/deliveries"),
        "STARTED": first("/events?cluster=away"),
        "NEVER": first("/events?cluster=gone", cause="never-connected"),
        **{f"{name}SHARE": path.removeprefix("/s/") for name, path in shares.items()},
    }
