"""The znode page: the tree at the left, one znode at the right; and the download of its data."""

from __future__ import annotations

import asyncio
import enum
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aiohttp import web
from kazoo.exceptions import NoAuthError, NoNodeError
from kazoo.protocol.states import ZnodeStat

from zkdash.web import urls
from zkdash.web.cluster import find
from zkdash.web.failures import Failure, failure_of
from zkdash.web.keys import READER
from zkdash.web.query import Query
from zkdash.web.render import is_partial, render
from zkdash.znodes import acl, paths, shown, stat
from zkdash.znodes.marks import visible
from zkdash.znodes.reading import Branch
from zkdash.znodes.sheet import Place
from zkdash.znodes.shown import View
from zkdash.zookeeper.errors import ClusterUnavailable, InvalidPath

if TYPE_CHECKING:
    from zkdash.zookeeper.container import ClusterContainer

FIND_CHARS_MAX = 200
UNSAFE_IN_FILE_NAMES = re.compile(r"[^\w.-]+", re.ASCII)


class Tab(enum.StrEnum):
    """The parts of a znode's page, as the URL spells them."""

    DATA = "data"
    CHILDREN = "children"
    STAT = "stat"
    ACL = "acl"
    HOLDER = "holder"


class Side(enum.StrEnum):
    """Where rows of the tree that are asked for join those that are there."""

    BEFORE = "before"
    MORE = "more"


@dataclass(frozen=True, slots=True)
class Wish:
    """What a request wants to see: the view state, all of it from the URL."""

    tab: Tab
    view: View | None
    place: Place
    wrap: bool
    after: str
    prefix: str

    @classmethod
    def of(cls, request: web.Request) -> Wish:
        """Raises 400 for a value that is not allowed."""
        query = Query(request)
        place = Place(
            offset=query.integer("offset", 0) or 0,
            line=query.integer("line", 0) or 0,
            find=query.text("find")[:FIND_CHARS_MAX],
            hit=query.integer("hit", 0) or 0,
        )
        return cls(
            tab=query.choice("tab", Tab) or Tab.DATA,
            view=query.choice("view", View),
            place=place,
            wrap=query.text("wrap") != "no",
            after=query.text("after"),
            prefix=query.text("prefix"),
        )


async def show(request: web.Request) -> web.StreamResponse:
    """GET /clusters/{name}/znodes/{path}: the page, the node alone for htmx, or one level of the tree.

    `?path=/a/b` (the path bar's form) leads to that znode's own address, `?raw=1` is the data as a file (`opened=1`:
    what is packed in it), `?text=1` all of one reading as plain text, to be copied.
    """
    container = find(request)
    query = Query(request)
    if "path" in query:
        raise web.HTTPSeeOther(urls.url_for_znode(container.name, paths.from_text(query.text("path").strip())))
    path = path_of(request)
    try:
        if query.flag("raw"):
            return await download(container, path, opened=query.flag("opened"))
        if query.flag("text"):
            return await as_text(container, path, query.choice("view", View))
        side = query.choice("tree", Side)
        if side is not None:
            return await level(request, container, path, side)
        return await page(request, container, path, Wish.of(request))
    except NoNodeError:
        return await missing(request, container, path)


async def page(request: web.Request, container: ClusterContainer, path: str, wish: Wish) -> web.Response:
    """The whole page, or the node alone for htmx. Raises what reading raises."""
    only_node = is_partial(request) and request.headers.get("HX-Target", "").endswith("#node")
    reader = request.app[READER]
    (value, its_stat), branches, children, acls = await asyncio.gather(
        container.data(path),
        _nothing() if only_node else reader.branches(container, path, wish.after),
        reader.page(container, path, wish.after, prefix=wish.prefix) if wish.tab is Tab.CHILDREN else _nothing(),
        container.acl(path) if wish.tab is Tab.ACL else _nothing(),
    )
    template = "znodes/_node.html" if only_node else "znodes/page.html"
    context: dict[str, Any] = {
        "only_node": only_node,
        "branches": branches,
        "children": children and children[0],
        "acls": acls and acl.in_words(acls[0]),
    }
    return render(request, template, **context, **await _node(container, path, wish, value, its_stat))


