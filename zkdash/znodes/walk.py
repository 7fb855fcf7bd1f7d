"""A subtree, one znode after the other in one stable order: parents first, names by code point.

Reads go out many at a time, the ones needed first in front, so the tree is never held: only the names beside the way
down, and what was read ahead. The same order each time is what exports, comparisons and going on after a break need.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from kazoo.exceptions import NoAuthError, NoNodeError
from kazoo.protocol.states import ZnodeStat
from kazoo.security import ACL

from zkdash.znodes import ordering, paths
from zkdash.znodes.seen import NOT_YOURS, UNSEEN
from zkdash.zookeeper.errors import ReplyTooLarge

DENIED = "not for zkdash to read"
AHEAD = 2000
"""How many znodes may be read and not yet handed out."""


class Reads(Protocol):
    """How a walk reads: many paths at once. Each result is an answer or the exception of this path alone.

    What concerns all of them, as ClusterUnavailable, is raised.
    """

    cluster: str
    size: int
    """How many paths to ask for at once now."""

    async def children(self, of: Sequence[str]) -> Sequence[list[str] | Exception]: ...

    async def data(self, of: Sequence[str]) -> Sequence[tuple[bytes | None, ZnodeStat] | Exception]: ...

    async def acls(self, of: Sequence[str]) -> Sequence[list[ACL] | Exception]: ...


@dataclass(slots=True)
class Node:
    """A znode that was walked over. Without data asked for, `value` and `stat` are None; so they are with a `trouble`:
    why it could not be read."""

    path: str
    value: bytes | None = None
    stat: ZnodeStat | None = None
    acls: list[ACL] | None = None
    trouble: str = ""


@dataclass(slots=True, eq=False)
class _Entry:
    node: Node
    ready: bool = False
    skip: bool = False
    gone: bool = False
    kids: list[str] | None = None
    at: int = 0
    ahead: deque[_Entry] = field(default_factory=deque)

    @property
    def done(self) -> bool:
        return self.kids is not None and self.at == len(self.kids) and not self.ahead


class Walk:
    """One walk over `root` and all that is below it, from what comes after the path `after` on.

    Counts what it could not give: `denied` by ACLs, `too_large`, `gone` while it went on. `at` is the last path that
    was handed out.
    """

    def __init__(self, reads: Reads, root: str, *, data: bool, acls: bool = False, after: str = "") -> None:
        self._reads = reads
        self._data = data or acls
        self._acls = acls
        self._root = root
        self._after = after
        self._ahead = 0
        self.at = after
        self.seen = 0
        self.denied = 0
        self.too_large = 0
        self.gone = 0

    async def batches(self) -> AsyncIterator[list[Node]]:
        """The znodes in order. Raises ClusterUnavailable, and NoNodeError or NoAuthError for the root alone.

        After ClusterUnavailable it can be called again, and goes on behind what it has handed out.
        """
        self._after, self._ahead = self.at, 0
        top = _Entry(Node(self._root), skip=bool(self._after))
        stack = [top]
        await self._read([top])
        if top.gone:
            if self.seen:
                return  # it went while the cluster was away
            raise NoNodeError
        if top.node.trouble == DENIED:
            raise NoAuthError
        while stack:
            if batch := self._hand_out(stack):
                yield batch
            if stack:
                await self._read(list(self._wanted(stack[-1], stack)))

    def _hand_out(self, stack: list[_Entry]) -> list[Node]:
        """Take from the front all that is read; leaves in `stack` the way down to where the next is missing."""
        out: list[Node] = []
        while stack:
            here = stack[-1]
            if here.ready:
                here.ready = False
                self._give(here, out)
            if here.kids is None:
                break
            if here.ahead:
                if not here.ahead[0].ready:
                    break
                stack.append(here.ahead.popleft())
                self._ahead -= 1
            elif here.at < len(here.kids):
                break
            else:
                stack.pop()
        return out

    def _give(self, entry: _Entry, out: list[Node]) -> None:
        if entry.skip or entry.gone:
            return
        self.seen += 1
        self.at = entry.node.path
        if entry.node.trouble == DENIED:
            self.denied += 1
        elif entry.node.trouble and entry.node.trouble != NOT_YOURS:
            self.too_large += 1
        out.append(entry.node)

    def _wanted(self, here: _Entry, stack: Sequence[_Entry]) -> Iterator[_Entry]:
        """The next entries to read, in the order in which they are needed, at most so many as are asked at once."""
        left = max(1, min(self._reads.size, AHEAD - self._ahead))
        for entry in reversed(stack):
            for one in self._below(entry):
                yield one
                left -= 1
                if left == 0:
                    return

    def _below(self, entry: _Entry) -> Iterator[_Entry]:
        if entry.kids is None:
            yield entry
            return
        for one in entry.ahead:
            yield from self._below(one)
        while entry.at < len(entry.kids):
            name = entry.kids[entry.at]
            entry.at += 1
            path = paths.join(entry.node.path, name)
            fresh = _Entry(Node(path), skip=self._is_before(path))
            entry.ahead.append(fresh)
            self._ahead += 1
            yield fresh

    def _is_before(self, path: str) -> bool:
        return bool(self._after) and (path == self._after or self._after.startswith(path + "/"))

    async def _read(self, entries: list[_Entry]) -> None:
        if not self._data:
            await self._read_children(entries)
            return
        fresh = [entry for entry in entries if entry.node.stat is None]
        known = [entry for entry in entries if entry.node.stat is not None]
        if known:
            await self._read_children(known)
        if fresh:
            await self._read_data(fresh)

    async def _read_data(self, entries: list[_Entry]) -> None:
        answers = await self._reads.data([entry.node.path for entry in entries])
        for entry, answer in zip(entries, answers, strict=True):
            entry.ready = True
            if isinstance(answer, Exception):
                self._fail(entry, answer)
                continue
            value, entry.node.stat = answer
            entry.node.value = value
            if entry.node.stat is UNSEEN:
                entry.node.trouble = NOT_YOURS
            if not entry.node.stat.numChildren:
                entry.kids = []
        if self._acls:
            await self._read_acls([entry for entry in entries if entry.node.stat is not None])

    async def _read_acls(self, entries: list[_Entry]) -> None:
        for entry, answer in zip(entries, await self._reads.acls([entry.node.path for entry in entries]), strict=True):
            entry.node.acls = None if isinstance(answer, Exception) else answer

    async def _read_children(self, entries: list[_Entry]) -> None:
        answers = await self._reads.children([entry.node.path for entry in entries])
        for entry, answer in zip(entries, answers, strict=True):
            if isinstance(answer, Exception):
                self._fail(entry, answer)
            else:
                few = len(answer) <= ordering.PART
                names = sorted(answer) if few else await asyncio.to_thread(ordering.in_order, answer)
                entry.kids = self._from(entry.node.path, names)
            if not self._data:
                entry.ready = True

    def _from(self, path: str, names: list[str]) -> list[str]:
        """The names that are still to be walked over: all, but for those before `after`."""
        if not self._after or not (path == self._root or self._is_before(path)) or path == self._after:
            return names
        way = self._after.removeprefix(path if path != "/" else "").lstrip("/").split("/")[0]
        return [name for name in names if name >= way]

    def _fail(self, entry: _Entry, error: Exception) -> None:
        entry.kids = []
        if isinstance(error, NoNodeError):
            if not entry.node.stat:
                entry.gone = True
            self.gone += 1
        elif isinstance(error, NoAuthError):
            entry.node.trouble = DENIED
        elif isinstance(error, ReplyTooLarge):
            entry.node.trouble = f"{error}"
        else:
            raise error
