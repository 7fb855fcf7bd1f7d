"""Reading nodes of a watched cluster for people: few requests, none per child, nothing held for longer than a while."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

from kazoo.exceptions import NoAuthError, NoNodeError
from kazoo.protocol.states import ZnodeStat

from zkdash.znodes import paths
from zkdash.znodes.kinds import Look, look
from zkdash.znodes.listing import PAGE_SIZE, ListingCache, Page, Version, page_around, page_of
from zkdash.znodes.seen import key_of
from zkdash.znodes.unsorted import Unsorted

MAX_LEVELS = 20
"""How many levels above a node its tree shows."""
MAX_ROWS = 2000
"""How many rows these may have; higher levels are left out beyond that."""
MANY = 2000
"""Of more children the first page is picked out before all of them are put in order."""


class Cluster(Protocol):
    """What is needed of a ClusterContainer; each call raises as it says there."""

    @property
    def config(self) -> Hashable: ...

    async def children(self, path: str) -> tuple[list[str], ZnodeStat]: ...

    async def stat(self, path: str) -> ZnodeStat | None: ...


@dataclass(frozen=True, slots=True)
class Branch:
    """A node of the tree that stands open, with the page of its children; `readable` is False for a forbidden one.

    `looks` is what is known of the children, by their paths.
    """

    path: str
    page: Page
    readable: bool = True
    looks: Mapping[str, Look] = field(default_factory=dict)

    def look(self, path: str) -> Look:
        """What is known of a child, be it only what its name says."""
        return self.looks.get(path) or look(path, None)


class Reader:
    """Reads pages of children, and keeps the names of what somebody pages through for a little while."""

    def __init__(self, cache: ListingCache | None = None) -> None:
        self.cache = cache if cache is not None else ListingCache()
        self._unsorted: dict[Hashable, Unsorted] = {}

    async def names(
        self, cluster: Cluster, path: str, known: ZnodeStat | None = None
    ) -> tuple[tuple[str, ...], ZnodeStat]:
        """All children of a node in order, and its stat. Raises NoNodeError, NoAuthError, ClusterUnavailable.

        `known` is its stat, where that was just read: whether names that were kept are still true needs no other.
        """
        found, stat = await self._children(cluster, path, known)
        return await found.in_order() if isinstance(found, Unsorted) else found, stat

    async def page(
        self,
        cluster: Cluster,
        path: str,
        after: str = "",
        limit: int = PAGE_SIZE,
        prefix: str = "",
        known: ZnodeStat | None = None,
    ) -> tuple[Page, ZnodeStat]:
        """One page of a node's children as in `page_of`, and its stat; `known` and what it raises are as in `names`.

        The first page of very many doesn't wait until all of them are in order.
        """
        found, stat = await self._children(cluster, path, known)
        if isinstance(found, Unsorted):
            if not (after or prefix):
                return await found.first(limit), stat
            found = await found.in_order()
        return page_of(found, after, limit, prefix), stat

    async def stop(self) -> None:
        """Put nothing in order any more."""
        await asyncio.gather(*(unsorted.stop() for unsorted in self._unsorted.values()))

    async def _children(
        self, cluster: Cluster, path: str, known: ZnodeStat | None = None
    ) -> tuple[tuple[str, ...] | Unsorted, ZnodeStat]:
        """The names in order, or on the way to it where they are many: as they were read before, if still true."""
        key = (key_of(cluster), path)
        if key in self.cache or key in self._unsorted:
            stat = known or await cluster.stat(path)
            if stat is None:
                raise NoNodeError
            kept = self._kept(key, _version(stat))
            if kept is not None:
                return kept, stat
        names, stat = await cluster.children(path)
        if len(names) > MANY:
            return self._put(key, Unsorted(names, _version(stat), partial(self._keep, key))), stat
        in_order = tuple(sorted(names))
        if len(in_order) > PAGE_SIZE:
            self.cache.put(key, _version(stat), in_order)
        return in_order, stat

    def _kept(self, key: Hashable, version: Version) -> tuple[str, ...] | Unsorted | None:
        unsorted = self._unsorted.get(key)
        return unsorted if unsorted is not None and unsorted.version == version else self.cache.get(key, version)

    def _put(self, key: Hashable, unsorted: Unsorted) -> Unsorted:
        before = self._unsorted.pop(key, None)
        if before is not None:
            before.let_go()
        self._unsorted[key] = unsorted
        return unsorted

    def _keep(self, key: Hashable, unsorted: Unsorted, names: tuple[str, ...]) -> None:
        if self._unsorted.get(key) is unsorted:
            del self._unsorted[key]
            self.cache.put(key, unsorted.version, names)

    async def branches(self, cluster: Cluster, path: str, after: str = "") -> tuple[Branch, ...]:
        """What a tree that stands open down to `path` shows, from the top to the node itself.

        Of each node above it is the page that has the next one on the way. The top is the root, or lower where
        there would be more than MAX_LEVELS or MAX_ROWS. Raises as `names`.
        """
        way = (*paths.ancestors(path), path)[-MAX_LEVELS - 1 :]
        above = (self._branch(cluster, up, paths.last_name(down)) for up, down in itertools.pairwise(way))
        return _lowest(await asyncio.gather(*above, self._last_branch(cluster, path, after)))

    async def _last_branch(self, cluster: Cluster, path: str, after: str) -> Branch:
        page, _ = await self.page(cluster, path, after)
        return Branch(path, page)

    async def _branch(self, cluster: Cluster, path: str, child: str) -> Branch:
        try:
            names, _ = await self.names(cluster, path)
        except NoAuthError:
            return Branch(path, page_of((child,)), readable=False)
        return Branch(path, page_around(names, child))

    async def nearest(self, cluster: Cluster, path: str) -> str:
        """The lowest ancestor of a missing node that is there, in about log2(depth) requests."""
        above = paths.ancestors(path)
        there, missing = 0, len(above)
        while missing - there > 1:
            middle = (there + missing) // 2
            if await cluster.stat(above[middle]) is None:
                missing = middle
            else:
                there = middle
        return above[there] if above else "/"


def _lowest(branches: Sequence[Branch]) -> tuple[Branch, ...]:
    """The branch of the node itself and as many above it as have room."""
    rows = list(itertools.accumulate(len(branch.page.names) for branch in reversed(branches)))
    return tuple(branches[-max(1, sum(count <= MAX_ROWS for count in rows)) :])


def _version(stat: ZnodeStat) -> Version:
    return Version(stat.pzxid, stat.cversion)
