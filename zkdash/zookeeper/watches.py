"""Watches that many may share: one on the server for a path, however many listen, put back after every reconnect.

From ZooKeeper 3.6 on they are persistent (addWatch): one request, and nothing to do until the connection is lost.
Before, they are kazoo's one-shot watches, set anew after each change and before the change is told, so that who reads
then misses nothing. A server forgets its watches with the connection, also when the session goes on; so each
reconnect sets them again, many in one request, and tells every listener of a gap.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import defaultdict
from typing import TYPE_CHECKING

from kazoo.exceptions import (
    AuthFailedError,
    ConnectionClosedError,
    ConnectionLoss,
    NoWatcherError,
    SessionExpiredError,
    UnimplementedError,
    ZookeeperError,
)
from kazoo.protocol.serialization import Watch
from kazoo.protocol.states import KazooState

from zkdash.log import get_logger
from zkdash.zookeeper import paths
from zkdash.zookeeper.one_shots import OneShots
from zkdash.zookeeper.subscription import Change, Kind, Subscription
from zkdash.zookeeper.watch_records import AddWatch, RemoveWatches, SetWatches2, WatchesOf, WatchMode

if TYPE_CHECKING:
    from zkdash.zookeeper.client import ReadOnlyClient
    from zkdash.zookeeper.container import ClusterContainer

L = get_logger(__name__)

REQUEST_BYTES = 64 * 1024
BROKEN = (ConnectionLoss, SessionExpiredError, ConnectionClosedError, AuthFailedError)
KINDS = {kind.value: kind for kind in Kind if kind is not Kind.GAP}


def watch(container: ClusterContainer, path: str, *, recursive: bool = False) -> Subscription:
    """Listen to the changes of a cluster's `path`, connected or not; the changes' paths are the cluster's own.

    Raises InvalidPath.
    """
    base = container.config.path
    real = paths.join(base, paths.check(path))
    return container.ZooKeeper.Client.watches.subscribe(real, recursive=recursive, base=base)


class Watches:
    """The watches of one client. Paths are the server's. Everything happens on the event loop."""

    def __init__(self, client: ReadOnlyClient) -> None:
        self._client = client
        self._listeners: defaultdict[str, set[Subscription]] = defaultdict(set)
        self._set: dict[str, WatchMode] = {}
        self._one_shots = OneShots(client)
        self._persistent = True
        self._decided_for = 0
        self._task: asyncio.Task[None] | None = None
        client.add_listener(self._on_state)

    def subscribe(self, path: str, *, recursive: bool = False, base: str = "/") -> Subscription:
        """Listen to the changes of `path`; it need not exist, and the cluster need not be connected.

        The changes' paths are told as seen from `base`.
        """
        one = Subscription(path, recursive, self._leave, base)
        self._listeners[path].add(one)
        if self._set.get(path) is self._wanted(path) or self._one_shots.stands(path):
            one.shallow = recursive and not self._persistent
            one.gap()
        self._mend()
        return one

    def stop(self) -> None:
        """Close every subscription; the session's end takes the watches."""
        if self._task is not None:
            self._task.cancel()
        for one in [one for listeners in self._listeners.values() for one in listeners]:
            one.close()

    def on_event(self, event: Watch) -> None:
        """What the server says: called by the connection."""
        kind = KINDS.get(event.type)
        if kind is None or not self._listeners:
            return
        path: str = event.path
        if not self._persistent:
            if path in self._listeners and self._one_shots.fired(path, kind):
                self._mend()
            return
        for one in self._listeners.get(path, ()):
            if kind is not Kind.CHILDREN or not one.recursive:
                one.offer(Change(kind, path))
        if kind is Kind.CHILDREN:
            return
        for root, listeners in self._listeners.items():
            if root != path and path.startswith(root if root == "/" else root + "/"):
                for one in listeners:
                    if one.recursive:
                        one.offer(Change(kind, path))
        parent = path.rpartition("/")[0] or "/"
        # A recursive watch says nothing of a list of children, so who shares it gets that from who came and went.
        if kind is not Kind.CHANGED and path != "/" and self._set.get(parent) is WatchMode.PERSISTENT_RECURSIVE:
            for one in self._listeners.get(parent, ()):
                if not one.recursive:
                    one.offer(Change(Kind.CHILDREN, parent))

    def _wanted(self, path: str) -> WatchMode:
        recursive = any(one.recursive for one in self._listeners[path])
        return WatchMode.PERSISTENT_RECURSIVE if recursive else WatchMode.PERSISTENT

    def _leave(self, one: Subscription) -> None:
        listeners = self._listeners.get(one.path, set())
        listeners.discard(one)
        if not listeners:
            self._listeners.pop(one.path, None)
            self._one_shots.forget(one.path)
        self._mend()

    def _on_state(self, state: str) -> None:
        self._set.clear()
        self._one_shots.clear()
        if state == KazooState.CONNECTED:
            self._mend()

    # Bringing what is set to what is wanted

    def _mend(self) -> None:
        if self._client.connected and (self._task is None or self._task.done()):
            self._task = asyncio.get_running_loop().create_task(self._work())

    async def _work(self) -> None:
        while self._client.connected and (self._listeners or self._set):
            serial = self._client.serial
            features = await self._client.features.get()
            if not self._client.connected or self._client.serial != serial:
                continue
            if self._decided_for != serial:  # the two kinds must not be mixed on one connection
                self._persistent, self._decided_for = features.persistent_watches, serial
            try:
                if not await (self._step(serial) if self._persistent else self._old_step(serial)):
                    return
            except UnimplementedError:
                self._client.features.refused()
            except BROKEN:
                continue  # the loop ends here, or goes on with the next connection
            except ZookeeperError as error:
                L.warning("A server refuses to watch.", struct_data={"error": repr(error)})
                return

    async def _step(self, serial: int) -> bool:
        """One request, if anything is to be done. False if not."""
        wanted = {path: self._wanted(path) for path in self._listeners}
        for path, mode in self._set.items():
            if wanted.get(path) is not mode:
                del self._set[path]
                with contextlib.suppress(NoWatcherError):
                    await self._client.ask(RemoveWatches(path, WatchesOf.ANY))
                return True
        missing = [path for path in wanted if path not in self._set]
        if not missing:
            return False
        some = _some(missing)
        if len(some) == 1:
            await self._client.ask(AddWatch(some[0], wanted[some[0]]))
        else:
            of_mode = {mode: tuple(path for path in some if wanted[path] is mode) for mode in WatchMode}
            persistent, recursive = of_mode[WatchMode.PERSISTENT], of_mode[WatchMode.PERSISTENT_RECURSIVE]
            await self._client.ask(SetWatches2(self._client.last_zxid, persistent, recursive))
        if self._client.connected and self._client.serial == serial:
            for path in some:
                self._set[path] = wanted[path]
                for one in self._listeners.get(path, ()):
                    one.gap()
        return True

    async def _old_step(self, serial: int) -> bool:
        path = next((path for path in self._listeners if not self._one_shots.stands(path)), None)
        if path is None:
            return False
        changes = await self._one_shots.arm(path)
        if self._client.connected and self._client.serial == serial:
            for one in self._listeners.get(path, ()):
                one.shallow = one.recursive
                for kind in changes:
                    one.offer(Change(kind, path))
        return True


def _some(missing: list[str]) -> list[str]:
    """As many of the paths as a request may well hold, and at least one."""
    size = 0
    for number, path in enumerate(missing):
        size += 4 + len(path.encode())
        if size > REQUEST_BYTES and number:
            return missing[:number]
    return missing
