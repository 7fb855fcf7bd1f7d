"""One change to many viewers: zkdash's site beside a bare aiohttp loop that sends the same bytes.

Each server and each one's viewers are processes of their own, all there from the beginning; they change by turns. A
change of zkdash's is a cluster that goes down or comes back: its card is drawn, framed and sent, its event is written.
The bare loop has a ready string; "send_json" makes JSON of it for each viewer, gathered; "one frame" writes a ready
frame to every transport, which is the least that can be done.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from bench import report
from bench.report import Curve

UNITS = {"median": "ms", "p99": "ms", "last": "ms", "CPU": "ms of the server", "a viewer": "KiB of memory"}
LIMIT = "bare aiohttp"
DRAWN = ("p99", "CPU", "a viewer")
PATH = "/live?topic=frame&topic=overview"


class Process:
    """A process that answers lines."""

    def __init__(self, *arguments: str) -> None:
        self.popen = subprocess.Popen(
            [sys.executable, "-m", *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def read(self) -> list[str]:
        words = self.popen.stdout.readline().split()
        assert words, "it has ended"
        return words

    def write(self) -> None:
        self.popen.stdin.write("\n")
        self.popen.stdin.flush()


@contextmanager
def process(*arguments: str) -> Iterator[Process]:
    one = Process(*arguments)
    try:
        yield one
    finally:
        one.popen.kill()
        one.popen.wait()


class Side:
    """A server and its viewers."""

    def __init__(self, stack: ExitStack, name: str, viewers: int, size: int) -> None:
        self.viewers, self.size = viewers, size
        self._server = stack.enter_context(process("bench.live_server", name, str(size)))
        port = self._server.read()[0]
        self._server.write()
        self._empty_mib = float(self._server.read()[2])
        self._watching = stack.enter_context(process("bench.live_viewers", port, str(viewers), PATH))
        self._watching.read()

    def change(self) -> dict[str, float]:
        """What one change took, and how many bytes a viewer got."""
        self._watching.write()
        self._watching.read()
        self._server.write()
        *at, self.size = map(int, self._watching.read())
        began, cpu_ms, mib, _ = map(float, self._server.read())
        median, p99, last = ((when - began) / 1e6 for when in at)
        kib = 1024 * max(0.0, mib - self._empty_mib) / self.viewers
        return {"median": median, "p99": p99, "last": last, "CPU": cpu_ms, "a viewer": kib}


def measure(title: str, viewers: int, runs: int, ways: Sequence[str]) -> dict[str, list[dict[str, float]]]:
    """All servers and their viewers are there from the beginning, and change by turns."""
    with ExitStack() as stack:
        sides = {"zkdash": Side(stack, "zkdash", viewers, 0)}
        sides["zkdash"].change()
        for way in ways:
            sides[way] = Side(stack, way, viewers, sides["zkdash"].size)
        return report.rounds(title, {name: side.change for name, side in sides.items()}, runs)


def main() -> None:
    options = report.arguments("viewers", counts="1,100,1000,10000")
    report.many_files()
    for count in map(int, ("1,1000" if options.quick else options.counts).split(",")):
        title = f"One change to {count:,} viewers"
        if report.known(title):
            continue
        runs = measure(title, count, options.runs, (LIMIT,) if options.quick else (LIMIT, "send_json", "one frame"))
        report.table(title, runs, UNITS, limit=LIMIT, curve=Curve("viewers", count, DRAWN))


if __name__ == "__main__":
    main()
