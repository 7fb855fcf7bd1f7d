"""Medians in a table for people, JSON lines for programs, and what was measured before when a run goes on."""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

RESULTS = "ZKDASH_BENCH_RESULTS"
"""The environment variable that names the file of JSON lines to add to; without it nothing is kept."""
VERSIONS = ("aiohttp", "kazoo", "sqlalchemy", "orjson")


@dataclass(frozen=True, slots=True)
class Curve:
    """Where on a scaling curve a table stands: "viewers" at 1,000; `figures` are those to draw."""

    name: str
    at: float
    figures: tuple[str, ...]


def tell(line: str) -> None:
    """Say at once how far a run has got."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def known(title: str) -> bool:
    """Whether this table is among the kept results already, so that a run that was stopped goes on where it was."""
    kept = os.environ.get(RESULTS)
    found = kept is not None and any(line["bench"] == title for line in read(Path(kept)))
    if found:
        tell(f"measured before: {title}")
    return found


def read(path: Path) -> list[dict[str, Any]]:
    """The kept results of a file, the oldest first; none if there is no such file."""
    return [json.loads(line) for line in path.read_text().splitlines()] if path.is_file() else []


def table(
    title: str,
    runs: Mapping[str, Sequence[Mapping[str, float]]],
    units: Mapping[str, str],
    *,
    limit: str = "",
    curve: Curve | None = None,
) -> None:
    """Print median (min to max) of each figure of each contender, and its ratio to `limit`'s, run by run.

    Then the same as one JSON line per contender, kept in the file that $ZKDASH_BENCH_RESULTS names.
    """
    print(f"\n## {title}\n\n{', '.join(f'{key} {value}' for key, value in machine().items())}; medians (min-max)\n")
    print("| | " + " | ".join(f"{name} [{unit}]" if unit else name for name, unit in units.items()) + " |")
    print("|---" * (len(units) + 1) + "|")
    for contender, figures in runs.items():
        cells = [_cell([run[name] for run in figures if name in run]) for name in units]
        print(f"| {contender} | " + " | ".join(cells) + " |")
    for contender, figures in runs.items():
        if limit in runs and contender != limit:
            cells = [_ratios(name, figures, runs[limit]) for name in units]
            print(f"| {contender}: times {limit} | " + " | ".join(cells) + " |")
    print()
    kept = os.environ.get(RESULTS)
    for contender, figures in runs.items():
        line = {"bench": title, "contender": contender, "runs": list(figures), "machine": machine()}
        if curve is not None:
            line["curve"] = {"name": curve.name, "at": curve.at, "figures": curve.figures}
        text = json.dumps(line)
        print(text)
        if kept:
            with Path(kept).open("a") as file:
                file.write(text + "\n")


@cache
def machine() -> dict[str, str]:
    """What it was measured on."""
    git = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=Path(__file__).parent, capture_output=True, text=True
    )
    found = {
        "commit": git.stdout.strip() or "unknown",
        "Python": platform.python_version(),
        "system": f"{platform.system()} {platform.release().split('-')[0]}",
        "cores": str(os.cpu_count()),
    }
    return found | {name: version(name) for name in VERSIONS}


def _cell(values: Sequence[float]) -> str:
    if not values:
        return "-"
    return f"{statistics.median(values):.3g} ({min(values):.3g}-{max(values):.3g})"


def _ratios(name: str, figures: Sequence[Mapping[str, float]], limits: Sequence[Mapping[str, float]]) -> str:
    pairs = zip(figures, limits, strict=False)
    found = [one[name] / other[name] for one, other in pairs if name in one and other.get(name)]
    return f"{statistics.median(found):.3g}" if found else "-"
