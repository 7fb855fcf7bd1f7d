"""Who holds an ephemeral znode, and who watches a znode: what all servers of the cluster say, joined.

Only when a person asks. What servers have said is kept for some seconds, so that many viewers cost one ask.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Hashable, Iterable
from typing import TYPE_CHECKING, Any, TypeVar

from kazoo.exceptions import NoNodeError

from zkdash.znodes.holding import Gap, Holding, Watching, join_holding, join_watching
from zkdash.znodes.stat import in_words
from zkdash.zookeeper import paths
from zkdash.zookeeper.addresses import server_name
from zkdash.zookeeper.commands import Answer, Command, Refusal, Target, ask
from zkdash.zookeeper.members import Members, members_of
from zkdash.zookeeper.unsigned import UNSIGNED_64

if TYPE_CHECKING:
    from zkdash.zookeeper.container import ClusterContainer

T = TypeVar("T")

KEEP_S = 5.0
"""For how long what a server said counts as what it says."""


class Holders:
    """Asks, and keeps what was said for KEEP_S."""

    def __init__(self, keep_s: float = KEEP_S) -> None:
        self._keep_s = keep_s
        self._kept: dict[Hashable, asyncio.Task[Any]] = {}

    async def start(self) -> None:
        """Nothing is asked before somebody wants to know."""

    async def stop(self) -> None:
        """Let go of everything that is being asked."""
        asking, self._kept = list(self._kept.values()), {}
        for task in asking:
            task.cancel()
        await asyncio.gather(*asking, return_exceptions=True)

    async def holding(self, container: ClusterContainer, path: str) -> Holding:
        """Who holds the znode. Raises NoNodeError, InvalidPath and ClusterUnavailable."""
        stat = await container.stat(path)
        if stat is None:
            raise NoNodeError
        kind = in_words(stat)
        if kind.session is None:
            return Holding(path=path, kind=kind.kind)
        session = stat.ephemeralOwner & UNSIGNED_64
        members = await self.members(container)
        said, dump = await asyncio.gather(
            self.everywhere(container, members, Command.CONS), self.dump(container, members.targets)
        )
        gaps = gaps_of(members, [*said, *dump])
        return await asyncio.to_thread(
            join_holding, path, container.config.path, kind.kind, session, _answers(said), _answers(dump), gaps
        )

    async def watching(self, container: ClusterContainer, path: str) -> Watching:
        """Who watches the znode, which need not be there. Raises InvalidPath and ClusterUnavailable."""
        there = await container.stat(path) is not None
        members = await self.members(container)
        said, cons = await asyncio.gather(
            self.everywhere(container, members, Command.WCHP), self.everywhere(container, members, Command.CONS)
        )
        gaps = gaps_of(members, [*said, *cons])
        real = paths.join(container.config.path, path)
        return await asyncio.to_thread(join_watching, path, real, there, _answers(said), _answers(cons), gaps)

    async def members(self, container: ClusterContainer) -> Members:
        """Whom to ask."""
        return await self._once((container.config,), lambda: members_of(container))

    async def everywhere(
        self, container: ClusterContainer, members: Members, command: Command
    ) -> list[Answer | Refusal]:
        """What each server says, all at once. An address that is another way to a server that answered is left out."""
        said = await asyncio.gather(*(self._ask(container, target, command) for target in members.targets))
        reached = {
            (target.host, target.port)
            for target, one in zip(members.targets, said, strict=True)
            if isinstance(one, Answer)
        }
        return [
            one
            for target, one in zip(members.targets, said, strict=True)
            if isinstance(one, Answer) or not (_is_v6(target) and (target.host, target.port) in reached)
        ]

    async def dump(self, container: ClusterContainer, targets: tuple[Target, ...]) -> list[Answer | Refusal]:
        """What one server says of ephemeral znodes, which are the same everywhere: it costs each that is asked.

        First the server of zkdash's own session; the others only if that one says nothing.
        """
        own = [target for target in targets if server_name(target.host, target.port) == container.status.server][
            :1
        ] or list(targets[:1])
        said = [await self._ask(container, target, Command.DUMP) for target in own]
        if not any(isinstance(one, Answer) for one in said):
            rest = [target for target in targets if target not in own]
            said += await asyncio.gather(*(self._ask(container, target, Command.DUMP) for target in rest))
        answers = [one for one in said if isinstance(one, Answer)]
        return list(answers[:1]) or said

    async def _ask(self, container: ClusterContainer, target: Target, command: Command) -> Answer | Refusal:
        return await self._once((container.config, target, command), lambda: ask(target, command))

    async def _once(self, key: Hashable, make: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """The result of `make`, which is kept; who comes meanwhile waits for the same."""
        task: asyncio.Task[T] | None = self._kept.get(key)
        if task is None:
            task = self._kept[key] = asyncio.get_running_loop().create_task(make())
            task.add_done_callback(lambda done: self._expire(key, done))
        return await asyncio.shield(task)

    def _expire(self, key: Hashable, done: asyncio.Task[Any]) -> None:
        if done.cancelled() or done.exception() is not None:
            self._forget(key, done)
        else:
            asyncio.get_running_loop().call_later(self._keep_s, self._forget, key, done)

    def _forget(self, key: Hashable, done: asyncio.Task[Any]) -> None:
        if self._kept.get(key) is done:
            del self._kept[key]


def gaps_of(members: Members, said: Iterable[Answer | Refusal]) -> tuple[Gap, ...]:
    """What was not to be learnt, and why."""
    unknown = [Gap(name, "", reason) for name, reason in members.unknown]
    refused = [Gap.of(one) for one in said if isinstance(one, Refusal)]
    return (*unknown, *refused)


def _answers(said: Iterable[Answer | Refusal]) -> list[Answer]:
    return [one for one in said if isinstance(one, Answer)]


def _is_v6(target: Target) -> bool:
    return ":" in target.ip and ":" not in target.host
