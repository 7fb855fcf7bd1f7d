"""A comparison that goes on: two walks at once, differences on disk as they are found."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from kazoo.exceptions import NoAuthError, NoNodeError

from zkdash.znodes import acl
from zkdash.znodes.compare import Counts, Rules, Side, What, merge
from zkdash.znodes.diff import diff
from zkdash.znodes.jobs import Job, Phase, in_words
from zkdash.znodes.patterns import As, of_names
from zkdash.znodes.seen_reads import reads_of
from zkdash.znodes.spool import Spool
from zkdash.znodes.stat import is_ephemeral
from zkdash.znodes.walk import DENIED, Node, Walk

if TYPE_CHECKING:
    from zkdash.zookeeper.container import ClusterContainer


class CompareJob(Job):
    """A comparison. `found` has a record of each difference, in the order of paths: path, what, what else is known."""

    def __init__(self, left: tuple[ClusterContainer, str], right: tuple[ClusterContainer, str], rules: Rules) -> None:
        super().__init__()
        self._of = (left, right)
        self._rules = rules
        self._ignored = [of_names(pattern, As.GLOB, case=True) for pattern in rules.paths]
        self._begin()

    def _begin(self) -> None:
        self.left, self.right = (Side(*one) for one in self._of)
        self.counts = Counts()
        self.found = Spool()
        self._last = ""
        self._group: dict[str, Any] | None = None
        self._skipped = ""

    @property
    def parts(self) -> tuple[Side, Side]:
        return self.left, self.right

    def reset(self) -> None:
        self.found.close()
        self._begin()

    def close(self) -> None:
        self.found.close()

    async def work(self) -> None:
        began, before = time.monotonic(), self.left.elapsed_s
        try:
            lefts, rights = (self._nodes(side) for side in self.parts)
            async for path, left, right in merge(lefts, rights, self.left, self.right):
                await self._see(path, left, right)
                self._last = path
                self.left.elapsed_s = self.right.elapsed_s = before + time.monotonic() - began
            self.phase = Phase.DONE
        except Exception as error:
            self.phase = Phase.FAILED
            self.trouble = in_words(error)
            if not self._last:
                self.left, self.right = (
                    Side(*one, trouble=side.trouble) for one, side in zip(self._of, self.parts, strict=True)
                )
        finally:
            self._end_group()
            for side in self.parts:
                if not side.phase.ended:
                    side.phase = self.phase if self.phase.ended else Phase.STOPPED
        self.said()

    async def _nodes(self, side: Side) -> AsyncIterator[Node]:
        reads = reads_of(side.container)
        after = side.absolute(self._last) if self._last else ""
        before = replace(side)
        side.phase, side.trouble = Phase.RUNNING, ""
        side.waits = side.container.ZooKeeper.Client.crawls.turn.locked()
        self.said()
        try:
            if side.total is None:
                side.total = await reads.total(side.root)
            side.walk = Walk(reads, side.root, data=True, acls=self._rules.acl, after=after)
            async for batch in side.walk.batches():
                side.waits = False
                side.count(before)
                self.said()
                for node in batch:
                    yield node
                await asyncio.sleep(0)
            side.count(before)  # what came last may all have been deleted
            side.phase = Phase.DONE
        except NoNodeError:
            if not after:
                side.phase, side.trouble = Phase.FAILED, f"{side.root} is not there."
                raise
        except NoAuthError as error:
            side.phase, side.trouble = Phase.FAILED, in_words(error)
            raise
        except Exception as error:
            side.phase, side.trouble = Phase.FAILED, in_words(error)
            raise

    async def _see(self, path: str, left: Node | None, right: Node | None) -> None:
        """Compare one path."""
        if self._skipped and path.startswith(self._skipped):
            return
        if self._is_ignored(path, left, right):
            self.counts.ignored += 1
            self._skipped = path.rstrip("/") + "/"
            return
        if left is None or right is None:
            self._one_side(path, What.ADDED if left is None else What.REMOVED)
            return
        if left.trouble or right.trouble:
            self._unreadable(path, left, right)
            return
        changes = await self._changes(left, right)
        if changes:
            self.counts.changed += 1
            self._add({"path": path, "what": What.CHANGED, **changes})
        else:
            self.counts.same += 1

    def _is_ignored(self, path: str, left: Node | None, right: Node | None) -> bool:
        if any(fits(path) for fits in self._ignored):
            return True
        if self._rules.ephemerals:
            return False
        stats = [node.stat for node in (left, right) if node is not None]
        return any(stat is not None and is_ephemeral(stat.ephemeralOwner) for stat in stats)

    def _one_side(self, path: str, what: What) -> None:
        if what is What.ADDED:
            self.counts.added += 1
        else:
            self.counts.removed += 1
        group = self._group
        if group is not None and group["what"] == what and path.startswith(group["path"].rstrip("/") + "/"):
            group["below"] += 1
            return
        self._end_group()
        self._group = {"path": path, "what": what, "below": 0}

    def _unreadable(self, path: str, left: Node, right: Node) -> None:
        self.counts.unreadable += 1
        sides = [name for name, node in (("left", left), ("right", right)) if node.trouble]
        self._add({"path": path, "what": What.UNREADABLE, "sides": sides, "why": left.trouble or right.trouble})
        if DENIED in (left.trouble, right.trouble):
            self._skipped = path.rstrip("/") + "/"  # what is below is known of one side at most

    async def _changes(self, left: Node, right: Node) -> dict[str, Any]:
        changes: dict[str, Any] = {}
        if left.value != right.value:
            found = await asyncio.to_thread(diff, left.value, right.value, self._rules.fields)
            if found is not None:
                changes["data"] = {"kind": found.kind, "lines": list(found.lines), "note": found.note}
        if self._rules.acl and left.acls is not None and right.acls is not None:
            lists = [sorted(one.sentence for one in acl.in_words(acls)) for acls in (left.acls, right.acls)]
            if sorted(map(repr, left.acls)) != sorted(map(repr, right.acls)):
                changes["acl"] = {"left": lists[0], "right": lists[1]}
        return changes

    def _add(self, record: dict[str, Any]) -> None:
        self._end_group()
        self.found.add(record)

    def _end_group(self) -> None:
        if self._group is not None:
            self.found.add(self._group)
            self._group = None
