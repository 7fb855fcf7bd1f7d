"""The numbers behind charts: what the history has, as the charts, their tables and the API give it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from zkdash.web.chart_kinds import ChartKind

if TYPE_CHECKING:
    from zkdash.ensemble.history import HistoryService

POINTS = 600
"""How many points a series has at most."""

Point = tuple[float, float, float] | None
"""(minimum, average, maximum) of a stretch of time; None where nothing is known."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """Charts' numbers over one range. `times` (UTC ms) are where their stretches of `step_ms` begin."""

    times: Sequence[int]
    step_ms: int
    rolled: bool
    lines: dict[tuple[str, str], list[Point]]
    """By (server, metric of the chart)."""

    def line(self, server: str, metric: str) -> list[Point]:
        """One server's points; none if nothing is known of it."""
        return self.lines.get((server, metric)) or [None] * len(self.times)


async def read(
    history: HistoryService,
    cluster: str,
    servers: Collection[str],
    charts: Collection[ChartKind],
    since: int,
    until: int,
    points: int = POINTS,
) -> Drawn:
    """What the history has for these charts. Raises StoreUnavailable."""
    metrics = list(dict.fromkeys(name for chart in charts for name in chart.stored))
    found = await history.series(cluster, list(servers), metrics, since, until, points)
    lines: dict[tuple[str, str], list[Point]] = {}
    for chart in charts:
        for server in servers:
            parts = [found.series.get((server, name)) for name in chart.stored]
            if any(parts):
                lines[server, chart.metric] = mean(*parts) if chart.over else list(parts[0] or [])
    return Drawn(found.times, found.step_ms, found.rolled, lines)


def mean(sums: Sequence[Point] | None, counts: Sequence[Point] | None) -> list[Point]:
    """What one took on average: the increase of a sum by that of its count. None where nothing happened.

    Of a mean there is no minimum and no maximum to tell.
    """
    made: list[Point] = []
    for total, count in zip(sums or (), counts or (), strict=False):
        if total is None or count is None or count[1] <= 0:
            made.append(None)
        else:
            value = total[1] / count[1]
            made.append((value, value, value))
    return made
