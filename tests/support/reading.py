"""A read-only client of a server, connected, for the tests of the protocol."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

from tests.support.until import until
from zkdash.zookeeper.client import ReadOnlyClient
from zkdash.zookeeper.states import Signal


@contextlib.asynccontextmanager
async def reading(
    hosts: str, *, signals: list[Signal] | None = None, session_timeout_s: float = 6.0, connected: bool = True
) -> AsyncIterator[ReadOnlyClient]:
    """A client with a session of its own; `signals` collects what its connection says."""
    said: list[Signal] = [] if signals is None else signals
    client = ReadOnlyClient(hosts, session_timeout_s=session_timeout_s, listener=said.append)
    client.start_async()
    try:
        if connected:
            await until(lambda: client.connected, 10, f"a session with {hosts}")
        yield client
    finally:
        await client.close_async(0.5)
