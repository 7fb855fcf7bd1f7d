"""python -m bench [NAME ...] [--quick] [--fresh] [--results FILE] [--plots FOLDER]: the named benchmarks, or all.

Results are kept as JSON lines in FILE, so that a run which was stopped goes on where it was; --fresh begins anew. What
else is written on the command line is for the benchmarks: python -m bench viewers --counts 1,100
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import os
import pkgutil
import sys
import time
from itertools import takewhile
from pathlib import Path

import bench
from bench import page, plots, report

SUPPORT = {
    "__main__",
    "app",
    "bare_clients",
    "curves",
    "kazoo_peer",
    "live_server",
    "live_viewers",
    "loads",
    "page",
    "peers",
    "plots",
}
SUPPORT |= {"processes", "profile", "readers", "report", "rows", "trees"}
QUICK = ("viewers", "pages", "states", "transitions", "recognise")
"""Those that give a first picture, in under 3 minutes together."""
STOPPED = 130
"""As a shell says of what Ctrl-C ended."""
RESULTS = Path(__file__).parent.parent / ".bench" / "results.jsonl"


def benchmarks() -> list[str]:
    """The names of all that measure something."""
    names = sorted(module.name for module in pkgutil.iter_modules([str(Path(bench.__file__).parent)]))
    return [name for name in names if name not in SUPPORT]


def main() -> int:
    there = benchmarks()
    usage = "python -m bench [NAME ...] [options] [options of the benchmarks]"
    named = f"NAME: {', '.join(there)}"
    parser = argparse.ArgumentParser(usage=usage, description=__doc__, epilog=named, allow_abbrev=False)
    parser.add_argument("--quick", action="store_true", help="fewer points and fewer runs")
    parser.add_argument("--fresh", action="store_true", help="forget what was measured before")
    parser.add_argument("--results", type=Path, help=f"where results are kept ({RESULTS.parent.name}/{RESULTS.name})")
    parser.add_argument("--plots", type=Path, help="draw the curves into this folder, and fill the page beside it")
    options, left = parser.parse_known_args()
    names = list(takewhile(lambda word: not word.startswith("-"), left))
    rest = left[len(names) :]
    if unknown := [name for name in names if name not in there]:
        parser.error(f"no benchmark {', '.join(unknown)}; there are {', '.join(there)}")
    results = options.results or (RESULTS.with_name("quick.jsonl") if options.quick else RESULTS)
    results.parent.mkdir(parents=True, exist_ok=True)
    if options.fresh or (options.quick and not options.results):
        report.forget(results)
    os.environ[report.RESULTS] = str(results)
    asked = names or (QUICK if options.quick else there)
    for number, name in enumerate(asked, 1):
        report.tell(f"[{number} of {len(asked)}] {name}")
        began = time.monotonic()
        sys.argv = [name, *rest, *(["--quick"] if options.quick else [])]
        try:
            importlib.import_module(f"bench.{name}").main()
        except KeyboardInterrupt:
            report.tell("stopped: the same command goes on here")
            return STOPPED
        report.tell(f"[{number} of {len(asked)}] {name}: {time.monotonic() - began:.0f} s")
    if options.plots is not None:
        draw(results, options.plots)
    return 0


def draw(results: Path, folder: Path) -> None:
    if importlib.util.find_spec("matplotlib") is None:
        report.tell("the curves are not drawn: pip install 'zkdash[bench]'")
        return
    page.publish(results, folder)
    for path in plots.draw_all(report.read(folder / page.RESULTS), folder):
        report.tell(f"drawn: {path}")
    if (text := folder.with_suffix(".md")).is_file():
        page.fill(text)
        report.tell(f"filled: {text}")


if __name__ == "__main__":
    sys.exit(main())
