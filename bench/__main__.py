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
from pathlib import Path

import bench
from bench import plots, report

SUPPORT = {"__main__", "app", "live_server", "live_viewers", "plots", "processes", "readers", "report", "trees"}
QUICK = ("viewers", "pages", "states", "transitions", "recognise")
"""Those that give a first picture, in under 3 minutes together."""
RESULTS = Path(__file__).parent.parent / ".bench" / "results.jsonl"


def main() -> int:
    names = sorted(module.name for module in pkgutil.iter_modules([str(Path(bench.__file__).parent)]))
    there = [name for name in names if name not in SUPPORT]
    parser = argparse.ArgumentParser(prog="bench", description=__doc__, allow_abbrev=False)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(there))
    parser.add_argument("--quick", action="store_true", help="fewer points and fewer runs")
    parser.add_argument("--fresh", action="store_true", help="forget what was measured before")
    parser.add_argument("--results", type=Path, help=f"where results are kept ({RESULTS.parent.name}/{RESULTS.name})")
    parser.add_argument("--plots", type=Path, help="draw the curves into this folder")
    options, rest = parser.parse_known_args()
    if unknown := [name for name in options.names if name not in there]:
        parser.error(f"no benchmark {', '.join(unknown)}; there are {', '.join(there)}")
    results = options.results or (RESULTS.with_name("quick.jsonl") if options.quick else RESULTS)
    results.parent.mkdir(parents=True, exist_ok=True)
    if options.fresh or (options.quick and not options.results):
        results.unlink(missing_ok=True)
    os.environ[report.RESULTS] = str(results)
    asked = options.names or (QUICK if options.quick else there)
    for number, name in enumerate(asked, 1):
        report.tell(f"[{number} of {len(asked)}] {name}")
        began = time.monotonic()
        sys.argv = [name, *rest, *(["--quick"] if options.quick else [])]
        importlib.import_module(f"bench.{name}").main()
        report.tell(f"[{number} of {len(asked)}] {name}: {time.monotonic() - began:.0f} s")
    if options.plots is not None:
        draw(results, options.plots)
    return 0


def draw(results: Path, folder: Path) -> None:
    if importlib.util.find_spec("matplotlib") is None:
        report.tell("the curves are not drawn: pip install 'zkdash[bench]'")
        return
    for path in plots.draw_all(report.read(results), folder):
        report.tell(f"drawn: {path}")


if __name__ == "__main__":
    sys.exit(main())
