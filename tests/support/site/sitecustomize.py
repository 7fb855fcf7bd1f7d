"""Python imports this by itself at the start of every zkdash that the tests run (it is on their PYTHONPATH).

asyncio's debug mode tells of every callback that took more than 100 ms. On a busy machine most of those were done in
no time and waited for a processor, or for a thread that held Python's lock and waited for a processor itself. Here the
kernel's account of that waiting (Linux' schedstat) is taken off, so that what is left in the log is zkdash's own doing.
"""

from __future__ import annotations

import collections
import contextlib
import logging
import os
import threading
import time
from pathlib import Path

from schedstat import TICK_S, Account

SAMPLE_S = 0.02
KEPT_S = 30.0
SLOW_S = 0.1


class WaitingTakenOff(logging.Filter):
    """Drops asyncio's warnings of callbacks that were not slow themselves."""

    def __init__(self, account: Account) -> None:
        super().__init__()
        self._account = account
        self._samples: collections.deque[tuple[float, tuple[float, float, float]]]
        self._samples = collections.deque(maxlen=int(KEPT_S / SAMPLE_S))
        threading.Thread(target=self._sample, name="schedstat", daemon=True).start()

    def _sample(self) -> None:
        while True:
            self._samples.append((time.monotonic(), self._account.now()))
            time.sleep(SAMPLE_S)

    def filter(self, record: logging.LogRecord) -> bool:
        if not str(record.msg).startswith("Executing %s took") or not isinstance(record.args, tuple):
            return True
        took_s = float(record.args[1])  # type: ignore[arg-type]  # asyncio's second argument is a float
        began = time.monotonic() - took_s
        before = next((said for at, said in reversed(tuple(self._samples)) if at <= began), (0.0, 0.0, 0.0))
        waited_s, stolen_s, computed_s = (new - old for new, old in zip(self._account.now(), before, strict=True))
        if waited_s > TICK_S or stolen_s:
            stolen_s += TICK_S  # the part of a tick that is not told yet
        own_s = took_s - waited_s - stolen_s
        record.msg += " (all in all %.3f: %.3f waiting for a processor, %.3f taken by the host, %.3f computing)"
        record.args = (record.args[0], own_s, took_s, waited_s, stolen_s, computed_s)
        return own_s > SLOW_S


if Path("/proc/self/schedstat").exists():
    logging.getLogger("asyncio").addFilter(WaitingTakenOff(Account(Path("/proc/self/task"))))


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
