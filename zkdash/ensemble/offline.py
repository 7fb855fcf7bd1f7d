"""Is it zkdash itself that is in trouble: offline, or overloaded? Pure.

One cluster that falls silent is that cluster's trouble. All of them at once, on several hosts, are zkdash's.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

MIN_CLUSTERS = 3
MIN_HOSTS = 2
AT_ONCE_MS = 10_000
"""All clusters are silent at once if their last answers lie no further apart than this."""

LATE_S = 3.0
"""An event loop that was late by more than this may have missed answers that came in time."""

CALM_MS = 10_000
"""For how long what came of being late is still to be expected."""


@dataclass(frozen=True, slots=True)
class Pulse:
    """What is known of a cluster's servers: a refused connection is an answer, as is "not serving".

    `answered_at` is UTC ms of the last answer of any of them, None for none yet; `silent` is that none of them answered
    the last time that they were asked; `hosts` are their addresses.
    """

    cluster: str
    answered_at: int | None
    silent: bool
    hosts: frozenset[str]


def trouble(pulses: Collection[Pulse], *, late_s: float, late_at: int | None, now: int) -> str:
    """Why zkdash can't tell how the clusters are; "" when it can. `late_at` is when the loop was late by `late_s`."""
    if late_at is not None and late_s > LATE_S and now - late_at < CALM_MS:
        return f"zkdash is overloaded, or was stopped: it was late by {late_s:.0f} s"
    if len(pulses) < MIN_CLUSTERS or not all(pulse.silent for pulse in pulses):
        return ""
    if len(frozenset().union(*(pulse.hosts for pulse in pulses))) < MIN_HOSTS:
        return ""
    heard = [pulse.answered_at for pulse in pulses if pulse.answered_at is not None]
    if len(heard) < MIN_CLUSTERS and len(heard) < len(pulses):
        # Most have never been heard: then it counts that none has.
        return "" if heard else f"zkdash is offline: none of {len(pulses)} clusters has answered since it was started"
    # Those that were silent for long are no part of what happened now.
    last = max(heard)
    together = [at for at in heard if last - at <= AT_ONCE_MS]
    if len(together) < MIN_CLUSTERS:
        return ""
    return f"zkdash is offline: all {len(pulses)} clusters are silent, {len(together)} of them since the same moment"
