"""Free ports of this machine, and waiting for what others do."""

from __future__ import annotations

import random
import socket
import time
from collections.abc import Callable
from typing import TypeVar

from zkdash.errors import StartError

T = TypeVar("T")
LOOPBACK = "127.0.0.1"
# Below the kernel's range for outgoing connections (32768 up): the port of a killed server stays free for its return.
PORTS = range(17_000, 32_000)

_given_ports: set[int] = set()


def free_port() -> int:
    """A loopback port that nobody listens on now and that this process hasn't been given before."""
    for port in random.sample(PORTS, 2_000):
        if port not in _given_ports and is_free(port):
            _given_ports.add(port)
            return port
    raise StartError(f"no free port on {LOOPBACK} between {PORTS.start} and {PORTS.stop}")


def is_free(port: int) -> bool:
    """Whether a server could listen on this loopback port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def wait_until(condition: Callable[[], T | None], deadline_s: float, what: str) -> T:
    """The first true value of `condition`, asked every 20 ms; TimeoutError with `what` after `deadline_s` seconds."""
    ends = time.monotonic() + deadline_s
    while True:
        if value := condition():
            return value
        if time.monotonic() > ends:
            raise TimeoutError(f"waited {deadline_s:g} s for {what}")
        time.sleep(0.02)
