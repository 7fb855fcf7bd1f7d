"""What counters have counted of late: by how much they grew, over restarts. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Mapping

from zkdash.ensemble.charted import increase
from zkdash.ensemble.sample import Sample

KEEP_MS = 420_000
"""A little more than the longest window that a rule looks at."""


class Counters:
    """The last minutes of some metrics of one cluster's servers."""

    def __init__(self, names: Collection[str]) -> None:
        self._names = tuple(names)
        self._seen: dict[str, deque[tuple[int, Mapping[str, float]]]] = {}

    def add(self, sample: Sample) -> None:
        """Note a full sample, once. An older one than the last is left out."""
        kept = self._seen.setdefault(sample.server, deque())
        if kept and sample.at <= kept[-1][0]:
            return
        kept.append((sample.at, {name: sample.metrics[name] for name in self._names if name in sample.metrics}))
        while kept[0][0] < sample.at - KEEP_MS:
            kept.popleft()

    def keep_only(self, servers: Collection[str]) -> None:
        """Forget the servers that are no more."""
        for server in [server for server in self._seen if server not in servers]:
            del self._seen[server]

    def growth(self, server: str, name: str, window_ms: int, now: int) -> tuple[float | None, int]:
        """(by how much a counter grew in the last `window_ms`, over how many ms that was seen); None for not known.

        It never is negative: a counter that is smaller than before has begun again at 0.
        """
        before: float | None = None
        began = grown = last = 0.0
        for at, metrics in self._seen.get(server, ()):
            value = metrics.get(name)
            if value is None:
                continue
            if before is None or at <= now - window_ms:
                began = at
                grown = 0.0
            else:
                grown += increase(before, value)
            before, last = value, at
        return (grown, round(last - began)) if last > began else (None, 0)
