"""What a server sends within a session, in whatever pieces: replies to reads and to watches, and what watches tell."""

from __future__ import annotations

import asyncio
from typing import cast

from kazoo.protocol.serialization import Exists, GetACL, GetChildren2, GetData
from kazoo.protocol.states import KeeperState

from zkdash.zookeeper.client import ReadOnlyClient
from zkdash.zookeeper.frames import Frames
from zkdash.zookeeper.multiread import GetAllChildrenNumber, MultiRead
from zkdash.zookeeper.raw_reads import RawRead
from zkdash.zookeeper.watch_records import AddWatch, RemoveWatches, SetWatches2, WatchesOf, WatchMode

ASKED = (
    AddWatch("/a", WatchMode.PERSISTENT_RECURSIVE),
    MultiRead((GetData("/a", None), GetChildren2("/a", None))),
    SetWatches2(7, ("/a",), ("/",)),
    GetAllChildrenNumber("/a"),
    RawRead(MultiRead.type, b""),
    GetData("/a", None),
    GetChildren2("/a", None),
    Exists("/a", None),
    GetACL("/a"),
    RemoveWatches("/a", WatchesOf.ANY),
)
"""The requests that wait for replies, in their order; their numbers begin at 1."""
PIECE = 96


class Wire(asyncio.Transport):
    """Goes nowhere."""

    def __init__(self) -> None:
        super().__init__()
        self.aborted = False

    def write(self, data: object) -> None:
        """It goes nowhere."""

    def abort(self) -> None:
        self.aborted = True

    def pause_reading(self) -> None:
        """What is to come waits in `hear`."""

    def resume_reading(self) -> None:
        """Likewise."""


async def hear(data: bytes) -> None:
    """What a server may send costs its connection at worst: nobody waits for ever, and changes have paths."""
    client = ReadOnlyClient("127.0.0.1:1", session_timeout_s=4.0, listener=lambda _: None)
    client._state = KeeperState.CONNECTED
    connection, wire = client._connection, Wire()
    results = [client.handler.async_result() for _ in ASKED]
    client._pending.extend((one, result, xid) for xid, (one, result) in enumerate(zip(ASKED, results, strict=True), 1))
    listeners = [client.watches.subscribe("/a"), client.watches.subscribe("/", recursive=True)]
    client.watches._set.update({"/a": WatchMode.PERSISTENT, "/": WatchMode.PERSISTENT_RECURSIVE})
    frames = Frames(lambda: None)
    frames.connection_made(cast(asyncio.BaseTransport, wire))
    serving = asyncio.ensure_future(frames.serve(connection._dispatch, connection._too_long))
    await asyncio.sleep(0)
    for begin in range(0, len(data), PIECE):
        if wire.aborted:
            break
        frames.data_received(data[begin : begin + PIECE])
        await asyncio.sleep(0)
    frames.connection_lost(None)
    ended = (await asyncio.gather(serving, return_exceptions=True))[0]
    assert isinstance(ended, Exception)
    answered = len(results) - len(client._pending)
    assert all(result.ready() for result in results[:answered])
    for listener in listeners:
        assert all(isinstance(change.path, str) for change in listener._waiting)
    client.watches.stop()
    client.handler.stop()
