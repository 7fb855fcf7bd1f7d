"""The read-only KazooClient that lives on the event loop."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Sequence

from kazoo.client import KazooClient
from kazoo.protocol.serialization import Exists, GetACL, GetChildren, GetChildren2, GetData

from zkdash.config import SaslConfig
from zkdash.turns import Turns
from zkdash.zookeeper.connection import LoopConnection
from zkdash.zookeeper.crawl_desk import CrawlDesk
from zkdash.zookeeper.errors import BlockingCall, WriteRefused
from zkdash.zookeeper.features import FeatureFinder
from zkdash.zookeeper.handler import LoopHandler, LoopResult
from zkdash.zookeeper.multiread import GetAllChildrenNumber, MultiRead, Operation
from zkdash.zookeeper.multiread import check as check_operations
from zkdash.zookeeper.states import Signal
from zkdash.zookeeper.watch_records import AddWatch, RemoveWatches, SetWatches2
from zkdash.zookeeper.watches import Watches

READS = frozenset(
    request.type
    for request in (
        Exists,
        GetData,
        GetACL,
        GetChildren,
        GetChildren2,
        MultiRead,
        GetAllChildrenNumber,
        AddWatch,
        RemoveWatches,
        SetWatches2,
    )
)
"""Opcodes that may go to a watched cluster, beside those that open, authenticate, keep and close the session."""


class ReadOnlyClient(KazooClient):  # type: ignore[misc]  # kazoo has no types
    """A KazooClient that refuses every request but reads, and neither blocks nor starts a thread.

    `listener` gets each signal of the connection (states.Signal) on the event loop. Requests are made by kazoo's
    `…_async` methods, whose results can be awaited; their blocking twins raise BlockingCall. Who may lose
    their connections at the same moment share `turns`.
    """

    def __init__(
        self,
        hosts: str,
        *,
        session_timeout_s: float,
        listener: Callable[[Signal], None],
        auth: tuple[tuple[str, str], ...] = (),
        sasl: SaslConfig | None = None,
        tls: Callable[[], ssl.SSLContext] | None = None,
        turns: Turns | None = None,
    ) -> None:
        loop = asyncio.get_running_loop()
        super().__init__(hosts=hosts, timeout=session_timeout_s, handler=LoopHandler(loop), auth_data=set(auth))
        self._connection = LoopConnection(self, listener=listener, sasl=sasl, tls=tls, turns=turns or Turns())
        self.features = FeatureFinder(self._connection)
        self.crawls = CrawlDesk()
        self.watches = Watches(self)

    @property
    def session_timeout_s(self) -> float:
        """The session timeout that the server granted; until there was one, the timeout asked for."""
        return self._connection.negotiated_timeout_s or self._session_timeout / 1000.0

    @property
    def serial(self) -> int:
        """The number of the connection: each new one has another."""
        return self._connection.serial

    def arriving(self) -> bool:
        """Whether a long reply is on its way right now: what was asked behind it must wait."""
        return self._connection.arriving()

    def forget_session(self) -> None:
        """Let the next connection ask for a new session if a server won't even answer about the old one."""
        self._connection.session_overdue = True

    def multi_read_async(self, operations: Sequence[Operation]) -> LoopResult:
        """The results of many GetData and GetChildren, one each, errors among them (multiread.Result).

        A server before 3.6 answers UnimplementedError and hangs up: ask `features` first. Raises ValueError for
        another operation, or one with a watcher.
        """
        return self.ask(MultiRead(check_operations(operations)))

    def all_children_number_async(self, path: str) -> LoopResult:
        """How many znodes are below `path`, at any depth. The server counts without a look at ACLs; 3.6 and later."""
        return self.ask(GetAllChildrenNumber(path))

    def distrust(self, reason: str) -> None:
        """Hang up on a server that has answered nonsense, and connect anew."""
        self._connection.distrust(reason)

    def ask(self, request: object) -> LoopResult:
        """The reply to a record of the protocol. WriteRefused if it is not on the list of reads."""
        result: LoopResult = self.handler.async_result()
        self._call(request, result)
        return result

    async def close_async(self, deadline_s: float = 1.0) -> None:
        """End the session at the server if that takes no longer than `deadline_s`, and the connection anyway."""
        self.watches.stop()
        self._stopped.set()
        await self._connection.aclose(deadline_s)
        self.handler.stop()

    def start(self, timeout: float = 15) -> None:
        raise BlockingCall

    def stop(self) -> None:
        raise BlockingCall

    def command(self, cmd: bytes = b"ruok") -> str:
        raise BlockingCall

    def _safe_close(self) -> None:
        self.handler.stop()

    def _call(self, request: object, async_object: LoopResult) -> bool | None:
        if getattr(request, "type", None) not in READS:
            async_object.set_exception(WriteRefused(request))
            return False
        result: bool | None = super()._call(request, async_object)
        return result
