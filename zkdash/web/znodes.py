"""The znode page: the tree at the left, one znode at the right; and the download of its data."""

from __future__ import annotations

import asyncio
import enum
import re
from typing import TYPE_CHECKING, Any

from aiohttp import web
from kazoo.exceptions import NoAuthError, NoNodeError

from zkdash.web import urls
from zkdash.web.cluster import find
from zkdash.web.failures import Failure, failure_of
from zkdash.web.keys import READER
from zkdash.web.query import Query
from zkdash.web.render import is_partial, render
from zkdash.web.unmasking import unmask
from zkdash.web.znode_live import LISTER
from zkdash.web.znode_view import context_of, topic_of_missing
from zkdash.web.znode_wish import Wish
from zkdash.znodes import paths, shown
from zkdash.znodes.lister import with_looks
from zkdash.znodes.marks import visible
from zkdash.znodes.reading import Branch
from zkdash.znodes.seen import passes
from zkdash.znodes.shown import View
from zkdash.zookeeper.errors import ClusterUnavailable, InvalidPath, ReplyTooLarge

if TYPE_CHECKING:
    from zkdash.zookeeper.container import ClusterContainer

COMPLETIONS = 20
UNREADABLE = (NoNodeError, NoAuthError, ClusterUnavailable, InvalidPath, ReplyTooLarge)
UNSAFE_IN_FILE_NAMES = re.compile(r"[^\w.-]+", re.ASCII)


class Side(enum.StrEnum):
    """Where rows of the tree that are asked for join those that are there."""

    BEFORE = "before"
    MORE = "more"


async def show(request: web.Request) -> web.StreamResponse:
    """GET /clusters/{name}/znodes/{path}: the page, the node alone for htmx, or one level of the tree.

    `?path=/a/b` (the path bar's form) leads to that znode's own address, with `complete=1` to how it may go on.
    `?raw=1` is the data as a file (`opened=1`: what is packed in it), `?text=1` all of one reading as plain text.
    """
    query = Query(request)
    container = find(request)
    if "complete" in query:
        return await completions(request, container, query.text("path").strip())
    if "path" in query:
        raise web.HTTPSeeOther(urls.url_for_znode(container.name, paths.from_text(query.text("path").strip())))
    path = path_of(request)
    if query.flag("unmask") and await unmask(request, container.name, path):
        container = find(request, unmask=True)
    try:
        if query.flag("raw"):
            return await download(container, path, opened=query.flag("opened"))
        if query.flag("text"):
            return await as_text(container, path, query.choice("view", View))
        side = query.choice("tree", Side)
        if side is not None:
            return await level(request, container, path, side)
        return await page(request, container, path, Wish.of(query))
    except NoNodeError:
        return await missing(request, container, path)


async def page(request: web.Request, container: ClusterContainer, path: str, wish: Wish) -> web.Response:
    """The whole page, or the node alone for htmx. Raises what reading raises."""
    only_node = is_partial(request) and request.headers.get("HX-Target", "").endswith("#node")
    lister = request.app[LISTER]
    (value, its_stat), branches = await asyncio.gather(
        container.data(path), _nothing() if only_node else _tree(request, container, path, wish)
    )
    context = await context_of(lister, container, path, wish, value, its_stat)
    if Query(request).flag("unmask"):
        context |= {"topic": "", "unmasked": True}  # it is looked at once, and written down
    template = "znodes/_node.html" if only_node else "znodes/page.html"
    return render(request, template, **context | {"only_node": only_node, "branches": branches})


async def _tree(request: web.Request, container: ClusterContainer, path: str, wish: Wish) -> tuple[Branch, ...]:
    after = wish.children.after if not wish.children.filter else ""
    return await with_looks(container, await request.app[READER].branches(container, path, after))


async def level(request: web.Request, container: ClusterContainer, path: str, side: Side) -> web.Response:
    """One page of a node's children as rows of the tree; what goes wrong is a row that says so."""
    after = Query(request).text("after")
    context: dict[str, Any] = {"cluster": container, "path": path, "side": side}
    try:
        children, _ = await request.app[READER].page(container, path, after)
    except UNREADABLE as error:
        failure = failure_of(error, request)
        return render(request, "znodes/_trouble.html", status=failure.status, failure=failure, after=after, **context)
    (branch,) = await with_looks(container, (Branch(path, children),))
    return render(request, "znodes/_rows.html", branch=branch, **context)


async def completions(request: web.Request, container: ClusterContainer, typed: str) -> web.Response:
    """How a path that is being typed may go on, as options; none where that can't be known."""
    parent, _, begun = typed.rpartition("/")
    try:
        path = paths.from_text(parent)
        page, _ = await request.app[READER].page(container, path, limit=COMPLETIONS, prefix=begun)
        found = [paths.join(path, name) for name in page.names]
    except (*UNREADABLE, paths.BadPath):
        found = []
    return render(request, "znodes/_completions.html", found=found)


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
    """404, with the way to the nearest znode above that is there; should it be created, the page shows it."""
    nearest = await request.app[READER].nearest(container, path)
    detail = f"{visible(path)} is not there, or it was just deleted."
    if path == "/":
        detail = f"The path that is configured for this cluster, {container.config.path}, is not there."
        ways = []
    else:
        ways = [(f"Up to {visible(nearest)}", urls.url_for_znode(container.name, nearest))]
    ways += [(f"Cluster {container.label}", urls.url_for_cluster(container.name)), ("Overview", urls.at("/"))]
    in_node = is_partial(request)
    return render(
        request,
        "znodes/_missing.html" if in_node else "znodes/missing_page.html",
        status=404,
        cluster=container,
        failure=Failure(404, "No such znode", detail),
        ways_back=ways,
        topic=topic_of_missing(container.name, path, in_node=in_node) if passes(container, path) else "",
    )


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
