"""A cluster as somebody sees it: znodes that are not for them are not there, and secrets are masked.

A `SeenCluster` stands where a `ClusterContainer` may: who reads through it can't read more. What is on the way to a
znode that is seen has a name and children, and nothing else.
"""

from __future__ import annotations

import asyncio
from collections.abc import Hashable, Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast

from kazoo.exceptions import NoNodeError
from kazoo.protocol.states import ZnodeStat
from kazoo.security import ACL

from zkdash.znodes import paths
from zkdash.znodes.masking import Rules, mask

if TYPE_CHECKING:
    from zkdash.zookeeper.container import ClusterContainer

UNSEEN = ZnodeStat(0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0)
"""The stat of a znode of which only the name is shown; as if it had a child, so that its children are asked for."""
NOT_YOURS = "not yours to see"
IN_A_THREAD_BYTES = 16 * 1024
ON_THE_LOOP_BYTES = 512 * 1024
"""So much is looked over in well below a millisecond."""

T = TypeVar("T")


class Sight(Protocol):
    """What is seen of a cluster's znodes; equal for those who see the same."""

    def __hash__(self) -> int: ...

    def sees(self, path: str) -> bool: ...

    def passes(self, path: str) -> bool: ...

    def whole(self, path: str) -> bool: ...

    def hides_a_child(self, path: str) -> bool: ...

    def unmasks(self, path: str) -> bool: ...

    def unmasks_all(self) -> bool: ...

    def could_unmask(self, path: str) -> bool: ...


class SeenCluster:
    """Has all that a container has, and reads what may be seen. Equal for one cluster, one sight and the same rules."""

    def __init__(self, container: ClusterContainer, sight: Sight, rules: Rules) -> None:
        self.whole_cluster = container
        self.sight = sight
        self.rules = rules

    def __getattr__(self, name: str) -> Any:
        return getattr(self.whole_cluster, name)

    @property
    def key(self) -> Hashable:
        """What to keep under what was read through it."""
        return key_of(self.whole_cluster), self.sight, self.rules

    @cached_property
    def sees_all(self) -> bool:
        """Whether no znode is kept back, so that none has to be looked at for that."""
        return self.sight.whole("/")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SeenCluster) and self.whole_cluster is other.whole_cluster and self.key == other.key

    def __hash__(self) -> int:
        return hash((id(self.whole_cluster), self.sight))

    async def data(self, path: str) -> tuple[bytes | None, ZnodeStat]:
        """As the container's; (None, UNSEEN) of what is only on the way."""
        self._check(path)
        if not self.sight.sees(path):
            await self._there(path)
            return None, UNSEEN
        value, stat = await self.whole_cluster.data(path)
        value = await self.masked(path, value)
        return value, await self._counted(path, sized(stat, value))

    async def children(self, path: str) -> tuple[list[str], ZnodeStat]:
        """As the container's."""
        self._check(path)
        names, stat = await self.whole_cluster.children(path)
        names = self.passed(path, names)
        return names, stat._replace(numChildren=len(names), dataLength=0)

    async def stat(self, path: str) -> ZnodeStat | None:
        """As the container's, but for the size of the data: that is told only together with it."""
        if not self.sight.passes(path):
            await self.whole_cluster.stat("/")  # says why it can't be asked
            return None
        stat = await self.whole_cluster.stat(path)
        if stat is None:
            return None
        if not self.sight.sees(path):
            return UNSEEN._replace(pzxid=stat.pzxid, cversion=stat.cversion, czxid=stat.czxid, mzxid=stat.czxid)
        return await self._counted(path, stat._replace(dataLength=0))

    async def acl(self, path: str) -> tuple[list[ACL], ZnodeStat]:
        """As the container's; none of what is only on the way."""
        self._check(path)
        if not self.sight.sees(path):
            return [], UNSEEN
        acls, stat = await self.whole_cluster.acl(path)
        return acls, stat._replace(dataLength=0)

    async def masked(self, path: str, value: bytes | None) -> bytes | None:
        """A value as it is shown, made ready off the event loop where that may take its time."""
        if value is None or self.sight.unmasks(path):
            return value
        if len(value) < IN_A_THREAD_BYTES and not self.rules.worth_a_look(value):
            return mask(value, path, self.rules)
        return await asyncio.to_thread(mask, value, path, self.rules)

    async def masked_all(self, rows: Iterable[tuple[str, bytes | None]]) -> list[bytes | None]:
        """The values of many znodes as they are shown; off the event loop, if there is any to be masked."""
        found = list(rows)
        values = [value for _, value in found]
        if sum(len(value or b"") for value in values) < ON_THE_LOOP_BYTES:
            any_in = self.rules.any_in(values)
        else:
            any_in = await asyncio.to_thread(self.rules.any_in, values)
        return await asyncio.to_thread(self._masked_all, found) if any_in else values

    def _masked_all(self, found: list[tuple[str, bytes | None]]) -> list[bytes | None]:
        return [
            value if value is None or self.sight.unmasks(path) else mask(value, path, self.rules)
            for path, value in found
        ]

    async def sized(self, stats: Mapping[str, ZnodeStat], values: Mapping[str, bytes | None]) -> dict[str, ZnodeStat]:
        """Stats of values as they are shown. The number of children is left out where some may be kept back."""
        shown = dict(zip(values, await self.masked_all(values.items()), strict=True))
        found = {path: sized(stat, shown.get(path), keep=path not in shown) for path, stat in stats.items()}
        if self.sees_all:
            return found
        return {
            path: stat._replace(numChildren=0) if self.sight.hides_a_child(path) else stat
            for path, stat in found.items()
        }

    def passed(self, path: str, names: list[str]) -> list[str]:
        """Of the names of a znode's children those that are there."""
        if self.sees_all or self.sight.whole(path):
            return names
        return [name for name in names if self.sight.passes(paths.join(path, name))]

    def _check(self, path: str) -> None:
        if not self.sees_all and not self.sight.passes(path):
            if not self.whole_cluster.is_connected():
                raise self.whole_cluster._unavailable()
            raise NoNodeError

    async def _there(self, path: str) -> None:
        if await self.whole_cluster.stat(path) is None:
            raise NoNodeError

    async def _counted(self, path: str, stat: ZnodeStat) -> ZnodeStat:
        """The stat with the number of children that are there."""
        if self.sees_all or not self.sight.hides_a_child(path):
            return stat
        names, _ = await self.whole_cluster.children(path)
        return stat._replace(numChildren=len(self.passed(path, names)))


