"""What was promised, row by row: by which benchmark it is measured, beside whom, its floor, its goal."""

from __future__ import annotations

import statistics
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import report

FILE = Path(__file__).with_name("rows.toml")


@dataclass(frozen=True, slots=True)
class Bound:
    """A number that must not be passed; with `of` it is so many times that contender's."""

    number: float
    of: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A promise: a `figure` of a `contender` in the results that have the title `measured`.

    With `worst` the worst run counts. What has no bound is there to compare with.
    """

    area: str
    what: str
    bench: str
    measured: str
    figure: str
    unit: str
    floor: Bound | None = None
    goal: Bound | None = None
    contender: str = "zkdash"
    beside: str = ""
    worst: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """What was measured of a row: median, least and most, how often, and the ratios to those it is beside."""

    median: float
    least: float
    most: float
    runs: int
    ratios: Mapping[str, float]
    counts: float

    def keeps(self, bound: Bound) -> bool:
        return (self.ratios.get(bound.of, float("inf")) if bound.of else self.counts) <= bound.number


def find(row: Row, results: Iterable[Mapping[str, Any]]) -> Found | None:
    """The newest results of a row."""
    runs = {line["contender"]: line["runs"] for line in results if line["bench"] == row.measured}
    values = [run[row.figure] for run in runs.get(row.contender, ()) if row.figure in run]
    if not values:
        return None
    others = {bound.of for bound in (row.floor, row.goal) if bound and bound.of} | ({row.beside} - {""})
    ratios = {other: report.ratio(row.figure, runs[row.contender], runs[other]) for other in others if other in runs}
    middle = statistics.median(values)
    known = {other: ratio for other, ratio in ratios.items() if ratio is not None}
    return Found(middle, min(values), max(values), len(values), known, max(values) if row.worst else middle)


def verdict(row: Row, found: Found | None) -> str:
    """How far it got."""
    if found is None:
        return "not measured"
    if row.goal is not None and found.keeps(row.goal):
        return "goal"
    if row.floor is not None and found.keeps(row.floor):
        return "floor"
    return "missed" if row.floor is not None or row.goal is not None else ""


def _bound(said: float | list[Any] | None) -> Bound | None:
    if said is None:
        return None
    return Bound(*said) if isinstance(said, list) else Bound(said)


def read_rows(file: Path = FILE) -> list[Row]:
    """All promises, in order."""
    said = tomllib.loads(file.read_text())["rows"]
    return [Row(**one | {key: _bound(one.get(key)) for key in ("floor", "goal")}) for one in said]
