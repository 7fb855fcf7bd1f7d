"""docs/performance.md, filled with what was measured: whatever is between `<!-- bench: … -->` and `<!-- end -->`.

python -m bench.page [PAGE]; the results and profiles are in the folder of the page's name beside it.
"""

from __future__ import annotations

import json
import math
import re
import statistics
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bench import report
from bench.curves import CURVES, Scaling
from bench.plots import file_name
from bench.rows import Bound, Found, Row, find, read_rows, verdict

PAGE = Path(__file__).parent.parent / "docs" / "performance.md"
RESULTS, PROFILES = "results.jsonl", "profiles.json"
BLOCK = re.compile(r"(<!-- bench: (\w+)(?: ([^\n]+))? -->\n).*?(<!-- end -->)", re.DOTALL)
SIGNS = {"goal": "✓ goal", "floor": "✓ floor", "missed": "✗ missed", "not measured": "not measured", "": ""}
Results = Sequence[Mapping[str, Any]]


def newest(results: Results) -> list[Mapping[str, Any]]:
    """Of what was measured twice the newest alone, in the order of the curves."""
    last = {(line["bench"], line["contender"]): line for line in results}
    order = {curve.name: number for number, curve in enumerate(CURVES)}

    def rank(line: Mapping[str, Any]) -> tuple[int, float]:
        curve = line.get("curve", {})
        return order.get(curve.get("name"), len(order)), curve.get("at", 0.0)

    return sorted(last.values(), key=rank)


def number(value: float) -> str:
    """Three digits that count: 0.0421, 12.3, 1,230; a count as it is."""
    if not math.isfinite(value) or (value == round(value) and abs(value) < 1000):
        return f"{value:g}"
    digits = 2 - math.floor(math.log10(abs(value)))
    value = round(value, digits)
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.{max(0, digits)}f}"


def place(at: float) -> str:
    """Where on a curve: 110,111 znodes, 0.0417 days."""
    return f"{at:,.0f}" if at == round(at) else f"{at:.3g}"


def spread(values: Sequence[float]) -> str:
    """Median (least–most)."""
    middle, least, most = (number(one) for one in (statistics.median(values), min(values), max(values)))
    return middle if least == most else f"{middle} ({least}–{most})"


def times(ours: Results, theirs: Results, figure: str) -> str:
    found = report.ratio(figure, ours, theirs)
    return "" if found is None else f" · {number(found)}×"


def lines(head: Sequence[str], body: Sequence[Sequence[str]]) -> str:
    rows = [head, ["---"] * len(head), *body]
    return "".join("| " + " | ".join(row) + " |\n" for row in rows).replace("|  |", "| |").replace("|  |", "| |")


def of_curve(name: str, results: Results) -> str:
    """The command, the picture and the table of a curve."""
    curve = next(one for one in CURVES if one.name == name)
    found = [line for line in results if line.get("curve", {}).get("name") == name]
    if not found:
        return f"\n`python -m bench {curve.bench}`: not measured.\n\n"
    head = f"\n`python -m bench {curve.bench}`\n\n![{curve.title}](performance/{file_name(name)})\n\n"
    return head + _table(curve, found) + "\n"


def _table(curve: Scaling, found: Results) -> str:
    figures = {panel.figure: panel.title for panel in reversed(curve.panels)}
    columns = {figure: title for figure, title in reversed(figures.items())}
    if len({panel.figure for panel in curve.panels}) < len(curve.panels):
        columns["wall"] = "wall, ms"
    body = []
    for at in sorted({line["curve"]["at"] for line in found}):
        here = {line["contender"]: line["runs"] for line in found if line["curve"]["at"] == at}
        limit = here.get(curve.limit, [])
        for contender, runs in here.items():
            cells = [_cell(runs, figure, limit if contender != curve.limit else []) for figure in columns]
            few = "" if len(runs) >= report.RUNS else f" ({len(runs)} runs)" if len(runs) > 1 else " (1 run)"
            body.append([place(at), _name(contender) + few, *cells])
    return lines([curve.axis, "", *columns.values()], body)


def _name(contender: str) -> str:
    return f"**{contender}**" if contender.startswith("zkdash") else contender


def _cell(runs: Results, figure: str, limit: Results) -> str:
    values = [run[figure] for run in runs if figure in run]
    return spread(values) + times(runs, limit, figure) if values else "–"


