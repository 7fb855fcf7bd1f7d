"""Reads of many znodes at once, as somebody sees them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kazoo.exceptions import NoAuthError, NoNodeError
from kazoo.protocol.states import ZnodeStat
from kazoo.security import ACL

from zkdash.znodes.seen import UNSEEN, SeenCluster, seen_of, sized
from zkdash.zookeeper.many import ManyReads

if TYPE_CHECKING:
    from zkdash.zookeeper.container import ClusterContainer


def reads_of(container: ClusterContainer) -> ManyReads:
    """Reads of many znodes at once, of those that are seen."""
    limits = seen_of(container)
    return ManyReads(container) if limits is None else SeenReads(limits)


class SeenReads(ManyReads):
    """Reads many znodes as somebody sees them."""

    def __init__(self, seen: SeenCluster) -> None:
        super().__init__(seen.whole_cluster)
        self._seen = seen

    async def total(self, path: str) -> int | None:
        """As above; None where not all of it is seen."""
        return await super().total(path) if self._seen.sight.whole(path) else None

    async def children(self, of: Sequence[str]) -> Sequence[list[str] | Exception]:
        if self._seen.sees_all:
            return await super().children(of)
        passed = [path for path in of if self._seen.sight.passes(path)]
        found = dict(zip(passed, await super().children(passed) if passed else (), strict=True))
        return [
            self._seen.passed(path, answer) if isinstance(answer := found.get(path, NoNodeError()), list) else answer
            for path in of
        ]

    async def data(self, of: Sequence[str]) -> Sequence[tuple[bytes | None, ZnodeStat] | Exception]:
        if self._seen.sees_all:
            return await self._masked(await super().data(of), of)
        passed = [path for path in of if self._seen.sight.passes(path)]
        answers = await super().data(passed) if passed else ()
        named = [self._only_name(path, answer) for path, answer in zip(passed, answers, strict=True)]
        found = dict(zip(passed, await self._masked(named, passed), strict=True))
        for path, answer in found.items():
            if isinstance(answer, tuple) and answer[1] is not UNSEEN and self._seen.sight.hides_a_child(path):
                found[path] = answer[0], await self._seen._counted(path, answer[1])
        return [found.get(path, NoNodeError()) for path in of]

    async def _masked(
        self, answers: Sequence[tuple[bytes | None, ZnodeStat] | Exception], of: Sequence[str]
    ) -> list[tuple[bytes | None, ZnodeStat] | Exception]:
        """The same with values as they are shown."""
        found = list(answers)
        read = [(at, answer) for at, answer in enumerate(found) if isinstance(answer, tuple) and answer[0]]
        values = await self._seen.masked_all((of[at], answer[0]) for at, answer in read)
        for (at, (stored, stat)), value in zip(read, values, strict=True):
            if value is not stored:
                found[at] = value, sized(stat, value)
        return found

    async def acls(self, of: Sequence[str]) -> Sequence[list[ACL] | Exception]:
        if self._seen.sees_all:
            return await super().acls(of)
        seen = [path for path in of if self._seen.sight.sees(path)]
        found = dict(zip(seen, await super().acls(seen) if seen else (), strict=True))
        return [found.get(path, NoAuthError()) for path in of]

    def _only_name(
        self, path: str, answer: tuple[bytes | None, ZnodeStat] | Exception
    ) -> tuple[bytes | None, ZnodeStat] | Exception:
        if self._seen.sight.sees(path) or isinstance(answer, NoNodeError):
            return answer
        return None, UNSEEN
