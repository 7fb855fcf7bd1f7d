"""The charts of a cluster, their tables, and the same numbers as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from aiohttp import web

from zkdash.clock import now_ms
from zkdash.ensemble.verdict import Health
from zkdash.web import causes, chart_view, ensemble_shapes, series, timerange
from zkdash.web.api import answer
from zkdash.web.chart_kinds import BY_METRIC, CHARTS, ChartKind
from zkdash.web.chart_view import FORMS, ChartView
from zkdash.web.charts_live import topic_of
from zkdash.web.cluster import find
from zkdash.web.filters import duration
from zkdash.web.keys import ZKDASH, Dashboard
from zkdash.web.metric_rows import value_in_words
from zkdash.web.query import Query
from zkdash.web.render import render
from zkdash.web.series import POINTS, Drawn, Point
from zkdash.web.urls import at, with_query

ROWS = 600
"""How many rows a table has at most, the newest."""
DEFAULT_SPAN_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Cell:
    """A table's value, and the minimum and maximum of its stretch of time where they differ."""

    avg: float | None
    text: str
    range: str = ""


@dataclass(frozen=True, slots=True)
class ChartTable:
    """The numbers of a chart: rows of (UTC ms, a cell for each server), the newest first."""

    chart: ChartKind
    servers: Sequence[str]
    rows: list[tuple[int, list[Cell]]]
    more: int
    api: str


async def index(request: web.Request) -> web.Response:
    """GET /clusters/{name}/charts?range=&from=&to=&server=&metric=&as="""
    container, dashboard, now = find(request), request.app[ZKDASH], now_ms()
    known = dashboard.ensemble.latest(container.name)
    servers = [server.name for server in known.servers] if known is not None else []
    reading = chart_view.read(container.name, request.query, servers)
    view, problems = reading.view, reading.problems
    shown = list(view.servers) or servers
    since, until = view.time.since(now), view.time.until(now)
    context: dict[str, Any] = {"drawn": None, "tables": []}
    if not problems and servers:
        context["drawn"] = await causes.draw(dashboard, container, shown, since, until, view.time.moves)
        if view.form == "tables":
            numbers = await series.read(dashboard.history, container.name, shown, view.charts, since, until)
            context["tables"] = [table(view, chart, shown, numbers, since, until) for chart in view.charts]
    return render(
        request,
        "charts/index.html",
        status=400 if problems else 200,
        cluster=container,
        view=view,
        problems=problems,
        asked={key: request.query.get(key, "") for key in ("from", "to")} | own(view),
        ranges=timerange.RANGE_WORDS,
        forms=FORMS,
        servers=servers,
        shown=shown,
        probed=known is None or known.verdict.health is not Health.NOT_PROBED,
        live_topics=[topic_of(view)] if view.time.moves and not problems and servers else [],
        history_trouble=dashboard.history.trouble,
        size=dashboard.history.size(),
        resolution=f"{duration(until - since)}; drag to zoom",
        **context,
    )


def own(view: ChartView) -> dict[str, str]:
    """What stands in the fields of a range of one's own."""
    given = {"from": timerange.minute(view.time.start), "to": timerange.minute(view.time.end)}
    return {key: text for key, text in given.items() if text}


def table(
    view: ChartView, chart: ChartKind, servers: Sequence[str], numbers: Drawn, since: int, until: int
) -> ChartTable:
    """A chart's numbers as a table; times of which nothing is known have no row."""
    lines = [numbers.line(server, chart.metric) for server in servers]
    rows = [
        (at, [cell(line[index], chart.unit) for line in lines])
        for index, at in enumerate(numbers.times)
        if any(line[index] is not None for line in lines)
    ]
    api = with_query(
        at(f"/api/v1/clusters/{quote(view.cluster, safe='')}/series"),
        {"metric": chart.metric, "server": list(view.servers), "since": since, "until": until},
    )
    return ChartTable(chart, servers, rows[::-1][:ROWS], max(len(rows) - ROWS, 0), api)


def cell(point: Point, unit: str) -> Cell:
    """One point in words."""
    if point is None:
        return Cell(None, "–")
    low, average, high = point
    bounds = "" if low == high else f"{_plain(low, unit)} to {_plain(high, unit)}"
    return Cell(average, _plain(average, unit), bounds)


def _plain(value: float, unit: str) -> str:
    return value_in_words(value, "B" if unit == "B" else "")


async def api_series(request: web.Request) -> web.Response:
    """GET /api/v1/clusters/{name}/series?metric=&server=&since=&until=&points="""
    query = Query(request, ("metric", "server", "since", "until", "points"))
    container, dashboard, now = find(request), request.app[ZKDASH], now_ms()
    charts = [_chart(name) for name in query.texts("metric")] or list(CHARTS)
    until = query.integer("until", now) or now
    since = query.integer("since", until - DEFAULT_SPAN_MS) or 0
    if since >= until:
        raise web.HTTPBadRequest(text="The parameter since must be before until.")
    points = query.integer("points", POINTS, 2, POINTS) or POINTS
    servers = query.texts("server") or _servers(dashboard, container.name)
    unique = list(dict.fromkeys(charts))
    numbers = await series.read(dashboard.history, container.name, servers, unique, since, until, points)
    return answer(ensemble_shapes.series(container.name, unique, servers, numbers))


def _servers(dashboard: Dashboard, cluster: str) -> list[str]:
    view = dashboard.ensemble.latest(cluster)
    return [server.name for server in view.servers] if view is not None else []


def _chart(name: str) -> ChartKind:
    chart = BY_METRIC.get(name)
    if chart is None:
        raise web.HTTPBadRequest(text=f"There is no history of {name!r}: allowed are {', '.join(BY_METRIC)}.")
    return chart
