"""How finely history is kept: as sampled, by minutes, by quarters of an hour. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zkdash.config.samples import SamplesConfig

MINUTE_MS = 60_000
QUARTER_MS = 15 * MINUTE_MS
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS


@dataclass(frozen=True, slots=True)
class Level:
    """A roll-up: buckets of `step_ms`, of which one block spans `span_ms`."""

    step_ms: int
    span_ms: int

    @property
    def step_s(self) -> int:
        return self.step_ms // 1000

    @property
    def count(self) -> int:
        """How many buckets a block has."""
        return self.span_ms // self.step_ms


MINUTES = Level(MINUTE_MS, HOUR_MS)
QUARTERS = Level(QUARTER_MS, DAY_MS)
LEVELS = (MINUTES, QUARTERS)

# A chart takes the coarsest level that still gives it nearly as many points as it asked for.
_WIDEST_OF_SAMPLES_MS = 30_000
_WIDEST_OF_MINUTES_MS = 5 * MINUTE_MS


@dataclass(frozen=True, slots=True)
class Kept:
    """For how long each level is kept (ms), and how big all of it may get (bytes)."""

    samples_ms: int
    minutes_ms: int
    quarters_ms: int
    max_bytes: int

    @classmethod
    def of(cls, config: SamplesConfig) -> Kept:
        return cls(
            round(config.keep_samples_s * 1000),
            round(config.keep_minutes_s * 1000),
            round(config.keep_quarters_s * 1000),
            config.max_bytes,
        )

    def of_level(self, level: Level) -> int:
        return self.minutes_ms if level is MINUTES else self.quarters_ms


def level_for(since: int, until: int, points: int, oldest: Mapping[int, int]) -> Level | None:
    """The level for a chart; None for the samples themselves.

    `oldest` is {step in seconds, 0 for samples: when what is kept of it begins}, UTC ms. A level that no longer
    reaches back to `since` is passed over for one that does.
    """
    width = (until - since) / max(1, points)
    begin = max(since, min(oldest.values(), default=since))
    if width <= _WIDEST_OF_SAMPLES_MS and oldest.get(0, begin) <= begin:
        return None
    if width <= _WIDEST_OF_MINUTES_MS and oldest.get(MINUTES.step_s, begin) <= begin + MINUTE_MS:
        return MINUTES
    return QUARTERS


def grid(since: int, until: int, points: int, unit: int) -> tuple[int, int, int]:
    """(start, step, count) of at most `points` (2, if less) steps, multiples of `unit` ms, that cover a range."""
    span, points = until - since, max(2, points)
    step = _multiple(span, points, unit)
    if _steps(since, until, step) > points:
        step = _multiple(span, points - 1, unit)  # a range that begins within a step touches one more
    return since // step * step, step, _steps(since, until, step)


def _multiple(span: int, points: int, unit: int) -> int:
    """The least multiple of `unit` that covers `span` in `points` steps."""
    return max(1, -(-span // (unit * points))) * unit


def _steps(since: int, until: int, step: int) -> int:
    """How many steps, each beginning at a multiple of itself, a range touches."""
    return max(1, -(-(until - since // step * step) // step))
