"""Python imports this by itself at the start of every zkdash that the tests run (it is on their PYTHONPATH).

asyncio's debug mode tells of every callback that took more than 100 ms. On a busy machine most of those were done in
no time and waited for a processor, or for a thread that held Python's lock and waited for a processor itself. Here the
kernel's account of that waiting (Linux' schedstat) is taken off, so that what is left in the log is zkdash's own doing.
"""

from __future__ import annotations

import contextlib
import logging
import os
import threading
import time
from pathlib import Path

from schedstat import SAMPLE_S, Account, WaitingTakenOff

if Path("/proc/self/schedstat").exists():
    logging.getLogger("asyncio").addFilter(WaitingTakenOff(Account(Path("/proc/self/task"))).start())


def let_the_clock_jump(file: Path) -> None:
    """The wall clock is ahead by as many seconds as the file says; the monotonic one is never touched."""
    real_s, real_ns = time.time, time.time_ns
    ahead_s = [0.0]

    def look() -> None:
        while True:
            with contextlib.suppress(OSError, ValueError):
                ahead_s[0] = float(file.read_text())
            time.sleep(SAMPLE_S)

    threading.Thread(target=look, name="clock", daemon=True).start()
    time.time = lambda: real_s() + ahead_s[0]
    time.time_ns = lambda: real_ns() + int(ahead_s[0] * 1e9)


if "ZKDASH_TEST_CLOCK" in os.environ:
    let_the_clock_jump(Path(os.environ["ZKDASH_TEST_CLOCK"]))
