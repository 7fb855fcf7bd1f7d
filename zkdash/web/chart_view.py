"""What a reader wants to see of a cluster's history, as the URL says it. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from multidict import MultiMapping

from zkdash.web import timerange
from zkdash.web.chart_kinds import BY_METRIC, CHARTS, ChartKind
from zkdash.web.timerange import View
from zkdash.web.urls import url_for_cluster, with_query

FORMS = {"charts": "Charts", "tables": "Tables"}
MIN_SPAN_MS = 5_000


@dataclass(frozen=True, slots=True)
class ChartView:
    """A view of a cluster's charts. No `servers` are all, no `metrics` are all. `form` is one of FORMS."""

    cluster: str
    time: View
    servers: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()
    form: str = "charts"

    @property
    def charts(self) -> tuple[ChartKind, ...]:
        """The charts that it shows, in their order."""
        return tuple(chart for chart in CHARTS if not self.metrics or chart.metric in self.metrics)

    def url(self, **changes: Any) -> str:
        """The address of this view, with changes."""
        return with_query(f"{url_for_cluster(self.cluster)}/charts", replace(self, **changes).query())

    def query(self) -> Mapping[str, object]:
        """The query that says this view; what is as it is by default is left out."""
        time = self.time.query()
        return {key: time[key] for key in ("range", "from", "to")} | {
            "server": list(self.servers),
            "metric": list(self.metrics),
            "as": self.form if self.form != "charts" else None,
        }

    def moved(self, now: int, part: float) -> str:
        """The address of the same span, earlier by `part` of it (later if negative), at the present at the latest."""
        since, until = self.time.since(now), self.time.until(now)
        shift = min(round((until - since) * -part), now - until)
        return self._own(since + shift, until + shift, now)

    def wider(self, now: int) -> str:
        """The address of a span twice as long around the same middle, at the present at the latest."""
        since, until = self.time.since(now), self.time.until(now)
        half = (until - since) // 2
        end = min(until + half, now)
        return self._own(end - 4 * half, end, now)

    def _own(self, since: int, until: int, now: int) -> str:
        """To the second, for that is what an address says; what reaches up to now goes on."""
        start, end = since // 1000 * 1000, until // 1000 * 1000
        return self.url(time=replace(self.time, range="own", start=start, end=end if until < now else None))


@dataclass(frozen=True, slots=True)
class ChartReading:
    """What was read of a query, and what was wrong with which field."""

    view: ChartView
    problems: dict[str, str]


def read(cluster: str, query: MultiMapping[str], servers: Collection[str]) -> ChartReading:
    """The view that a query asks for. `servers` are those that there are: others are a mistake, but not their range."""
    time = timerange.read(query)
    problems = dict(time.problems)
    view = replace(time.view, clusters=(), states=(), before=None)
    chosen = tuple(dict.fromkeys(name for name in query.getall("server", []) if name))
    for name in chosen:
        if name not in servers:
            problems["server"] = f"{cluster} has no server {name!r}."
    metrics = tuple(dict.fromkeys(name for name in query.getall("metric", []) if name))
    for name in metrics:
        if name not in BY_METRIC:
            problems["metric"] = f"There is no chart of {name!r}: it is one of {', '.join(BY_METRIC)}."
    form = query.get("as") or "charts"
    if form not in FORMS:
        problems["as"] = f"It can be shown as {' or '.join(FORMS)}, not as {form!r}."
        form = "charts"
    if view.end is not None and view.start is not None and view.end - view.start < MIN_SPAN_MS:
        problems.setdefault("to", f"A range of your own is at least {MIN_SPAN_MS // 1000} s long.")
    return ChartReading(
        ChartView(
            cluster,
            view,
            tuple(name for name in chosen if name in servers),
            tuple(name for name in metrics if name in BY_METRIC),
            form,
        ),
        problems,
    )
