"""What a process takes of the machine, and how late the machine is."""

from __future__ import annotations

import threading
import time

import psutil

BEAT_S = 0.05


def taken(pid: int) -> dict[str, float]:
    """Threads, file descriptors, connected sockets and memory of a process."""
    process = psutil.Process(pid)
    sockets = [one for one in process.net_connections("inet") if one.status == psutil.CONN_ESTABLISHED]
    memory = process.memory_info().rss / 2**20
    return {"threads": process.num_threads(), "files": process.num_fds(), "sockets": len(sockets), "MiB": memory}


class Lateness:
    """How late a thread that only sleeps was at worst: so much later than it should may be all that is timed."""

    def __init__(self) -> None:
        self.worst_s = 0.0
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="lateness", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._ends.set()
        self._thread.join(10)

    def _beat(self) -> None:
        while not self._ends.is_set():
            began = time.monotonic()
            time.sleep(BEAT_S)
            self.worst_s = max(self.worst_s, time.monotonic() - began - BEAT_S)
