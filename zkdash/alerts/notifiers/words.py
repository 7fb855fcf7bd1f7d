"""A message in words, for receivers that people read: a title, and a text of a few lines for each incident. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

MOST_TOLD = 20
"""How many incidents a text tells of one by one."""


def title(message: Mapping[str, Any]) -> str:
    """One line."""
    data = message.get("data") or {}
    return str(message.get("title") or data.get("title") or _title(message))


def text(message: Mapping[str, Any]) -> str:
    """Plain text of several lines."""
    data = message.get("data") or {}
    return str(message.get("text") or data.get("text") or "\n\n".join(_parts(message)))


def incidents(message: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """What it tells of."""
    data = message.get("data") or {}
    return list(data.get("incidents") or ([data] if "cluster" in data else []))


def _title(message: Mapping[str, Any]) -> str:
    told = incidents(message)
    if len(told) == 1:
        return f"{_status(message)}: {headline(told[0])}"
    clusters = {one.get("cluster") for one in told}
    return f"{_status(message)}: {len(told)} incidents of {len(clusters)} clusters"


def _status(message: Mapping[str, Any]) -> str:
    return str(message.get("type", "")).rpartition(".")[2].upper()


def _parts(message: Mapping[str, Any]) -> Iterator[str]:
    told = incidents(message)
    for one in told[:MOST_TOLD]:
        yield "\n".join(lines(one))
    if len(told) > MOST_TOLD:
        yield f"… and {len(told) - MOST_TOLD} more"


def lines(one: Mapping[str, Any]) -> Iterator[str]:
    """What is to be said of an incident, the most important first."""
    yield f"{headline(one)} ({one.get('severity', '')})"
    if one.get("reason"):
        yield str(one["reason"])
    yield f"since {one.get('opened_at', '')}" + (f", until {one['resolved_at']}" if one.get("resolved_at") else "")
    for key in ("changed_before", "affected", "look_at"):
        if isinstance(value := one.get(key), str) and value:
            yield value
    if one.get("url"):
        yield str(one["url"])


def headline(one: Mapping[str, Any]) -> str:
    """Where it is and what it is."""
    label, cluster = one.get("label"), one.get("cluster", "")
    where = f"{label} ({cluster})" if label and label != cluster else cluster
    return f"{where}: {one.get('rule', '')}{' of ' + one['subject'] if one.get('subject') else ''}"
