"""Ending a program that a notifier has started."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal

_END_S = 1.0


async def end(process: asyncio.subprocess.Process) -> None:
    """End it with all that it has started, as far as that is in its process group, and give up its pipes."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_END_S):
            await process.wait()
    # Whoever left the group may hold a pipe open for ever, and asyncio has no other way to let go of it.
    process._transport.close()  # type: ignore[attr-defined]  # asyncio has no other way
