"""What the kernel says of a process' time (Linux' schedstat): beside sitecustomize.py, which imports it by its name."""

from __future__ import annotations

import collections
import contextlib
import logging
import os
import threading
import time
from pathlib import Path

SAMPLE_S = 0.02
KEPT_S = 30.0
SLOW_S = 0.1
STAT = Path("/proc/stat")
TICK_S = 1 / os.sysconf("SC_CLK_TCK")


class Account:
    """What the kernel says of the threads in `folder` (/proc/self/task): seconds, all together, since it began.

    A thread that has ended keeps what it waited: a sum over those that are there would go back.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._main = str(os.getpid())
        self._lock = threading.Lock()
        self._last_ns: dict[str, int] = {}
        self._waited_ns = 0

    def now(self) -> tuple[float, float, float]:
        """(ready to run and not running, taken by the host of a virtual machine, computed by the main thread).

        What the host takes (steal, in ticks of 10 ms) is in neither of the others.
        """
        computed_s = 0.0
        with self._lock:
            for thread in self._folder.iterdir():
                with contextlib.suppress(OSError):  # it has just ended
                    computed_ns, waited_ns, _ = map(int, (thread / "schedstat").read_text().split())
                    last_ns = self._last_ns.get(thread.name, 0)
                    self._last_ns[thread.name] = waited_ns
                    self._waited_ns += waited_ns - last_ns if waited_ns >= last_ns else waited_ns
                    if thread.name == self._main:
                        computed_s = computed_ns / 1e9
            return self._waited_ns / 1e9, int(STAT.read_text().split(maxsplit=9)[8]) * TICK_S, computed_s


class WaitingTakenOff(logging.Filter):
    """Drops asyncio's warnings of callbacks that were not slow themselves."""

    def __init__(self, account: Account) -> None:
        super().__init__()
        self._account = account
        self._samples: collections.deque[tuple[float, tuple[float, float, float]]]
        self._samples = collections.deque(maxlen=int(KEPT_S / SAMPLE_S))

    def start(self) -> WaitingTakenOff:
        """Look at the account all the time from now on."""
        threading.Thread(target=self._work, name="schedstat", daemon=True).start()
        return self

    def _work(self) -> None:
        while True:
            self.look()
            time.sleep(SAMPLE_S)

    def look(self) -> None:
        """Once. The moment is that after the look: one of before says nothing of what was waited in between."""
        said = self._account.now()
        self._samples.append((time.monotonic(), said))

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
