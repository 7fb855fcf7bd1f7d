"""The children of a znode as somebody wants them: filtered and sorted by the server, a page at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kazoo.protocol.states import ZnodeStat

from zkdash.znodes import paths
from zkdash.znodes.choice import Choice, Sort, matcher, page_at
from zkdash.znodes.kinds import Look, look
from zkdash.znodes.listing import PAGE_SIZE, ListingCache, Page, Version, page_of
from zkdash.znodes.patterns import BadPattern
from zkdash.znodes.reading import Branch, Reader
from zkdash.znodes.seen import key_of, seen_of, whole_of
from zkdash.znodes.sorting import Progress, Sorter, Sorting
from zkdash.zookeeper.errors import ClusterUnavailable, InvalidPath
from zkdash.zookeeper.stats import stats

if TYPE_CHECKING:
    from zkdash.zookeeper.container import ClusterContainer

MAX_SORTED = 1_000_000
"""By what is not in their names, no more children than these are sorted: each must be read."""
IN_A_THREAD = 20_000
STATS_S = 0.5
"""A page does not wait longer for what is only an ornament of it."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of children and what is known of each. `trouble` says why it isn't quite what was wanted.

    `sorted_at` is UTC milliseconds: when the stats that the order comes from were read; `progress` is that of a
    sorting on its way, and the page in order of names meanwhile.
    """

    page: Page
    looks: Mapping[str, Look]
    trouble: str = ""
    progress: Progress | None = None
    sorted_at: int | None = None


class Lister:
    """Lists children for pages; what it kept of one serves the next."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self._filtered = ListingCache()
        self._sorter = Sorter()

    async def stop(self) -> None:
        """End all sorting."""
        await self.reader.stop()
        await self._sorter.stop()

    async def list(
        self, container: ClusterContainer, path: str, choice: Choice, known: ZnodeStat | None = None
    ) -> Listed:
        """A page of the children of `path` with what is known of each. Raises as `page`."""
        listed = await self.page(container, path, choice, known=known)
        return replace(listed, looks=await looks(container, path, listed.page.names))

    async def page(
        self,
        container: ClusterContainer,
        path: str,
        choice: Choice,
        limit: int = PAGE_SIZE,
        known: ZnodeStat | None = None,
    ) -> Listed:
        """A page of their names alone; `known` is the stat of `path`, where that was just read.

        Raises NoNodeError, NoAuthError, ClusterUnavailable.
        """
        if choice.sort is Sort.NAME and not choice.filter:
            page, _ = await self.reader.page(container, path, choice.after, limit, known=known)
            return Listed(page, {})
        names, stat = await self.reader.names(container, path, known)
        version = Version(stat.pzxid, stat.cversion)
        try:
            wanted = await self._wanted(container, path, choice, names, version)
        except BadPattern as error:
            return Listed(page_at((), 0, len(names)), {}, trouble=str(error))
        listed = await self._ordered(container, path, choice, wanted, version, limit)
        return replace(listed, page=replace(listed.page, total=len(names)))

    async def _wanted(
        self, container: ClusterContainer, path: str, choice: Choice, names: tuple[str, ...], version: Version
    ) -> tuple[str, ...]:
        """The names that the filter lets through. Raises BadPattern."""
        if not choice.filter:
            return names
        key = (key_of(container), path, choice.filter, choice.match)
        kept = self._filtered.get(key, version)
        if kept is None:
            wanted = matcher(choice)
            if len(names) < IN_A_THREAD:
                kept = tuple(filter(wanted, names))
            else:
                kept = await asyncio.to_thread(lambda: tuple(filter(wanted, names)))
            self._filtered.put(key, version, kept)
        return kept

    async def _ordered(
        self,
        container: ClusterContainer,
        path: str,
        choice: Choice,
        names: tuple[str, ...],
        version: Version,
        limit: int,
    ) -> Listed:
        sort, total = choice.sort, len(names)
        if not sort.needs_stats:
            ordered = (
                page_at(names[::-1], choice.skip, total, limit) if sort.down else page_of(names, choice.after, limit)
            )
            return Listed(ordered, {})
        if total > MAX_SORTED:
            trouble = (
                f"In order of names: to sort by {sort.column} each of the {total:,} would have to be read, and zkdash "
                f"reads at most {MAX_SORTED:,} for that. Filter them first."
            )
            return Listed(page_at(names, choice.skip, total, limit), {}, trouble)
        key = (key_of(container), path, choice.filter, choice.match, sort)
        try:
            found = await self._sorter.get(key, version, Sorting(container, path, names, sort))
        except ClusterUnavailable as error:
            return Listed(page_at(names, choice.skip, total, limit), {}, f"Not sorted: {error}.")
        if isinstance(found, Progress):
            return Listed(page_at(names, choice.skip, total, limit), {}, progress=found)
        return Listed(page_at(found.names, choice.skip, total, limit), {}, sorted_at=found.at)


async def looks(container: ClusterContainer, path: str, names: Sequence[str]) -> dict[str, Look]:
    """What is known of each of a page's children; of a server that is too slow with it, only what the names say."""
    known = await _known(container, [paths.join(path, name) for name in names])
    return {name: look(name, known.get(paths.join(path, name))) for name in names}


async def with_looks(container: ClusterContainer, branches: Sequence[Branch]) -> tuple[Branch, ...]:
    """The branches of a tree with what is known of each of their rows, read together."""
    rows = [(branch, [paths.join(branch.path, name) for name in branch.page.names]) for branch in branches]
    known = await _known(container, [path for _, of_branch in rows for path in of_branch])
    return tuple(
        replace(branch, looks={path: look(paths.last_name(path), known.get(path)) for path in of_branch})
        for branch, of_branch in rows
    )


async def _known(container: ClusterContainer, of: Sequence[str]) -> dict[str, ZnodeStat]:
    try:
        async with asyncio.timeout(STATS_S):
            limits = seen_of(container)
            if limits is None:
                return await stats(container, of)
            seen = of if limits.sees_all else [path for path in of if limits.sight.sees(path)]

            values: dict[str, bytes | None] = {}

            def keep(path: str, value: bytes | None, stat: ZnodeStat) -> ZnodeStat:
                values[path] = value
                return stat

            found = await stats(whole_of(container), seen, keep)
            return await limits.sized(found, values)
    except (TimeoutError, ClusterUnavailable, InvalidPath):
        return {}  # the page stands without
