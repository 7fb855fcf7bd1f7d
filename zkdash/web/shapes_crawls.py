"""What crawls find, as the JSON API gives it: `openapi_crawls.py` describes the same. Pure."""

from __future__ import annotations

from typing import Any

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
