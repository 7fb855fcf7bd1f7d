"""A znode's page on real servers: what is looked at changes as it changes, by one watch, and is not watched after."""

from __future__ import annotations

import asyncio
import contextlib
import html
import re
from collections.abc import AsyncIterator, Callable, Iterator
from urllib.parse import urlencode

import aiohttp
import pytest
from kazoo.client import KazooClient

from tests.conftest import kazoo_client
from tests.support.zkdash_process import ZkDashProcess
from zkdash.demo.loopback import wait_until
from zkdash.demo.servers import Server

WITHIN_S = 5.0
MakeProcess = Callable[..., ZkDashProcess]


class Viewer:
    """A browser's websocket: `shown` is each piece of the page as it was sent last."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self.shown: dict[str, str] = {}

    async def see(self, piece: str, *parts: str, without: str = "") -> str:
        """Wait until a piece has all of the parts in it, and not `without`."""
        try:
            async with asyncio.timeout(WITHIN_S):
                while not self._has(piece, parts, without):
                    text = await self._socket.receive_str()
                    for name, body in re.findall(r'<hx-partial id="([^"]*)"[^>]*>(.*?)</hx-partial>', text, re.DOTALL):
                        self.shown[name] = html.unescape(body)
        except TimeoutError:
            raise AssertionError(f"{piece} has no {parts}: {self.shown.get(piece)}") from None
        return self.shown[piece]

    def _has(self, piece: str, parts: tuple[str, ...], without: str) -> bool:
        text = self.shown.get(piece)
        return text is not None and all(part in text for part in parts) and not (without and without in text)


@contextlib.asynccontextmanager
async def looking(dash: ZkDashProcess, path: str, **view: str) -> AsyncIterator[Viewer]:
    topic = "znode?" + urlencode({"cluster": "prod", "path": path, **view})
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(f"{dash.url('/live')}?{urlencode({'topic': topic})}") as socket,
    ):
        yield Viewer(socket)


@pytest.fixture
def client(own_server: Server) -> Iterator[KazooClient]:
    with kazoo_client(own_server.address) as one:
        one.create("/a", b'{"replicas": 1, "name": "a"}')
        yield one


@pytest.fixture
def dash(own_server: Server, client: KazooClient, zkdash: MakeProcess) -> ZkDashProcess:
    process = zkdash(f"prod={own_server.address}").start()
    process.wait_state("prod", "CONNECTED", 10)
    return process


def watches(server: Server) -> int:
    """How many the server counts."""
    found = re.search(r"Total watches:(\d+)", server.four_letter("wchs"))
    assert found
    return int(found[1])


async def until_watches(server: Server, number: int) -> None:
    await asyncio.to_thread(wait_until, lambda: watches(server) == number, WITHIN_S, f"{number} watches")


async def test_changed_data_is_shown_with_the_difference_to_what_was_shown_before(
    dash: ZkDashProcess, client: KazooClient
) -> None:
    async with looking(dash, "/a") as viewer:
        await viewer.see("node-part", "replicas")
        assert "Changed" not in viewer.shown["node-news"]
        await asyncio.to_thread(client.set, "/a", b'{"replicas": 3, "name": "a"}')
        news = await viewer.see("node-news", "Changed", "from version 0 to 1")
        assert re.search(r'<del>-\s+"replicas": 1,</del>', news)
        assert re.search(r'<ins>\+\s+"replicas": 3,</ins>', news)
        await viewer.see("node-facts", "changed once")


async def test_children_appear_and_go(dash: ZkDashProcess, client: KazooClient) -> None:
    async with looking(dash, "/a", tab="children") as viewer:
        await viewer.see("node-part", "No children")
        await asyncio.to_thread(client.create, "/a/worker-", b"", ephemeral=True, sequence=True)
        await viewer.see("node-part", "worker-0000000000", "ephemeral, sequential")
        await viewer.see("tree-news", "worker-0000000000", 'data-total="1"')
        await viewer.see("node-tabs", '<span class="tabs__count">1</span>')
        await asyncio.to_thread(client.delete, "/a/worker-0000000000")
        await viewer.see("node-part", "No children")
        await viewer.see("tree-news", 'data-total="0"', without="worker")


async def test_a_deleted_znode_is_said_to_be_and_its_data_stays_on_the_screen(
    dash: ZkDashProcess, client: KazooClient
) -> None:
    async with looking(dash, "/a") as viewer:
        await viewer.see("node-part", "replicas")
        await asyncio.to_thread(client.delete, "/a")
        await viewer.see("node-news", "Deleted")
        assert "replicas" in viewer.shown["node-part"]
        await asyncio.to_thread(client.create, "/a", b"again")
        await viewer.see("node-news", "Made anew")
        await viewer.see("node-part", "again")


async def test_any_number_of_viewers_is_one_watch_and_none_of_them_is_none(
    dash: ZkDashProcess, client: KazooClient, own_server: Server
) -> None:
    async with contextlib.AsyncExitStack() as stack:
        viewers = [
            await stack.enter_async_context(looking(dash, "/a", tab=("data", "children")[number % 2]))
            for number in range(10)
        ]
        for viewer in viewers:
            await viewer.see("node-tabs", "Children")
        await until_watches(own_server, 1)
        await asyncio.to_thread(client.set, "/a", b"for all")
        for viewer in viewers:
            await viewer.see("node-facts", "changed once")
    await until_watches(own_server, 0)


async def test_a_page_is_not_sent_again_what_it_has_seen(dash: ZkDashProcess, client: KazooClient) -> None:
    page = (await asyncio.to_thread(dash.get, "/clusters/prod/znodes/a")).text
    found = re.search(r"seen(?:=|%3D)([0-9a-f.]+)", page)
    assert found
    async with looking(dash, "/a", seen=found[1]) as viewer:
        await viewer.see("tree-news", 'data-total="0"')
        assert "node-part" not in viewer.shown
        await asyncio.to_thread(client.set, "/a", b"new")
        await viewer.see("node-part", "new")
    async with looking(dash, "/a", seen=found[1]) as late:
        await late.see("node-part", "new")


async def test_viewers_that_come_at_once_all_see_it(dash: ZkDashProcess) -> None:
    async with contextlib.AsyncExitStack() as stack:
        looks = [looking(dash, "/a", tab=("data", "children", "stat", "acl")[number % 4]) for number in range(8)]
        viewers = await asyncio.gather(*(stack.enter_async_context(one) for one in looks))
        for viewer in viewers:
            await viewer.see("node-part", "part-title")


async def test_what_was_missed_in_an_outage_is_shown_after_it(
    dash: ZkDashProcess, client: KazooClient, own_server: Server
) -> None:
    async with looking(dash, "/a", tab="children") as viewer:
        await viewer.see("node-part", "No children")
        own_server.kill()
        await viewer.see("node-news", "Not live", "suspended")
        own_server.start()
        await asyncio.to_thread(client.retry, client.create, "/a/late", b"")
        await viewer.see("node-part", "late")
        await viewer.see("node-news", without="Not live")


async def test_a_page_without_a_websocket_polls_the_same(dash: ZkDashProcess, own_server: Server) -> None:
    topic = urlencode({"topic": "znode?" + urlencode({"cluster": "prod", "path": "/a"})})
    answer = await asyncio.to_thread(dash.get, f"/live?{topic}")
    assert answer.status == 200
    assert "replicas" in answer.text
    await until_watches(own_server, 0)


@pytest.mark.parametrize(
    "topic", ["znode?cluster=nope&path=/a", "znode?cluster=prod&path=/..", "znode?cluster=prod&path=/a&tab=x", "znode"]
)
async def test_what_is_no_way_to_look_at_a_znode_is_refused(dash: ZkDashProcess, topic: str) -> None:
    answer = await asyncio.to_thread(dash.get, f"/live?{urlencode({'topic': topic})}")
    assert answer.status == 400
