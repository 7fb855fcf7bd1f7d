"""python -m bench.profile NAME … [--seconds S] [--keep]: where the time goes at the bend of a curve, by py-spy.

Each NAME starts what the benchmark of that name has at its bend, keeps it busy, and samples the process that is under
load. What is idle is not counted. --keep puts the shares where docs/performance.md is filled from.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import linecache
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import aiosqlite.core

from bench import loads, page, report

RATE = 250
"""Samples a second."""
FUNCTIONS = 10
LEAST_SHARE = 2
WAITING = {
    ("concurrent/futures/thread.py", "_worker"),
    ("selectors.py", "select"),
    ("threading.py", "wait"),
    ("queue.py", "get"),
    ("asab/application.py", "_watchdog"),
}
OURS = ("zkdash/", "templates/")
LIBRARIES = ("aiohttp", "kazoo", "sqlalchemy", "aiosqlite", "jinja2", "orjson", "asab", "alembic", "yarl", "multidict")

Stack = tuple[str, ...]
"""Frames as py-spy writes them, `function (file:line)`, the innermost last."""


def stacks(raw: str) -> Counter[Stack]:
    """What py-spy sampled: each stack with its count; threads that wait for work are left out."""
    found: Counter[Stack] = Counter()
    for line in raw.splitlines():
        frames, _, count = line.rpartition(" ")
        stack = tuple(frames.split(";"))
        if not waits(stack[-1]):
            found[stack] += int(count)
    return found


def waits(frame: str) -> bool:
    """Whether the innermost frame waits: for a socket, for something to do, for a lock.

    aiosqlite's thread waits and works in the same function, so its line says which.
    """
    file = file_of(frame)
    if file.startswith("aiosqlite"):
        return ".get()" in linecache.getline(aiosqlite.core.__file__, int(frame.rstrip(")").rpartition(":")[2]))
    function = frame.rpartition(" (")[0].rpartition(".")[2]
    return (file, function) in WAITING


def file_of(frame: str) -> str:
    return frame.rpartition("(")[2].rstrip(")").partition(":")[0]


def library_of(frame: str) -> str:
    """zkdash's room, a library, or "Python" for its standard library and all the rest."""
    file = file_of(frame)
    if file.startswith(OURS):
        parts = file.split("/")
        return "templates" if parts[0] == "templates" else "/".join(parts[:2]).removesuffix(".py")
    return next((name for name in LIBRARIES if f"{name}/" in f"{file}/"), "Python")


def innermost(stack: Stack, wanted: Iterable[str]) -> str | None:
    """The frame next to the work whose file begins with one of those."""
    return next((frame for frame in reversed(stack) if file_of(frame).startswith(tuple(wanted))), None)


def by_library(found: Counter[Stack]) -> Counter[str]:
    """Whose code was at work: the standard library works for who called it."""
    shares: Counter[str] = Counter()
    for stack, count in found.items():
        names = (library_of(frame) for frame in reversed(stack))
        shares[next((name for name in names if name != "Python"), "Python")] += count
    return shares


def by_function(found: Counter[Stack]) -> Counter[str]:
    """Which function of zkdash's worked, or let others work; where there is none, the innermost function."""
    shares: Counter[str] = Counter()
    for stack, count in found.items():
        shares[named(innermost(stack, OURS) or stack[-1])] += count
    return shares


def named(frame: str) -> str:
    """`web/live.py: flush`."""
    function, file = frame.rpartition(" (")[0], file_of(frame)
    short = "/".join(file.split("/")[-3:]).removeprefix("zkdash/")
    return f"{short}: {function}"


def shares(counts: Counter[str], most: int) -> dict[str, int]:
    """Percent of all, the greatest first, without what is hardly there."""
    total = counts.total() or 1
    percents = ((name, round(100 * count / total)) for name, count in counts.most_common(most))
    return {name: share for name, share in percents if share >= LEAST_SHARE}


def sample(load: loads.Load, seconds: float) -> str:
    """py-spy's raw lines of a process while it is kept busy."""
    with tempfile.TemporaryDirectory(prefix="zkdash-bench-") as folder:
        file = Path(folder) / "raw"
        command = [str(Path(sys.executable).with_name("py-spy")), "record", "--pid", str(load.pid), "--format", "raw"]
        command += ["--rate", str(RATE), "--duration", f"{seconds:.0f}", "--output", str(file)]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as spy:
            load.drive(seconds)
            said = spy.communicate()[1]
        if not file.is_file():
            raise RuntimeError(f"py-spy could not sample: {said.strip()}")
        return file.read_text()


def profile(name: str, seconds: float) -> dict[str, Any]:
    with loads.LOADS[name]() as load:
        report.tell(f"{name}: sampling {load.what} for {seconds:.0f} s")
        found = stacks(sample(load, seconds))
    libraries, functions = shares(by_library(found), FUNCTIONS), shares(by_function(found), FUNCTIONS)
    return {"of": load.what, "samples": found.total(), "rooms": libraries, "functions": functions}


def keep(name: str, found: dict[str, Any]) -> None:
    file = page.PAGE.with_suffix("") / page.PROFILES
    file.parent.mkdir(exist_ok=True)
    kept = json.loads(file.read_text()) if file.is_file() else {}
    file.write_text(json.dumps(dict(sorted((kept | {name: found}).items())), indent=1, ensure_ascii=False) + "\n")


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.profile", description=__doc__)
    parser.add_argument("names", nargs="+", metavar="NAME", choices=loads.LOADS, help=", ".join(loads.LOADS))
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--keep", action="store_true")
    options = parser.parse_args()
    if importlib.util.find_spec("py_spy") is None and not Path(sys.executable).with_name("py-spy").is_file():
        parser.error("it needs py-spy: pip install 'zkdash[bench]'")
    for name in options.names:
        found = profile(name, options.seconds)
        print(page.of_profile(name, {name: found}))
        if options.keep:
            keep(name, found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
