"""[store] -> how much of the servers' history is kept."""

from __future__ import annotations

from dataclasses import dataclass

from . import values
from .ini import Document
from .reader import Reader

HOUR_S = 3600.0
DAY_S = 24 * HOUR_S
MIB = 1 << 20
TIB = 1 << 40


@dataclass(frozen=True, slots=True)
class SamplesConfig:
    """For how long what servers say of themselves is kept: as sampled, by minutes, and by quarters of an hour.

    `max_bytes` bounds all of it; `keep_free_bytes` of the disk are left to the log of events.
    """

    keep_samples_s: float = 2 * HOUR_S
    keep_minutes_s: float = 2 * DAY_S
    keep_quarters_s: float = 400 * DAY_S
    max_bytes: int = 1 << 30
    keep_free_bytes: int = 256 * MIB


def samples_config(document: Document) -> SamplesConfig:
    reader = Reader(document, "store")
    default = SamplesConfig()
    samples = reader.read("keep_samples", lambda text: values.seconds(text, 2 * HOUR_S, 400 * DAY_S))
    minutes = reader.read("keep_minutes", lambda text: values.seconds(text, 2 * HOUR_S, 4000 * DAY_S))
    quarters = reader.read("keep_quarters", lambda text: values.seconds(text, DAY_S, 36500 * DAY_S))
    size = reader.read("samples_size", lambda text: values.size(text, 10 * MIB, 100 * TIB))
    free = reader.read("keep_free", lambda text: values.size(text, 0, 100 * TIB))
    return SamplesConfig(
        keep_samples_s=default.keep_samples_s if samples is None else samples,
        keep_minutes_s=default.keep_minutes_s if minutes is None else minutes,
        keep_quarters_s=default.keep_quarters_s if quarters is None else quarters,
        max_bytes=default.max_bytes if size is None else size,
        keep_free_bytes=default.keep_free_bytes if free is None else free,
    )
