"""python -m bench [NAME ...]: run the named benchmarks, or all."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from pathlib import Path

import bench

SUPPORT = {"__main__", "processes", "readers", "report", "trees"}


def main() -> int:
    names = sorted(module.name for module in pkgutil.iter_modules([str(Path(bench.__file__).parent)]))
    there = [name for name in names if name not in SUPPORT]
    asked = sys.argv[1:] or there
    if unknown := [name for name in asked if name not in there]:
        sys.stderr.write(f"no benchmark {', '.join(unknown)}; there are {', '.join(there)}\n")
        return 2
    for name in asked:
        importlib.import_module(f"bench.{name}").main()
    return 0


if __name__ == "__main__":
    sys.exit(main())
