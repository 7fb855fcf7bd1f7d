"""What the templates of a znode's page need to know of the node, for the page and for what is pushed to it alike."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from kazoo.protocol.states import ZnodeStat
from markupsafe import Markup

from zkdash.clock import now_ms
from zkdash.web import urls
from zkdash.web.render import fragment
from zkdash.web.znode_watch import News, Reading, mark_of
from zkdash.web.znode_wish import Tab, Wish
from zkdash.znodes import acl, paths, quota, shown, stat
from zkdash.znodes.difference import Difference, difference
from zkdash.znodes.lister import Lister, with_looks
from zkdash.znodes.masking import masked_by
from zkdash.znodes.reading import Branch
from zkdash.znodes.seen import is_unmasked, may_unmask, sees

if TYPE_CHECKING:
    from zkdash.zookeeper.container import ClusterContainer

MANY_LINES = 100
MISSING, MISSING_NODE = "missing", "missing-node"
"""What a page has seen that has no znode to show."""
LIVE_PATH_BYTES = 4000
"""The page of a longer path is not live: its address and what it listens to would be too long."""
LIVE_CHILDREN = 10_000
"""The rows of a node with more children do not come and go in the tree by themselves."""


async def context_of(
    lister: Lister, container: ClusterContainer, path: str, wish: Wish, value: bytes | None, its_stat: ZnodeStat
) -> dict[str, Any]:
    """Everything about the node and the part of it that is wanted. Raises what reading raises."""
    known = its_stat if sees(container, path) else None
    listed, acls, quotas = await asyncio.gather(
        lister.list(container, path, wish.children, known) if wish.tab is Tab.CHILDREN else _nothing(),
        container.acl(path) if wish.tab is Tab.ACL else _nothing(),
        quota.quotas(container, path) if wish.tab is Tab.STAT else _nothing(),
    )
    data = await shown.show_async(value, wish.view, wish.place)
    seen = "" if listed is not None and listed.progress else mark_of(its_stat)
    return {
        "cluster": container,
        "path": path,
        "url": urls.url_for_znode(container.name, path),
        "topic": wish.topic(container.name, path, seen) if len(path.encode()) <= LIVE_PATH_BYTES else "",
        "ancestors": paths.ancestors(path),
        "wish": wish,
        "shown": data,
        "masks": masked_by(value),
        "can_unmask": may_unmask(container, path),
        "unmasked": is_unmasked(container, path),
        "unseen": not sees(container, path),
        "lines": await _lines(data) if wish.tab is Tab.DATA and data.sheet else "",
        "stat": its_stat,
        "words": stat.in_words(its_stat),
        "tabs": tabs_of(its_stat),
        "listed": listed,
        "acls": acls and acl.in_words(acls[0]),
        "quotas": quotas,
        "now": now_ms(),
    }


async def _lines(data: shown.Shown) -> Markup:
    """The lines of the data, drawn off the event loop where they are many."""
    if data.sheet is None or len(data.sheet.lines) < MANY_LINES:
        return fragment("znodes/_lines.html", sheet=data.sheet)
    return await asyncio.to_thread(fragment, "znodes/_lines.html", sheet=data.sheet)


def topic_of_missing(cluster: str, path: str, *, in_node: bool) -> str:
    """What the page of a znode that is not there listens to, be it a whole page or the node in one; "" for nothing."""
    if len(path.encode()) > LIVE_PATH_BYTES:
        return ""
    return urls.with_query("znode", {"cluster": cluster, "path": path, "seen": MISSING_NODE if in_node else MISSING})


def tabs_of(its_stat: ZnodeStat) -> tuple[tuple[Tab, str, str], ...]:
    """The tabs: (value, title, what is in it)."""
    return (
        (Tab.DATA, "Data", ""),
        (Tab.CHILDREN, "Children", f"{its_stat.numChildren:,}"),
        (Tab.STAT, "Stat", ""),
        (Tab.ACL, "Access", ""),
        (Tab.HOLDER, "Held by" if stat.in_words(its_stat).session else "Watchers", ""),
    )


async def _nothing() -> None:
    return None


async def news_of(news: News, now: Reading | None, wish: Wish) -> dict[str, Any]:
    """What `_news.html` needs: the news, and how the data that was shown differs from what is there now."""
    differs = None
    if news.before is not None and now is not None and not news.deleted:
        differs = await asyncio.to_thread(_difference, news.before.value or b"", now.value or b"", wish.view)
    masked = any(one is not None and masked_by(one.value) for one in (news.before, now))
    return {"news": news, "now": now, "difference": differs, "masked": masked}


def _difference(before: bytes, after: bytes, view: str | None) -> Difference:
    return difference(*(shown.as_text(value, view) if value else "" for value in (before, after)))


async def rows_of(lister: Lister, container: ClusterContainer, path: str, its_stat: ZnodeStat) -> Branch | None:
    """The first rows of the tree below the node; None where it has so many children that they aren't read each time."""
    if its_stat.numChildren > LIVE_CHILDREN:
        return None
    page, _ = await lister.reader.page(container, path)
    (branch,) = await with_looks(container, (Branch(path, page),))
    return branch
