"""A server's metrics as its page lists them: grouped, explained, summaries in one row, chosen by a text. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from zkdash.web.filters import duration
from zkdash.web.metric_words import GROUPS, OTHER, Meaning, meaning_of

STATISTICS = ("cnt", "avg", "min", "p50", "p95", "p99", "p999", "max", "sum")
BYTES = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")
STATISTIC_WORDS = {"cnt": "count", "p999": "p99.9"}


@dataclass(frozen=True, slots=True)
class MetricRow:
    """A metric, or a summary with all that is told of it. `values` are (what, as text), what is "" of a plain one."""

    name: str
    group: str
    text: str
    values: tuple[tuple[str, str], ...]

    def has(self, wanted: str) -> bool:
        """Whether a reader's words are all in its name, its explanation or its group."""
        said = f"{self.name} {self.name.replace('_', ' ')} {self.text} {self.group}".casefold()
        return all(word in said for word in wanted.casefold().split())


def rows(metrics: Mapping[str, float]) -> list[MetricRow]:
    """All metrics in the order of their groups and of what is known in them; the unknown by name."""
    bases = {name[4:] for name in metrics if name.startswith("cnt_")}
    parts = {f"{prefix}_{base}": base for base in bases for prefix in STATISTICS}
    plain = [_plain(name, value) for name, value in metrics.items() if name not in parts]
    summaries = [_summary(base, metrics) for base in bases]
    return sorted([*plain, *summaries], key=lambda row: (GROUPS.index(row.group), row.text == "", row.name))


def grouped(found: Iterable[MetricRow]) -> list[tuple[str, list[MetricRow]]]:
    """Rows by group, in the order they come."""
    groups: dict[str, list[MetricRow]] = {}
    for row in found:
        groups.setdefault(row.group, []).append(row)
    return list(groups.items())


def value_in_words(value: float, unit: str = "") -> str:
    """A metric's value with its unit: "1,204", "3.2 ms", "18 MiB"; ZooKeeper's -1 of what there is not yet is "–"."""
    if not math.isfinite(value):
        return "–"
    if unit == "B":
        return _bytes(value) if value >= 0 else "–"
    if unit == "ms":
        return _milliseconds(value) if value >= 0 else "–"
    return number_in_words(value)


def number_in_words(value: float) -> str:
    """A plain number, with as many decimals as say something: "1,204", "0.35"."""
    if value == int(value):
        return f"{int(value):,}"
    decimals = 3 if abs(value) < 1 else 2 if abs(value) < 100 else 0
    text = f"{value:,.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _bytes(value: float) -> str:
    power = min(max(int(value).bit_length() - 1, 0) // 10, len(BYTES) - 1)
    return f"{number_in_words(round(value / 1024**power, 1))} {BYTES[power]}"


def _milliseconds(value: float) -> str:
    return f"{number_in_words(round(value, 2))} ms" if value < 1000 else duration(value)


def _plain(name: str, value: float) -> MetricRow:
    meaning = meaning_of(name) or Meaning(OTHER, "")
    return MetricRow(name, meaning.group, meaning.text, (("", value_in_words(value, meaning.unit)),))


def _summary(base: str, metrics: Mapping[str, float]) -> MetricRow:
    meaning = meaning_of(base) or Meaning(OTHER, "")
    counted = metrics.get(f"cnt_{base}", 0)
    values = []
    for prefix in STATISTICS:
        value = metrics.get(f"{prefix}_{base}")
        if value is None or (not counted and prefix != "cnt"):
            continue  # of nothing, every statistic is a made-up 0
        unit = "" if prefix == "cnt" else meaning.unit
        values.append((STATISTIC_WORDS.get(prefix, prefix), value_in_words(value, unit)))
    return MetricRow(base, meaning.group, meaning.text, tuple(values))
