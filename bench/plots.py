"""The kept results as scaling curves: one SVG for each, cost against clusters, viewers, znodes, transitions or days.

python -m bench.plots RESULTS.jsonl FOLDER
"""

from __future__ import annotations

import math
import re
import statistics
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from bench import report
from bench.curves import CURVES, Bound, Panel, Scaling

Point = tuple[float, float, float, float]
"""Where on the curve, and the median, the least and the most that was measured there."""
Lines = Mapping[str, list[Point]]
"""The points of each contender."""
COLOURS = ("#2f7de1", "#d9662b", "#2e9e6b", "#9a63d1", "#b8901a", "#d14f8b", "#5b8a8f")
MARKS = ("o", "s", "^", "D", "v", "P", "X")
GREY, FLOOR, GOAL = "#7d8590", "#d1443c", "#2e9e6b"
SMALLEST = 10_000
"""What is so many times smaller than the most of its panel is drawn at its foot: logarithms have no nothing."""
ACROSS = (1, 2, 3, 2, 3, 3)
"""So many of one, two, three, … panels are beside each other."""


def points(results: Iterable[Mapping[str, Any]], curve: str, panel: Panel) -> dict[str, list[Point]]:
    """Each contender's points in order; of what was measured twice the newest counts."""
    found: dict[str, dict[float, Point]] = defaultdict(dict)
    for line in results:
        if line.get("curve", {}).get("name") != curve or (panel.only and line["contender"] not in panel.only):
            continue
        values = [run[panel.figure] for run in line["runs"] if panel.figure in run]
        if values:
            at = line["curve"]["at"]
            found[line["contender"]][at] = (at, statistics.median(values), min(values), max(values))
    return {contender: [there[at] for at in sorted(there)] for contender, there in found.items()}


