"""One change to many viewers: zkdash's site beside a bare aiohttp loop that sends the same bytes.

Server and viewers are processes of their own. A change of zkdash's is a cluster that goes down or comes back: its card
is drawn, framed and sent, its event is written. The bare loop has a ready string.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from bench import report
from bench.report import Curve

UNITS = {"median": "ms", "p99": "ms", "last": "ms", "CPU": "ms of the server", "a viewer": "KiB of memory"}
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


def measure(name: str, viewers: int, changes: int, size: int) -> tuple[list[dict[str, float]], int]:
    """Figures of each change after the first, and how many bytes a viewer got at first."""
    with process("bench.live_server", name, str(size)) as server:
        port = server.read()[0]
        server.write()
        empty_mib = float(server.read()[2])
        found = []
        with process("bench.live_viewers", port, str(viewers), PATH) as watching:
            watching.read()
            for change in range(changes + 1):
                watching.write()
                watching.read()
                server.write()
                *at, first_size = map(int, watching.read())
                began, cpu_ms, mib, _ = map(float, server.read())
                median, p99, last = ((when - began) / 1e6 for when in at)
                figures = {"median": median, "p99": p99, "last": last, "CPU": cpu_ms}
                figures["a viewer"] = 1024 * max(0.0, mib - empty_mib) / viewers
                if change:  # the first was the warm-up
                    found.append(figures)
        return found, first_size


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench viewers")
    parser.add_argument("--counts", default="1,100,1000,10000", help="numbers of viewers, comma separated")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--quick", action="store_true")
    options, _ = parser.parse_known_args()
    counts = "1,1000" if options.quick else options.counts
    for count in map(int, counts.split(",")):
        title = f"One change to {count:,} viewers"
        if report.known(title):
            continue
        report.tell(title)
        zkdash, size = measure("zkdash", count, options.runs, 0)
        bare, _ = measure("bare", count, options.runs, size)
        curve = Curve("viewers", count, DRAWN)
        report.table(title, {"zkdash": zkdash, "bare aiohttp": bare}, UNITS, limit="bare aiohttp", curve=curve)


if __name__ == "__main__":
    main()
