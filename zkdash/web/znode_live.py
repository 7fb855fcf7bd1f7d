"""Source of the topics "znode?cluster=…&path=…": a znode's page changes when the znode does.

A topic is one way to look at a znode, as the page's address has it, and is drawn once for all who look at it so; all
ways to look at the same znode share its watch. Nothing is watched that nobody looks at.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from aiohttp import web
from kazoo.exceptions import ZookeeperError

from zkdash.access import Reach
from zkdash.web import urls
from zkdash.web.keys import Dashboard
from zkdash.web.live import LiveHub
from zkdash.web.query import Query
from zkdash.web.render import fragment
from zkdash.web.seen import Seen
from zkdash.web.wire import partial
from zkdash.web.znode_view import MISSING, MISSING_NODE, context_of, news_of, rows_of
from zkdash.web.znode_watch import WatchedZnode, mark_of
from zkdash.web.znode_wish import Tab, Wish
from zkdash.znodes import paths
from zkdash.znodes.lister import Lister
from zkdash.znodes.paths import BadPath
from zkdash.znodes.reading import Reader
from zkdash.zookeeper.errors import ClusterUnavailable, InvalidPath

if TYPE_CHECKING:
    from zkdash.zookeeper.container import ClusterContainer

LISTER: web.AppKey[Lister] = web.AppKey("lister")

STATES = ("CONNECTED", "SUSPENDED", "LOST")
PROGRESS_S = 0.3
ALWAYS_SENT = ("node-news", "tree-news")
"""Pieces that a page does not have from the start."""
UNREADABLE = (ClusterUnavailable, InvalidPath, ZookeeperError)


class TopicQuery(Query):
    """The parameters of a topic, read as those of an address."""

    def __init__(self, raw: str) -> None:
        super().__init__(_Address(raw))  # type: ignore[arg-type]  # of a request only the address is read


Key: TypeAlias = tuple[str, str, Reach]
"""A znode as a level sees it: cluster, path and level."""


@dataclass(frozen=True, slots=True)
class _Address:
    raw_query_string: str

    @property
    def rel_url(self) -> _Address:
        return self


@dataclass(slots=True)
class Look:
    """One way to look at a znode: `pieces` are the elements of the page that may change, by their ids.

    `seen` is the mark of the znode as its pages were made, `mark` that of the pieces.
    """

    cluster: str
    path: str
    wish: Wish
    level: Reach
    seen: str = ""
    mark: str = ""
    viewers: int = 0
    pieces: dict[str, str] = field(default_factory=dict)
    busy: asyncio.Task[None] | None = None

    @property
    def key(self) -> Key:
        """Which reading it is made of."""
        return self.cluster, self.path, self.level


class ZnodeLive:
    """The znodes that somebody looks at."""

    def __init__(self, dashboard: Dashboard, hub: LiveHub, reader: Reader) -> None:
        self.lister = Lister(reader)
        self._dashboard = dashboard
        self._hub = hub
        self._looks: dict[tuple[str, Reach], Look] = {}
        self._znodes: dict[Key, WatchedZnode] = {}

    async def start(self) -> None:
        """Listen to the states of clusters: what is shown of a lost one is old, and is said to be."""
        for state in STATES:
            self._dashboard.PubSub.subscribe(f"ZooKeeperContainer.state/{state}!", self._on_state)

    async def stop(self) -> None:
        for state in STATES:
            self._dashboard.PubSub.unsubscribe(f"ZooKeeperContainer.state/{state}!", self._on_state)
        for znode in self._znodes.values():
            znode.stop()
        for look in self._looks.values():
            if look.busy is not None:
                look.busy.cancel()
        await self.lister.stop()

    # As a source of topics

    def accepts(self, topic: str, level: Reach) -> bool:
        try:
            look = _look(topic, level)
        except (web.HTTPBadRequest, BadPath):
            return False
        return self._find(look.key) is not None and level.passes(look.cluster, look.path)

    async def open(self, topic: str, level: Reach) -> None:
        look = self._looks.get((topic, level))
        if look is None:
            look = self._looks[topic, level] = _look(topic, level)
        look.viewers += 1
        try:
            await self._open(topic, look)
        except BaseException:
            self.close(topic, level)
            raise

    def _find(self, key: Key) -> ClusterContainer | None:
        cluster, _, level = key
        return Seen(self._dashboard, level).clusters.get(cluster)

    async def _open(self, topic: str, look: Look) -> None:
        key = look.key
        if key not in self._znodes:
            znode = self._znodes[key] = WatchedZnode(lambda: self._find(key), look.path, lambda: self._draw_all(key))
            znode.start()
        znode = self._znodes[key]
        await znode.ready()
        if not look.pieces:
            self._send(topic, look, *await self._pieces(znode, look))

    def snapshot(self, topic: str, level: Reach) -> str:
        look = self._looks[topic, level]
        same = look.seen != "" and look.seen == look.mark
        return "".join(html for name, html in look.pieces.items() if name in ALWAYS_SENT or not same)

    def close(self, topic: str, level: Reach) -> None:
        look = self._looks[topic, level]
        look.viewers -= 1
        if look.viewers:
            return
        del self._looks[topic, level]
        if look.busy is not None:
            look.busy.cancel()
        key = look.key
        if key in self._znodes and not any(one.key == key for one in self._looks.values()):
            self._znodes.pop(key).stop()

    # Drawing

    def _on_state(self, _message: str, container: ClusterContainer) -> None:
        for (cluster, _, _), znode in self._znodes.items():
            if cluster == container.name:
                znode.stir()

    async def _draw_all(self, key: Key) -> None:
        """Draw anew what may have changed, once for each way to look, and send what has."""
        znode = self._znodes[key]
        drawn: dict[Wish, tuple[dict[str, str], bool]] = {}
        for (topic, level), look in list(self._looks.items()):
            if look.key != key:
                continue
            if look.wish not in drawn:
                drawn[look.wish] = await self._pieces(znode, look)
            if self._looks.get((topic, level)) is look:
                self._send(topic, look, *drawn[look.wish])

    def _send(self, topic: str, look: Look, pieces: dict[str, str], sorting: bool) -> None:
        for name, html in pieces.items():
            if look.pieces.get(name) != html:
                self._hub.offer(topic, name, html, look.level)
        look.pieces.update(pieces)
        now = self._znodes[look.key].now
        look.mark = mark_of(now.stat) if now is not None and now.stat is not None else ""
        if sorting and look.busy is None:
            look.busy = asyncio.create_task(self._follow(topic, look))

    async def _follow(self, topic: str, look: Look) -> None:
        """Show how far a sorting is."""
        sorting = True
        while sorting:
            await asyncio.sleep(PROGRESS_S)
            pieces, sorting = await self._pieces(self._znodes[look.key], look)
            self._send(topic, look, pieces, sorting)
        look.busy = None

    async def _pieces(self, znode: WatchedZnode, look: Look) -> tuple[dict[str, str], bool]:
        """The pieces by their ids, and whether they are soon to change by themselves."""
        container, now = znode.find(), znode.now
        if look.seen in (MISSING, MISSING_NODE):
            there = now is not None and now.stat is not None and not znode.news.deleted
            url = urls.url_for_znode(look.cluster, look.path)
            created = fragment("znodes/_created.html", there=there, url=url, in_node=look.seen == MISSING_NODE)
            return {"node-missing": partial("node-missing", created)}, False
        pieces: dict[str, str] = {}
        context: Mapping[str, Any] = {}
        if container is not None and now is not None and now.stat is not None and not znode.news.deleted:
            try:
                context = await context_of(self.lister, container, look.path, look.wish, now.value, now.stat)
                pieces |= {
                    "node-facts": partial("node-facts", fragment("znodes/_facts.html", **context)),
                    "node-tabs": partial("node-tabs", fragment("znodes/_tabs.html", **context)),
                }
                if look.wish.tab is not Tab.HOLDER:  # which asks all servers each time that it is drawn
                    part = fragment("znodes/_part.html", **context)
                    pieces["node-part"] = partial("node-part", part, "innerMorph")
                branch = await rows_of(self.lister, container, look.path, now.stat)
                rows = fragment("znodes/_tree_news.html", cluster=container, path=look.path, branch=branch)
                pieces["tree-news"] = partial("tree-news", rows)
            except UNREADABLE:
                pieces = {}  # the news say it
        news = await news_of(znode.news, now, look.wish)
        pieces["node-news"] = partial("node-news", fragment("znodes/_news.html", **news))
        listed = context.get("listed")
        return pieces, bool(listed and listed.progress)


def _look(topic: str, level: Reach) -> Look:
    """Raises 400 and BadPath for a topic that can't be one."""
    query = TopicQuery(topic.partition("?")[2])
    path = paths.from_text(query.text("path"))
    return Look(query.text("cluster"), path, Wish.of(query), level, query.text("seen"))
