"""Which crawls can be watched, by the names of their topics."""

from __future__ import annotations

from zkdash.web import compare, search, usage
from zkdash.web.keys import Dashboard
from zkdash.web.live import LiveHub
from zkdash.web.runs import Runs


def runs_of(dashboard: Dashboard, hub: LiveHub) -> Runs:
    """The runs of a site."""
    runs = Runs(hub)
    runs.kinds["search"] = lambda fields: search.wish_of(fields, dashboard.clusters)
    runs.kinds["usage"] = lambda fields: usage.wish_of(fields, dashboard.clusters)
    runs.kinds["compare"] = lambda fields: compare.wish_of(fields, dashboard.clusters)
    return runs