def draw(curve: Scaling, panels: Sequence[tuple[Panel, Lines]], file: Path) -> None:
    """One SVG with a panel for each figure, on logarithmic axes; readable on light and on dark paper."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": curve.name, "font.family": "sans-serif"})
    mpl.rcParams.update({"font.size": 10, "text.color": GREY, "path.simplify": True})
    mpl.rcParams.update(dict.fromkeys(("axes.edgecolor", "axes.labelcolor", "xtick.color", "ytick.color"), GREY))
    from matplotlib import pyplot

    columns = ACROSS[len(panels) - 1]
    rows = math.ceil(len(panels) / columns)
    size = (3.9 * columns + 0.3, 3.0 * rows + 0.75)
    figure, axes = pyplot.subplots(rows, columns, figsize=size, squeeze=False, layout="constrained")
    names = list(dict.fromkeys(name for _, lines in panels for name in lines))
    styles = {name: (COLOURS[n % len(COLOURS)], MARKS[n % len(MARKS)]) for n, name in enumerate(_ordered(names))}
    for axis, (panel, lines) in zip(axes.flat, panels, strict=False):
        _panel(axis, curve, panel, lines, styles)
    for axis in list(axes.flat)[len(panels) :]:
        axis.remove()
    handles = {
        label: handle for axis in figure.axes for handle, label in zip(*axis.get_legend_handles_labels(), strict=True)
    }
    figure.legend(
        handles.values(),
        handles.keys(),
        loc="outside lower center",
        ncols=min(len(handles), columns * 2),
        frameon=False,
    )
    figure.suptitle(curve.title, color=GREY, fontsize=13, fontweight="bold")
    figure.savefig(file, transparent=True, metadata={"Date": None, "Title": curve.title, "Creator": None})
    pyplot.close(figure)
    file.write_text(tidy(file.read_text()))


def _ordered(names: list[str]) -> list[str]:
    """zkdash first: it has the same colour everywhere."""
    return sorted(names, key=lambda name: not name.startswith("zkdash"))


def _panel(axis: Any, curve: Scaling, panel: Panel, lines: Lines, styles: Mapping[str, tuple[str, str]]) -> None:
    from matplotlib.ticker import LogLocator

    least_shown = max((point[3] for line in lines.values() for point in line), default=1) / SMALLEST
    for name in _ordered(list(lines)):
        at = [point[0] for point in lines[name]]
        median, least, most = ([max(point[n], least_shown) for point in lines[name]] for n in (1, 2, 3))
        colour, mark = styles[name]
        ours = name.startswith("zkdash")
        axis.plot(at, median, marker=mark, markersize=4.5, color=colour, label=name, linewidth=2.0 if ours else 1.3)
        axis.fill_between(at, least, most, color=colour, alpha=0.18, linewidth=0)
    ats = sorted({point[0] for line in lines.values() for point in line})
    for word, colour, bound in (("goal", GOAL, panel.goal), ("floor", FLOOR, panel.floor)):
        for place, height in bound_lines(bound, lines, ats):
            axis.plot(place, height, color=colour, linestyle=(0, (4, 2)), linewidth=1.2, label=word)
    axis.set_xscale("log")
    axis.set_yscale("log")
    axis.set_xticks(ats, [_number(at) for at in ats])
    axis.minorticks_off()
    low, high = axis.get_ylim()
    if high / low < 12:  # so small a part of a decade has no label of its own
        axis.set_ylim(max(low / 2, 1e-9), high * 2)
    low, high = axis.get_ylim()
    if high / low < 200:
        axis.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axis.yaxis.set_major_formatter(lambda value, _: _number(value))
    axis.set_title(panel.title, color=GREY, fontsize=10.5)
    axis.set_xlabel(curve.axis)
    axis.grid(visible=True, color=GREY, alpha=0.25, linewidth=0.5)
    axis.spines[["top", "right"]].set_visible(False)


def bound_lines(bound: Bound, lines: Lines, ats: list[float]) -> list[tuple[list[float], list[float]]]:
    """A floor's or a goal's lines, as places and heights; at one place alone it is a short one."""
    if bound.everywhere is not None:
        return [([ats[0], ats[-1]], [bound.everywhere] * 2)]
    if bound.times is not None:
        limit = lines.get(bound.of, [])
        return [([point[0] for point in limit], [point[1] * bound.times for point in limit])] if limit else []
    wide = (ats[-1] / ats[0]) ** 0.06 if len(ats) > 1 else 1.2
    return [([at / wide, at * wide], [height] * 2) for at, height in bound.at.items() if ats[0] <= at <= ats[-1]]


def _number(value: float) -> str:
    """7, 0.042, 1,000, 10k, 1M."""
    for size, word in ((1e6, "M"), (1e3, "k")):
        if value >= size * (10 if word == "k" else 1):
            return f"{value / size:.3g}{word}"
    return f"{value:,.0f}" if value >= 1000 else f"{value:.2g}" if value < 1 else f"{value:.3g}"


def tidy(svg: str) -> str:
    """The same picture in fewer bytes: no comments, no more digits than are seen."""
    svg = re.sub(r"<!--.*?-->\n?", "", svg, flags=re.DOTALL)
    svg = re.sub(r" *<metadata>.*?</metadata>\n", "", svg, flags=re.DOTALL)
    svg = re.sub(r"font-family: [^;]*;", "font-family: sans-serif;", svg)
    svg = re.sub(r"\d+\.\d{2,}", lambda found: f"{float(found[0]):.1f}" if float(found[0]) > 2 else found[0][:4], svg)
    return "\n".join(line.strip() for line in svg.splitlines()) + "\n"


def file_name(curve: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", curve.lower()) + ".svg"


def draw_all(results: Iterable[Mapping[str, Any]], folder: Path) -> list[Path]:
    """All curves that have more than one point; gives the files."""
    folder.mkdir(parents=True, exist_ok=True)
    results, drawn = list(results), []
    for curve in CURVES:
        panels = [(panel, points(results, curve.name, panel)) for panel in curve.panels]
        several = [(panel, lines) for panel, lines in panels if any(len(there) > 1 for there in lines.values())]
        if several:
            draw(curve, several, folder / file_name(curve.name))
            drawn.append(folder / file_name(curve.name))
    return drawn


if __name__ == "__main__":
    for path in draw_all(report.read(Path(sys.argv[1])), Path(sys.argv[2])):
        report.tell(f"drawn: {path}")
