"""Medians in a table for people and JSON lines for programs."""

from __future__ import annotations

import json
import platform
import statistics
import sys
from collections.abc import Mapping, Sequence


def tell(line: str) -> None:
    """Say at once how far a run has got."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def table(title: str, runs: Mapping[str, Sequence[Mapping[str, float]]], units: Mapping[str, str]) -> None:
    """Print median (min to max) of each figure of each contender; then the same as one JSON line per contender."""
    print(f"\n## {title}\n\nPython {platform.python_version()}, {platform.system()}, medians (min-max)\n")
    print("| | " + " | ".join(f"{name} [{unit}]" for name, unit in units.items()) + " |")
    print("|---" * (len(units) + 1) + "|")
    for contender, figures in runs.items():
        cells = [_cell([run[name] for run in figures if name in run]) for name in units]
        print(f"| {contender} | " + " | ".join(cells) + " |")
    print()
    for contender, figures in runs.items():
        print(json.dumps({"bench": title, "contender": contender, "runs": figures}))


def _cell(values: Sequence[float]) -> str:
    if not values:
        return "-"
    return f"{statistics.median(values):.3g} ({min(values):.3g}-{max(values):.3g})"
