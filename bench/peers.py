"""Peers that pip installs, each in an environment of its own, made once: nothing of zkdash's is beside them."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import venv
from collections.abc import Iterator
from pathlib import Path

import psutil

from bench import report

FOLDER = Path(__file__).parent.parent / ".bench" / "peers"
REQUIREMENTS = {
    "kazoo": ("kazoo==2.11.0",),
    "pyzkui": ("PyZkUI==1.2.2", "setuptools<80"),
    "zk-shell": ("zk-shell==1.3.4", "kazoo==2.11.0", "setuptools<80"),
}
KAZOO = str(Path(__file__).with_name("kazoo_peer.py"))
"""What runs there needs nothing but kazoo."""
END = "that was all"
ZK_SHELL = f"""
import sys
from zk_shell.shell import Shell
shell = Shell([sys.argv[1]], 10, setup_readline=False, output=sys.stdout, asynchronous=False, read_only=False)
for line in sys.stdin:
    shell.onecmd(line.strip())
    print({END!r}, flush=True)
"""
"""As its command does, which begins only when it has read the last line."""


def python(peer: str) -> str | None:
    """The Python of this peer's environment; None where it can't be had, which is said."""
    folder = FOLDER / peer
    there, ready = folder / "bin" / "python", folder / "requirements"
    if not ready.is_file() or ready.read_text().split() != list(REQUIREMENTS[peer]):
        report.tell(f"installing {', '.join(REQUIREMENTS[peer])} into an environment of its own")
        venv.create(folder, with_pip=True, clear=True)
        pip = [str(there), "-m", "pip", "install", "-q", "--disable-pip-version-check", *REQUIREMENTS[peer]]
        if subprocess.run(pip).returncode:
            report.tell(f"{peer} could not be installed: it is left out")
            return None
        ready.write_text("\n".join(REQUIREMENTS[peer]))
    return str(there)


def kazoo() -> str:
    """The Python that has kazoo and nothing else; this one's, which has it too, where there is no pip."""
    return python("kazoo") or sys.executable


class Peer:
    """A peer's process, which answers lines."""

    def __init__(self, *command: str, end: str = "") -> None:
        self.popen = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        self.process = psutil.Process(self.popen.pid)
        self._end = end

    def ask(self, line: str) -> list[str]:
        """What it says to a line: one line, or all before the one that ends an answer."""
        assert self.popen.stdin is not None
        assert self.popen.stdout is not None
        self.popen.stdin.write(line + "\n")
        self.popen.stdin.flush()
        said: list[str] = []
        for answer in self.popen.stdout:
            if self._end and answer.strip() == self._end:
                return said
            said.append(answer.rstrip("\n"))
            if not self._end:
                return said
        raise AssertionError("it has ended")


@contextlib.contextmanager
def kazoo_client(hosts: str) -> Iterator[Peer]:
    """A plain KazooClient that lists, searches and crawls."""
    with _running(Peer(kazoo(), KAZOO, "serve", hosts)) as peer:
        yield peer


@contextlib.contextmanager
def zk_shell(hosts: str) -> Iterator[Peer | None]:
    """zk-shell's own shell that reads commands from its input; None where it can't be had."""
    there = python("zk-shell")
    if there is None:
        yield None
        return
    with _running(Peer(there, "-c", ZK_SHELL, hosts, end=END)) as one:
        yield one


@contextlib.contextmanager
def _running(peer: Peer) -> Iterator[Peer]:
    try:
        yield peer
    finally:
        peer.popen.kill()
        peer.popen.wait()
