"""Which crawls can be watched, by the names of their topics."""

from __future__ import annotations

from zkdash.web import compare, search, usage
from zkdash.web.keys import Dashboard
from zkdash.web.live import LiveHub
from zkdash.web.runs import Runs


def runs_of(dashboard: Dashboard, hub: LiveHub) -> Runs:
    """The runs of a site."""
    runs = Runs(dashboard, hub)
    runs.kinds["search"] = search.wish_of
    runs.kinds["usage"] = usage.wish_of
    runs.kinds["compare"] = compare.wish_of
    return runs
