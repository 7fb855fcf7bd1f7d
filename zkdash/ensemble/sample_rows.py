"""From samples to their rows in the store. Pure, but for the packing of the rest."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from zkdash.ensemble.packing import pack
from zkdash.store.sample_tables import FRACTIONS, WHOLE
from zkdash.store.text import storable

if TYPE_CHECKING:
    from zkdash.ensemble.sample import Sample

_LARGEST = 2**63 - 1
_LARGEST_INTEGER = 2**31 - 1
LONGEST_NAME = 300


def key_of(sample: Sample) -> tuple[str, str]:
    """(cluster, server) as the store holds them, which knows neither NUL nor lone surrogates."""
    return sample.cluster, name_of(sample.server)


def name_of(server: str) -> str:
    """A server's name that any store can hold: it may come from what a server says."""
    return storable(server[:LONGEST_NAME])


def row_of(sample: Sample, *, rest: bool = True) -> dict[str, Any]:
    """The row but for its `server_id`, with or without the rest. Whatever a server said is made to fit."""
    metrics = sample.metrics
    return {
        "at": sample.at,
        "ok": sample.ok,
        "role": sample.role.value,
        "way": sample.way.value if sample.way else "",
        "took_ms": max(0, min(round(sample.took_ms), _LARGEST_INTEGER)),
        "zxid": _whole(sample.zxid),
        "uptime_ms": _whole(sample.uptime_ms),
        **{name: _whole(metrics.get(name)) for name in WHOLE},
        **{name: _fraction(metrics, name) for name in FRACTIONS},
        "rest": pack(metrics, _words(sample)) if rest else None,
    }


def _words(sample: Sample) -> dict[str, str]:
    return {"version": sample.version, "refusal": sample.refusal.reason if sample.refusal else ""}


def _whole(value: float | None) -> int | None:
    if value is None or not math.isfinite(value):
        return None
    return max(-_LARGEST, min(int(value), _LARGEST))


def _fraction(metrics: Mapping[str, float], name: str) -> float | None:
    value = metrics.get(name)
    return value if value is not None and math.isfinite(value) else None