def see(container: ClusterContainer, sight: Sight, rules: Rules) -> ClusterContainer:
    """The cluster as somebody sees it: itself, where nothing of it is kept from them."""
    if sight.whole("/") and (not rules.config.enabled or sight.unmasks_all()):
        return container
    return cast("ClusterContainer", SeenCluster(container, sight, rules))


def seen_of(container: ClusterContainer) -> SeenCluster | None:
    """The limits of who reads through it; None of a whole cluster."""
    return container if isinstance(container, SeenCluster) else None


def whole_of(container: ClusterContainer) -> ClusterContainer:
    """The cluster itself, for what is shown of it as a whole."""
    limits = seen_of(container)
    return container if limits is None else limits.whole_cluster


def key_of(container: Any) -> Hashable:
    """What to keep under what was read of a cluster: never the same for those who see different things."""
    return container.key if isinstance(container, SeenCluster) else container.config


def whole(container: ClusterContainer, path: str = "/") -> bool:
    """Whether all from a znode down is seen."""
    limits = seen_of(container)
    return limits is None or limits.sight.whole(path)


def sees(container: ClusterContainer, path: str) -> bool:
    """Whether what is in a znode is shown to who reads through it."""
    limits = seen_of(container)
    return limits is None or limits.sight.sees(path)


def passes(container: ClusterContainer, path: str) -> bool:
    """Whether a path may be there for who reads through it."""
    limits = seen_of(container)
    return limits is None or limits.sight.passes(path)


def is_unmasked(container: ClusterContainer, path: str) -> bool:
    """Whether a znode's secrets were asked for, and are shown."""
    limits = seen_of(container)
    return limits is not None and limits.sight.unmasks(path)


def may_unmask(container: ClusterContainer, path: str) -> bool:
    """Whether who reads through it might ask for a znode's secrets."""
    limits = seen_of(container)
    return limits is not None and limits.sight.could_unmask(path)


def sized(stat: ZnodeStat, value: bytes | None, *, keep: bool = False) -> ZnodeStat:
    """The stat of a value as it is shown: how long a secret is isn't told either."""
    return stat if keep or stat.dataLength == len(value or b"") else stat._replace(dataLength=len(value or b""))
