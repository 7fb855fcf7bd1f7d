"""The availability of a cluster over each window, and how its numbers are written."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from zkdash.ensemble.availability import WINDOWS_MS, Availability, availability
from zkdash.web.keys import Dashboard

if TYPE_CHECKING:
    from zkdash.zookeeper.container import ClusterContainer

WINDOW_WORDS = {"24h": "24 hours", "7d": "7 days", "30d": "30 days", "90d": "90 days"}


async def windows(dashboard: Dashboard, container: ClusterContainer, now: int) -> dict[str, Availability]:
    """The availability over each window that ends now. Raises StoreUnavailable."""
    longest = max(WINDOWS_MS.values())
    lanes = await dashboard.events.lanes([container.name], now - longest, now)
    patience_ms = round(container.config.session_timeout_s * 1000)
    lane = lanes[container.name]
    return {name: availability(lane, now - span, now, patience_ms) for name, span in WINDOWS_MS.items()}


def percent(ratio: float | None) -> str:
    """A part of one for people, rounded down: what wasn't up all the time is never 100 %. "–" for None."""
    if ratio is None:
        return "–"
    floored = math.floor(ratio * 100_000) / 1000
    return f"{floored:g} %" if floored or not ratio else "under 0.001 %"