async def _node(
    container: ClusterContainer, path: str, wish: Wish, value: bytes | None, its_stat: ZnodeStat
) -> dict[str, Any]:
    """What the templates need to know of one node."""
    return {
        "cluster": container,
        "path": path,
        "ancestors": paths.ancestors(path),
        "wish": wish,
        "shown": await shown.show_async(value, wish.view, wish.place),
        "stat": its_stat,
        "words": stat.in_words(its_stat),
        "tabs": _tabs(its_stat),
    }


def _tabs(its_stat: ZnodeStat) -> tuple[tuple[Tab, str, str], ...]:
    """The tabs: (value, title, what is in it)."""
    return (
        (Tab.DATA, "Data", ""),
        (Tab.CHILDREN, "Children", f"{its_stat.numChildren:,}"),
        (Tab.STAT, "Stat", ""),
        (Tab.ACL, "Access", ""),
        (Tab.HOLDER, "Held by" if stat.in_words(its_stat).session else "Watchers", ""),
    )


async def level(request: web.Request, container: ClusterContainer, path: str, side: Side) -> web.Response:
    """One page of a node's children as rows of the tree; what goes wrong is a row that says so."""
    after = Query(request).text("after")
    context: dict[str, Any] = {"cluster": container, "path": path, "side": side}
    try:
        children, _ = await request.app[READER].page(container, path, after)
    except (NoNodeError, NoAuthError, ClusterUnavailable, InvalidPath) as error:
        failure = failure_of(error, request)
        return render(request, "znodes/_trouble.html", status=failure.status, failure=failure, after=after, **context)
    return render(request, "znodes/_rows.html", branch=Branch(path, children), **context)


async def download(container: ClusterContainer, path: str, *, opened: bool) -> web.Response:
    """The data as it is stored, or what is packed in it, as a file that no browser runs or shows."""
    value, _ = await container.data(path)
    if value is None:
        raise web.HTTPNotFound(text="This znode has no value, so there is nothing to download.")
    if opened:
        value = await asyncio.to_thread(shown.opened, value)
    name = UNSAFE_IN_FILE_NAMES.sub("_", paths.last_name(path))[:100].strip(".") or "znode"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return web.Response(body=value, content_type="application/octet-stream", headers=headers)


async def as_text(container: ClusterContainer, path: str, view: View | None) -> web.Response:
    """All of the data in one reading, as plain text that no browser takes for anything else."""
    value, _ = await container.data(path)
    if value is None:
        raise web.HTTPNotFound(text="This znode has no value, so there is no text of it.")
    text = await asyncio.to_thread(shown.as_text, value, view)
    body = text.encode(errors="replace")
    return web.Response(
        body=body, content_type="text/plain", charset="utf-8", headers={"X-Content-Type-Options": "nosniff"}
    )


async def missing(request: web.Request, container: ClusterContainer, path: str) -> web.Response:
    """404, with the way to the nearest znode above that is there."""
    nearest = await request.app[READER].nearest(container, path)
    detail = f"{visible(path)} is not there, or it was just deleted."
    if path == "/":
        detail = f"The path that is configured for this cluster, {container.config.path}, is not there."
        ways = []
    else:
        ways = [(f"Up to {visible(nearest)}", urls.url_for_znode(container.name, nearest))]
    ways += [(f"Cluster {container.label}", urls.url_for_cluster(container.name)), ("Overview", "/")]
    template = "errors/_error.html" if is_partial(request) else "errors/page.html"
    failure = Failure(404, "No such znode", detail)
    return render(request, template, status=404, failure=failure, ways_back=ways)


async def _nothing() -> None:
    return None


def path_of(request: web.Request) -> str:
    """The znode's path that the address means, decoded once. Raises BadPath, and a redirect to its one spelling."""
    raw = request.rel_url.raw_path
    prefix, marker, rest = raw.partition("/znodes")
    path = paths.from_url(rest)
    if "//" in rest or (rest.endswith("/") and rest != "/"):
        target = prefix + marker + paths.to_url(path)
        raise web.HTTPPermanentRedirect(target + (f"?{request.rel_url.raw_query_string}" if request.query else ""))
    return path
