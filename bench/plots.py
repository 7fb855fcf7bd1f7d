"""The kept results as scaling curves: one SVG for each, cost against clusters, viewers, znodes, transitions or days.

python -m bench.plots RESULTS.jsonl FOLDER
"""

from __future__ import annotations

import statistics
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from bench import report

Point = tuple[float, float, float, float]
"""Where on the curve, and the median, the least and the most that was measured there."""
COLOURS = ("#2f6fdd", "#c2571a", "#2d8659", "#8a4fbf")
MARKS = ("o", "s", "^", "D")
GREY = "#808080"


def curves(lines: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, dict[str, list[Point]]]]:
    """Curve -> figure -> contender -> points in order; of what was measured twice the newest counts."""
    found: dict[str, dict[str, dict[str, dict[float, Point]]]] = defaultdict(
        lambda: defaultdict(lambda: defaultdict(dict))
    )
    for line in lines:
        curve = line.get("curve")
        if curve is None:
            continue
        for figure in curve["figures"]:
            values = [run[figure] for run in line["runs"] if figure in run]
            if values:
                point = (curve["at"], statistics.median(values), min(values), max(values))
                found[curve["name"]][figure][line["contender"]][curve["at"]] = point
    return {
        name: {
            figure: {contender: [points[at] for at in sorted(points)] for contender, points in contenders.items()}
            for figure, contenders in figures.items()
        }
        for name, figures in found.items()
    }


def draw(name: str, figures: Mapping[str, Mapping[str, list[Point]]], file: Path) -> None:
    """One SVG with a panel for each figure, on logarithmic axes; readable on light and on dark paper."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": name, "font.size": 10, "text.color": GREY})
    mpl.rcParams.update(dict.fromkeys(("axes.edgecolor", "axes.labelcolor", "xtick.color", "ytick.color"), GREY))
    from matplotlib import pyplot

    figure, panels = pyplot.subplots(1, len(figures), figsize=(4.2 * len(figures), 3.2), squeeze=False)
    for panel, (title, contenders) in zip(panels[0], figures.items(), strict=True):
        for number, (contender, points) in enumerate(contenders.items()):
            at, median, least, most = zip(*points, strict=True)
            colour = COLOURS[number % len(COLOURS)]
            panel.plot(at, median, marker=MARKS[number % len(MARKS)], color=colour, label=contender, linewidth=1.5)
            panel.fill_between(at, least, most, color=colour, alpha=0.15, linewidth=0)
        panel.set_xscale("log")
        panel.set_yscale("log")
        panel.set_title(title, color=GREY)
        panel.set_xlabel(name)
        panel.grid(visible=True, color=GREY, alpha=0.25, linewidth=0.5)
    panels[0][0].legend(frameon=False, labelcolor=GREY)
    figure.tight_layout()
    figure.savefig(file, transparent=True, metadata={"Date": None, "Title": name})
    pyplot.close(figure)


def file_name(curve: str) -> str:
    return "".join(character if character.isalnum() else "-" for character in curve.lower()) + ".svg"


def draw_all(lines: Iterable[Mapping[str, Any]], folder: Path) -> list[Path]:
    """All curves that have more than one point; gives the files."""
    folder.mkdir(parents=True, exist_ok=True)
    drawn = []
    for name, figures in curves(lines).items():
        several = {
            figure: contenders
            for figure, contenders in figures.items()
            if any(len(points) > 1 for points in contenders.values())
        }
        if several:
            draw(name, several, folder / file_name(name))
            drawn.append(folder / file_name(name))
    return drawn


if __name__ == "__main__":
    for path in draw_all(report.read(Path(sys.argv[1])), Path(sys.argv[2])):
        report.tell(f"drawn: {path}")
