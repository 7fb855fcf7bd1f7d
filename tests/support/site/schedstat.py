"""What the kernel says of a process' time (Linux' schedstat): beside sitecustomize.py, which imports it by its name."""

from __future__ import annotations

import contextlib
import os
import threading
from pathlib import Path

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
