"""One watched cluster: asab's ZooKeeperContainer with a client that only reads and states that are true."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import asab
import kazoo.exceptions
from asab.zookeeper import ZooKeeperContainer
from kazoo.protocol.states import ZnodeStat
from kazoo.security import ACL

from zkdash.clock import now_ms
from zkdash.config import ClusterConfig
from zkdash.log import NOTICE, get_logger
from zkdash.turns import Turns
from zkdash.zookeeper import children, paths, patience
from zkdash.zookeeper.errors import ClusterUnavailable, InvalidPath, NonsenseReply, WriteRefused
from zkdash.zookeeper.patience import patiently
from zkdash.zookeeper.states import (
    Cause,
    Connected,
    Kind,
    Observation,
    Signal,
    Started,
    State,
    Status,
    Step,
    Stopped,
    TimeoutPassed,
    step,
)
from zkdash.zookeeper.wrapper import ReadOnlyWrapper

if TYPE_CHECKING:
    from zkdash.zookeeper.service import ClusterService

L = get_logger(__name__)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ClusterStatus:
    """What is true of a cluster's connection now.

    `since` is UTC milliseconds; `server` is "host:port" of the server of the session, now or last;
    `session_timeout_s` is the negotiated one, or the one asked for while none was.
    """

    state: State
    cause: Cause
    since: int
    session_id: int | None
    server: str | None
    reason: str
    session_timeout_s: float


class ClusterContainer(ZooKeeperContainer):  # type: ignore[misc]  # asab has no types
    """asab's container, without what makes it unfit to watch somebody else's cluster.

    Kept of asab's contract: `Path`, `ZooKeeper.Client`, `is_connected()` and the three messages
    `ZooKeeperContainer.state/…!`. While one of them is published, `observation` is what it is about.
    It creates nothing, it starts no thread, and it says LOST when the session timeout has passed. All clusters
    share their `turns`.
    """

    def __init__(self, service: ClusterService, config: ClusterConfig, turns: Turns | None = None) -> None:
        # asab's own __init__ would start a blocking KazooClient on a thread, so it is not called; its base's is.
        asab.Configurable.__init__(self, config_section_name=config.section or "zookeeper", config={})
        self.App = service.App
        self.ConfigSectionName = config.section
        self.ProactorService = service.ProactorService
        self.Advertisments: dict[str, object] = {}
        self.DataWatchers: set[object] = set()
        self.Path = config.path.lstrip("/")
        self.config = config
        self.name = config.name
        self.label = config.label or config.name
        self.observation: Observation | None = None
        self._status: Status | None = None
        self._since = now_ms()
        self._since_monotonic = time.monotonic()
        self._timer: asyncio.TimerHandle | None = None
        self.turns = turns or Turns()
        self.ZooKeeper = ReadOnlyWrapper(self)

    # Life

    def start(self) -> None:
        """Begin to watch: says LOST (starting) and connects in the background."""
        self._on_signal(Started())
        self.ZooKeeper.Client.start_async()

    def end(self) -> None:
        """End the watch at once: says LOST (stopped) if the cluster was not lost, and nothing after it."""
        self._on_signal(Stopped())
        self._cancel_timer()

    async def _stop(self) -> None:
        """asab's way to stop a container: ends the watch and closes the session."""
        self.end()
        await self.ZooKeeper.Client.close_async()

    @property
    def status(self) -> ClusterStatus:
        """The present status. Before `start()` it is LOST (starting)."""
        now = self._status or Status()
        return ClusterStatus(
            now.state, now.cause, self._since, now.session_id, now.server, now.reason, self._session_timeout_s()
        )

    def _session_timeout_s(self) -> float:
        return self.ZooKeeper.Client.session_timeout_s

    # From signals to messages

    def heard(self, signal: Signal) -> None:
        """Take what the session says; where hundreds of clusters say something at once, in turns with all else."""
        self.turns.do(partial(self._on_signal, signal))

    def _on_signal(self, signal: Signal) -> None:
        before = self._status
        if before is not None and before.cause is Cause.STOPPED:
            return  # it waited for its turn
        self._status, said = step(before, signal)
        for one in said:
            self._say(one)
        if said:
            self._arm_timer(signal)
        elif before is not None and self._status is not None and before.reason != self._status.reason:
            self.App.PubSub.publish("Cluster.reason!", self)

    def _say(self, one: Step) -> None:
        now, now_monotonic = now_ms(), time.monotonic()
        lasted_ms = round((now_monotonic - self._since_monotonic) * 1000) if one.from_state else None
        if one.kind is Kind.STATE:
            self._since, self._since_monotonic = now, now_monotonic
        self.observation = Observation(
            cluster=self.name,
            at=now,
            kind=one.kind,
            cause=one.cause,
            from_state=one.from_state,
            to_state=one.to_state,
            session_id=one.session_id,
            server=one.server,
            lasted_ms=lasted_ms,
            reason=one.reason,
        )
        L.log(
            NOTICE if one.to_state is State.CONNECTED or one.cause is Cause.STARTING else logging.WARNING,
            "Cluster state.",
            struct_data={
                "cluster": self.name,
                "state": str(one.to_state or "-"),
                "cause": str(one.cause),
                "reason": one.reason,
            },
        )
        message = "notice" if one.kind is Kind.NOTICE else f"state/{one.to_state}"
        self.App.PubSub.publish(f"ZooKeeperContainer.{message}!", self)

    def _arm_timer(self, signal: Signal) -> None:
        status = self._status
        if status is None:
            return
        if isinstance(signal, Started) or status.state is State.SUSPENDED:
            self._cancel_timer()
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(self._session_timeout_s(), self._on_timeout)
        elif isinstance(signal, Connected):
            self._cancel_timer()

    def _on_timeout(self) -> None:
        self._timer = None
        self.turns.do(self._time_is_over)

    def _time_is_over(self) -> None:
        if self._timer is not None:
            return  # another outage has begun since the timer went off
        if not self.is_connected():
            self.ZooKeeper.Client.forget_session()
        self._on_signal(TimeoutPassed())

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    # Reading, with paths relative to the cluster's own

    async def data(self, path: str) -> tuple[bytes | None, ZnodeStat]:
        """A znode's value (None: it has none) and stat. Errors as in `_read`."""
        value, stat = await self._read(self.ZooKeeper.Client.get_async(self._real(path)))
        return value, stat

    async def children(self, path: str) -> tuple[list[str], ZnodeStat]:
        """The names of a znode's children, in no order, and the znode's stat. Errors as in `_read`."""
        client = self.ZooKeeper.Client
        frame, at = await self._read(client.ask(children.request(self._real(path))))
        try:
            if len(frame) < children.IN_A_THREAD_BYTES:
                return children.read_children(frame, at)
            return await asyncio.to_thread(children.read_children, frame, at)
        except NonsenseReply as error:
            client.distrust(str(error))
            raise self._unavailable(f"the server answers nonsense: {error}") from None

    async def stat(self, path: str) -> ZnodeStat | None:
        """A znode's stat, or None where there is no such znode. Errors as in `_read`."""
        return await self._read(self.ZooKeeper.Client.exists_async(self._real(path)))

    async def acl(self, path: str) -> tuple[list[ACL], ZnodeStat]:
        """A znode's access control list and stat. Errors as in `_read`."""
        acls, stat = await self._read(self.ZooKeeper.Client.get_acls_async(self._real(path)))
        return acls, stat

    def _real(self, path: str) -> str:
        """The path on the server. Raises InvalidPath, and ClusterUnavailable so that nothing queues up."""
        real = paths.join(self.config.path, paths.check(path))
        if not self.is_connected():
            raise self._unavailable()
        return real

    async def _read(self, result: Awaitable[T]) -> T:
        """The answer, within the read deadline, or later if it is a long one on its way.

        Raises ClusterUnavailable, kazoo's NoNodeError and NoAuthError, and InvalidPath for a path that the
        server refuses.
        """
        try:
            async with patiently(self.ZooKeeper.Client.arriving):
                return await result
        except TimeoutError:
            raise self._unavailable(f"no answer within {patience.READ_DEADLINE_S:.1f} s") from None
        except (
            kazoo.exceptions.ConnectionLoss,
            kazoo.exceptions.SessionExpiredError,
            kazoo.exceptions.ConnectionClosedError,
            kazoo.exceptions.AuthFailedError,
            kazoo.exceptions.OperationTimeoutError,
        ):
            raise self._unavailable() from None
        except NonsenseReply as error:
            raise self._unavailable(f"the server answers nonsense: {error}") from None
        except kazoo.exceptions.BadArgumentsError:
            raise InvalidPath("ZooKeeper refuses this path") from None

    def _unavailable(self, reason: str = "") -> ClusterUnavailable:
        status = self.status
        starting = status.cause is Cause.STARTING
        return ClusterUnavailable(self.name, status.state, status.since, reason or status.reason, starting=starting)

    # asab's reading calls, kept working; its writing ones, refused

    async def get_children(self, path: str = "") -> list[str] | None:
        try:
            return (await self.children(_asab_path(path)))[0]
        except kazoo.exceptions.NoNodeError:
            return None

    async def get_raw_data(self, path: str) -> bytes | None:
        try:
            return (await self.data(_asab_path(path)))[0]
        except kazoo.exceptions.NoNodeError:
            return None

    def advertise(self, data: object, path: str) -> None:
        raise WriteRefused(data)


def _asab_path(path: str) -> str:
    return "/" + path.strip("/")
