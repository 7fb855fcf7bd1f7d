"""What crawls find, as the JSON API gives it: `openapi_crawls.py` describes the same. Pure."""

from __future__ import annotations

from typing import Any

from zkdash.znodes.compare import Side
from zkdash.znodes.comparing import CompareJob
from zkdash.znodes.searching import Part
from zkdash.znodes.usage import Sum, Usage


def usage(found: Usage) -> dict[str, Any]:
    """The usage of a subtree."""
    return {
        "path": found.root,
        **_sum(found.total),
        "children": [{"name": one.name, **_sum(one)} for one in found.largest()],
        "most_data": _top(found.data.sorted()),
        "most_children": _top(found.children.sorted()),
        "most_ephemerals": _top(found.most_ephemerals()),
    }


def _sum(one: Sum) -> dict[str, Any]:
    return {"znodes": one.znodes, "bytes": one.bytes, "ephemerals": one.ephemerals}


def _top(found: list[tuple[int, str]]) -> list[dict[str, Any]]:
    return [{"path": path, "number": number} for number, path in found]


def end_of_comparison(job: CompareJob) -> dict[str, Any]:
    """How a comparison ended."""
    return {
        "phase": job.phase,
        "trouble": job.trouble,
        **{
            name: getattr(job.counts, name) for name in ("added", "removed", "changed", "same", "ignored", "unreadable")
        },
        "left": part_of(job.left),
        "right": part_of(job.right),
    }


def part_of(part: Part | Side) -> dict[str, Any]:
    """How far a crawl of one cluster got."""
    progress = part.progress
    return {
        "cluster": part.name,
        "phase": part.phase,
        "trouble": part.trouble,
        "at": part.at or None,
        "znodes": progress.znodes,
        "total": progress.total,
        "denied": part.denied,
        "too_large": part.too_large,
        "gone": progress.gone,
        "elapsed": round(progress.elapsed_s, 3),
    }
