"""Availability as the JSON API gives it, and as its document describes it."""

from __future__ import annotations

from typing import Any

from zkdash.ensemble.availability import WINDOWS_MS, Availability
from zkdash.web.filters import iso
from zkdash.web.openapi_schemas import TIME, Schema, list_of, number, object_of, or_null, text

LISTED = 200
"""How many outages are listed, the newest."""


def window(name: str, one: Availability) -> dict[str, Any]:
    return {
        "window": name,
        "since": iso(one.since),
        "until": iso(one.until),
        "ratio": one.ratio,
        "up": one.up_ms / 1000,
        "suspended": one.suspended_ms / 1000,
        "lost": one.lost_ms / 1000,
        "unknown": one.unknown_ms / 1000,
        "outages_total": len(one.outages),
        "outages": [
            {
                "start": iso(outage.start),
                "end": iso(outage.end),
                "lost": outage.lost,
                "ended": outage.ended,
                "event_id": outage.event_id,
            }
            for outage in one.outages[:LISTED]
        ],
    }


def _seconds(description: str) -> Schema:
    return {"type": "number", "description": f"Seconds {description}."}


def _time(description: str) -> Schema:
    return text(f"{description} ISO 8601, UTC, milliseconds.", format="date-time", pattern=TIME)


AVAILABILITY_SCHEMAS: dict[str, Schema] = {
    "Availability": object_of(
        "How much of the time a cluster could be used.", cluster=text("Its name."), windows=list_of("Window")
    ),
    "Window": object_of(
        "The time up to now. Its seconds up, suspended, lost and unknown add up to it.",
        window={"type": "string", "description": "How long.", "enum": list(WINDOWS_MS)},
        since=_time("When it begins."),
        until=_time("When it ends: now."),
        ratio={"type": ["number", "null"], "description": "Up of what is known, 0 to 1; null if nothing is known."},
        up=_seconds("CONNECTED"),
        suspended=_seconds("SUSPENDED"),
        lost=_seconds("LOST"),
        unknown=_seconds("that zkdash did not watch: neither up nor down"),
        outages_total=number("How many outages there were."),
        outages=list_of("Outage"),
    ),
    "Outage": object_of(
        "A time in which the cluster was not CONNECTED, in the window. The newest 200 are listed, newest first.",
        start=_time("When it began, or the window."),
        end=_time("When it ended, or until when it was seen."),
        lost={"type": "boolean", "description": "Whether the session was lost: else it was only suspended."},
        ended={"type": "boolean", "description": "Whether its end was seen. Else it goes on, or zkdash did not watch."},
        event_id=or_null(number("The transition that it began with.")),
    ),
}


def availability_paths(get: Any, cluster_name: Schema) -> dict[str, Any]:
    """Its path; `get` makes an operation."""
    return {
        "/api/v1/clusters/{name}/availability": get(
            "clusters",
            "getAvailability",
            "How much of the time a cluster could be used: 24 h, 7 d, 30 d and 90 d",
            "Availability",
            [cluster_name],
            [404, 503],
        )
    }
