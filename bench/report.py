"""Medians in a table for people, JSON lines for programs, and what was measured before when a run goes on."""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import resource
import statistics
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from zkdash.demo.installation import find_zookeeper
from zkdash.errors import StartError

RESULTS = "ZKDASH_BENCH_RESULTS"
"""The environment variable that names the file of JSON lines to add to; without it nothing is kept."""
VERSIONS = ("aiohttp", "asab", "kazoo", "sqlalchemy", "orjson")
RUNS = 5
"""How often each contender is measured, by turns, after a warm-up."""
QUICK_RUNS = 2


@dataclass(frozen=True, slots=True)
class Curve:
    """Where on a scaling curve a table stands: "viewers" at 1,000; `figures` are those to draw."""

    name: str
    at: float
    figures: tuple[str, ...]


def arguments(name: str, **values: str) -> argparse.Namespace:
    """What a benchmark was asked for: --runs, --quick (fewer), and `values` with their defaults."""
    parser = argparse.ArgumentParser(prog=f"bench {name}", allow_abbrev=False)
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--quick", action="store_true")
    for option, default in values.items():
        parser.add_argument(f"--{option}", default=default, help=f"comma separated ({default})")
    options, _ = parser.parse_known_args()
    options.runs = min(options.runs, QUICK_RUNS) if options.quick else options.runs
    return options


def many_files() -> None:
    """Let this process and those that it starts open as many files as the system allows."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


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


def rounds(
    title: str, contenders: Mapping[str, Callable[[], Mapping[str, float]]], runs: int, *, warm_up: bool = True
) -> dict[str, list[dict[str, float]]]:
    """The figures of each contender, measured by turns; a first round is to warm up and is thrown away.

    Each round is kept beside the results when it is over, so that a run which was stopped goes on after it.
    """
    parts = _parts()
    found: dict[str, list[dict[str, float]]] = {name: [] for name in contenders}
    for line in read(parts) if parts else ():
        if line["bench"] == title and set(line["round"]) == set(contenders):
            for name, figures in line["round"].items():
                found[name].append(figures)
    before = min(map(len, found.values()))
    for number in range(before if not warm_up or before >= runs else -1, runs):
        if 0 <= number < before:
            continue
        figures = {}
        for name, measure in contenders.items():
            tell(f"{title}, {f'run {number + 1} of {runs}' if number >= 0 else 'warm-up'}: {name}")
            figures[name] = dict(measure())
        if number >= 0:
            for name, one in figures.items():
                found[name].append(one)
            if parts:
                _add(parts, {"bench": title, "round": figures})
    return found


def _parts() -> Path | None:
    kept = os.environ.get(RESULTS)
    return Path(kept).with_suffix(".rounds.jsonl") if kept else None


def _add(path: Path, line: Mapping[str, Any]) -> None:
    with path.open("a") as file:
        file.write(json.dumps(line) + "\n")


def forget(results: Path) -> None:
    """Begin anew."""
    for path in (results, results.with_suffix(".rounds.jsonl")):
        path.unlink(missing_ok=True)


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
        line: dict[str, Any] = {"bench": title, "contender": contender, "units": dict(units), "runs": list(figures)}
        line |= {"machine": machine(), "load": round(os.getloadavg()[0], 1)}
        if limit:
            line["limit"] = limit
        if curve is not None:
            line["curve"] = {"name": curve.name, "at": curve.at, "figures": curve.figures}
        print(json.dumps(line))
        if kept:
            _add(Path(kept), line)


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
        "CPU": _first("/proc/cpuinfo", "model name"),
        "cores": str(os.cpu_count()),
        "memory": _memory(),
    }
    return found | {"ZooKeeper": _zookeeper()} | {name: version(name) for name in VERSIONS}


def _first(file: str, field: str) -> str:
    """What a file of /proc says first of a field."""
    path = Path(file)
    lines = path.read_text().splitlines() if path.is_file() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(field)), "unknown")


def _memory() -> str:
    said = _first("/proc/meminfo", "MemTotal").partition(" ")[0]
    return f"{int(said) / 2**20:.0f} GiB" if said.isdigit() else said


def _zookeeper() -> str:
    """The version of the servers that are measured with."""
    try:
        there = find_zookeeper()
    except StartError:
        return "none"
    main = ["-cp", there.classpath, "org.apache.zookeeper.version.VersionInfoMain"]
    said = subprocess.run([there.java, *main], capture_output=True, text=True).stdout
    found = re.search(r"version:? (\d+(?:\.\d+)+)", said)
    return found[1] if found else "unknown"


def _cell(values: Sequence[float]) -> str:
    if not values:
        return "-"
    return f"{statistics.median(values):.3g} ({min(values):.3g}-{max(values):.3g})"


def _ratios(name: str, figures: Sequence[Mapping[str, float]], limits: Sequence[Mapping[str, float]]) -> str:
    found = ratio(name, figures, limits)
    return "-" if found is None else f"{found:.3g}"


def ratio(figure: str, ours: Sequence[Mapping[str, float]], theirs: Sequence[Mapping[str, float]]) -> float | None:
    """The median of the ratios of a figure, run by run; None where there is none."""
    pairs = zip(ours, theirs, strict=False)
    found = [one[figure] / other[figure] for one, other in pairs if figure in one and other.get(figure)]
    return statistics.median(found) if found else None
