"""Child processes that never outlive us."""

from __future__ import annotations

import atexit
import ctypes
import os
import signal
import subprocess
import sys
import weakref
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO

PR_SET_PDEATHSIG = 1

# The kernel sends the "parent died" signal when the thread that forked ends, not the process. So all children
# are started by one thread that lives as long as the interpreter does.
_forker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="forker")
_children: weakref.WeakSet[subprocess.Popen[bytes]] = weakref.WeakSet()
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def spawn(
    command: Sequence[str],
    *,
    folder: Path,
    output: IO[bytes] | int,
    environment: Mapping[str, str] | None = None,
) -> subprocess.Popen[bytes]:
    """Start `command` in `folder`, in a process group of its own, killed by the kernel should we die in any way.

    Its own group keeps the Ctrl-C of a terminal away from it. Raises OSError when it can't be started.
    """

    def fork() -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            process_group=0,
            preexec_fn=_die_with_parent if _libc else None,
        )

    child = _forker.submit(fork).result()
    _children.add(child)
    return child


@atexit.register
def _kill_children() -> None:
    """Where the kernel doesn't do it (it is Linux that does)."""
    for child in _children:
        child.kill()


def _die_with_parent() -> None:
    if _libc:
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def end(process: subprocess.Popen[bytes], *, sign: signal.Signals = signal.SIGTERM, deadline_s: float = 10.0) -> None:
    """Signal a child and wait until it is gone; SIGKILL it when it takes longer than `deadline_s` seconds."""
    if process.poll() is not None:
        return
    process.send_signal(sign)
    process.send_signal(signal.SIGCONT)
    try:
        process.wait(deadline_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def python_environment(**more: str) -> dict[str, str]:
    """Our environment for a Python child: unbuffered output, and `more`."""
    return {**os.environ, "PYTHONUNBUFFERED": "1", **more}