def of_table(title: str, results: Results) -> str:
    """All figures of one table."""
    found = [line for line in results if line["bench"] == title]
    if not found:
        return "\nNot measured.\n\n"
    units = found[0]["units"]
    used = [name for name in units if any(name in run for line in found for run in line["runs"])]
    limit = next((line["runs"] for line in found if line["contender"] == found[0].get("limit")), [])
    body = [
        [
            _name(line["contender"]),
            *(_cell(line["runs"], name, [] if line["runs"] is limit else limit) for name in used),
        ]
        for line in found
    ]
    head = [f"{name}, {units[name]}" if units[name] else name for name in used]
    return "\n" + lines([title, *head], body) + "\n"


def of_rows(_: str, results: Results) -> str:
    """Each promise with what was measured."""
    body = []
    for row in read_rows():
        found = find(row, results)
        measured, beside = _measured(row, found)
        script = f"`{row.bench}`"
        body.append(
            [
                row.what,
                script,
                _bound(row, row.floor),
                _bound(row, row.goal),
                measured,
                beside,
                SIGNS[verdict(row, found)],
            ]
        )
    return "\n" + lines(["promise", "script", "floor", "goal", "measured", "beside it", ""], body) + "\n"


def _bound(row: Row, bound: Bound | None) -> str:
    if bound is None:
        return ""
    return f"{bound.number:,g} × {bound.of}" if bound.of else f"{bound.number:,g} {row.unit}".strip()


def _measured(row: Row, found: Found | None) -> tuple[str, str]:
    if found is None:
        return "", ""
    middle, least, most = (number(one) for one in (found.median, found.least, found.most))
    said = f"{middle} {row.unit}".strip() + (f" ({least}–{most})" if least != most else "")
    return said, "; ".join(f"{number(ratio)} × {other}" for other, ratio in sorted(found.ratios.items()))


def of_machine(_: str, results: Results) -> str:
    """What all was measured on."""
    if not results:
        return "\nNot measured.\n\n"
    kinds: dict[str, list[str]] = {}
    for line in results:
        for key, value in line["machine"].items():
            kinds.setdefault(key, [])
            if value not in kinds[key]:
                kinds[key].append(value)
    loads = sorted(line["load"] for line in results)
    said = "; ".join(f"{key} {', '.join(sorted(values))}" for key, values in kinds.items())
    return f"\n{said}. The machine's load was {loads[0]} to {loads[-1]}, mostly {statistics.median(loads)}.\n\n"


def of_profile(name: str, profiles: Mapping[str, Any]) -> str:
    """Where the time went at the bend of a curve."""
    one = profiles.get(name)
    if one is None:
        return "\nNo profile.\n\n"
    rooms = ", ".join(f"{share} % {room}" for room, share in one["rooms"].items())
    functions = lines(
        ["share of the samples, %", "in"], [[str(share), f"`{name}`"] for name, share in one["functions"].items()]
    )
    of = f"{one['of']}, {one['samples']:,} samples; by library: {rooms}"
    return f"\n`python -m bench.profile {name}`: {of}.\n\n{functions}\n"


def filled(text: str, results: Results, profiles: Mapping[str, Any]) -> str:
    """The page with what was measured."""
    makers = {"curve": of_curve, "table": of_table, "rows": of_rows, "machine": of_machine}

    def fill(found: re.Match[str]) -> str:
        begin, kind, name, end = found.groups()
        made = of_profile(name, profiles) if kind == "profile" else makers[kind](name, results)
        return begin + made + end

    return BLOCK.sub(fill, text)


def fill(page: Path = PAGE) -> None:
    folder = page.with_suffix("")
    file = folder / PROFILES
    profiles = json.loads(file.read_text()) if file.is_file() else {}
    page.write_text(filled(page.read_text(), report.read(folder / RESULTS), profiles))


def publish(results: Path, folder: Path) -> None:
    """Put the newest results into the folder, beside those that were not measured again."""
    folder.mkdir(parents=True, exist_ok=True)
    kept = newest([*report.read(folder / RESULTS), *report.read(results)])
    (folder / RESULTS).write_text("".join(json.dumps(line) + "\n" for line in kept))


if __name__ == "__main__":
    fill(*map(Path, sys.argv[1:2]))
