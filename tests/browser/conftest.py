"""A real Chromium, and a zkdash with something to see."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from kazoo.security import make_digest_acl
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from tests.conftest import kazoo_client
from tests.support.zkdash_process import ZkDashProcess
from zkdash.demo import trees
from zkdash.demo.loopback import free_port
from zkdash.demo.servers import Server

CHROMIUM = "/usr/bin/chromium"
SHELL = "/usr/bin/chromium-headless-shell"
"""The same Chromium without windows of its own, which is half the work for the machine."""
DEEP = "/deep" + "".join(f"/level-{level}" for level in range(25))
WIDE = 450
MakeProcess = Callable[..., ZkDashProcess]
OpenPage = Callable[..., Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for a file's tests: playwright's loop must be gone before another file's async tests run."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=SHELL if Path(SHELL).exists() else CHROMIUM, args=["--no-sandbox"]
        )
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[OpenPage]:
    """Opens pages in contexts of their own; their options are those of `browser.new_context`, in plain English.

    Fails the test on any error of a script, any violation of the content security policy and any dialog.
    """
    troubles: list[str] = []
    with contextlib.ExitStack() as stack:

        def open_one(**options: object) -> Page:
            context: BrowserContext = browser.new_context(**({"locale": "en"} | options))
            stack.callback(context.close)
            return _strict(context, troubles)

        yield open_one
    assert troubles == []


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """A page in a wide window."""
    return open_page(viewport={"width": 1280, "height": 900})


@pytest.fixture(scope="module")
def _same(browser: Browser) -> Iterator[Callable[[bool], tuple[Page, list[str]]]]:
    pages: dict[bool, tuple[Page, list[str]]] = {}

    def one(script: bool) -> tuple[Page, list[str]]:
        if script not in pages:
            troubles: list[str] = []
            context = browser.new_context(java_script_enabled=script, reduced_motion="reduce")
            pages[script] = (_strict(context, troubles), troubles)
        return pages[script]

    yield one
    for page, _ in pages.values():
        page.context.close()


@pytest.fixture
def same_page(_same: Callable[[bool], tuple[Page, list[str]]]) -> Iterator[Page]:
    """A page in a wide window that a file's tests share, for those that only look: opening one takes a while."""
    page, troubles = _same(True)
    page.set_viewport_size({"width": 1280, "height": 900})
    yield page
    assert troubles == []


@pytest.fixture
def same_plain_page(_same: Callable[[bool], tuple[Page, list[str]]]) -> Page:
    """The same without JavaScript."""
    return _same(False)[0]


def _strict(context: BrowserContext, troubles: list[str]) -> Page:
    page = context.new_page()
    page.set_default_timeout(10_000)
    page.on("pageerror", lambda error: troubles.append(f"{page.url}: {error}"))
    page.on("console", lambda message: troubles.extend(_violation(page, message)))
    page.on("dialog", lambda dialog: troubles.append(f"{page.url}: a dialog: {dialog.message}"))
    return page


def _violation(page: Page, message: ConsoleMessage) -> list[str]:
    # What a browser says of a server that is gone, or of an answer like 404.
    harmless = (
        *("Failed to load resource", "WebSocket connection to"),
        *("htmx: htmx:error: Failed to fetch", "htmx: htmx:error: timeout", "htmx: htmx:ws:error"),
    )
    if message.type not in ("error", "warning") or message.text.startswith(harmless):
        return []
    return [f"{page.url}: {message.text}"]


@pytest.fixture(scope="session")
def site(zookeeper: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ZkDashProcess]:
    """A zkdash for tests that only look: prod has a sample tree, gone has no server; an alert that nobody takes."""
    with kazoo_client(zookeeper.address) as client:
        wide = {f"/wide/child-{number:03}": b"" for number in range(WIDE)}
        planted = {**trees.orders(), **trees.search(), **wide, DEEP: b"deepest"}
        trees.plant(client, {f"/browser{path}": value for path, value in planted.items()})
        client.create("/browser/secret", b"1", acl=[make_digest_acl("ada", "right", all=True)])
        client.add_auth("digest", "ada:right")
        config = f"""\
[zookeeper]
session_timeout = 2s
[zookeeper:prod]
z_path = zookeeper://{zookeeper.address}/browser
label = Production
[zookeeper:gone]
servers = 127.0.0.1:{free_port()}
[status:house]
clusters = *
public = yes
[alert:nobody]
type = webhook
url = http://127.0.0.1:{free_port()}/
"""
        process = ZkDashProcess(tmp_path_factory.mktemp("site"), config).start(60)
        try:
            process.wait_state("prod", "CONNECTED", 10)
            process.wait_cause("gone", "never-connected", 10)
            yield process
        finally:
            process.close()
            client.delete("/browser", recursive=True)


@pytest.fixture(autouse=True)
def site_runs(request: pytest.FixtureRequest) -> Iterator[None]:
    """The first test to find the shared zkdash gone fails with how it ended, and with what it logged last."""
    if "site" not in request.fixturenames:
        yield
        return
    process: ZkDashProcess = request.getfixturevalue("site")
    assert process.running, f"the shared zkdash {process.account()}"
    yield
    assert process.running, f"during this test the shared zkdash {process.account()}"


@pytest.fixture
def live_site(own_server: Server, zkdash: MakeProcess) -> ZkDashProcess:
    """A zkdash that watches the test's own server as prod, with a session timeout of 2 s."""
    process = zkdash(f"prod={own_server.address}", config="[zookeeper]\nsession_timeout = 2s\n").start()
    process.wait_state("prod", "CONNECTED", 10)
    return process
