"""Rounds of attempts to connect: how long to pause between them, and what they found, in plain words."""

from __future__ import annotations

import random

FIRST_PAUSE_S = 0.1
PAUSE_CAP_S = 2.0
LONG_OUTAGE_S = 60.0
LONG_OUTAGE_PAUSE_CAP_S = 5.0


class ConnectFailed(Exception):
    """No session came of an attempt; the message says why in plain words."""

    def __init__(self, reason: str, *, hung_up: bool = False) -> None:
        super().__init__(reason)
        self.hung_up = hung_up


def pause_s(failed_rounds: int, failing_s: float) -> float:
    """How long to wait before the next round: short, so that a recovery is seen quickly, and never in step."""
    cap = PAUSE_CAP_S if failing_s < LONG_OUTAGE_S else LONG_OUTAGE_PAUSE_CAP_S
    longest: float = min(cap, FIRST_PAUSE_S * 2 ** min(failed_rounds, 10))
    return longest * random.uniform(0.5, 1.0)  # noqa: S311 - jitter, no secret


def plain(error: OSError) -> str:
    """What went wrong on the network, in words."""
    match error:
        case ConnectionRefusedError():
            return "connection refused"
        case ConnectionResetError():
            return "connection reset"
        case TimeoutError():
            return "no answer"
    return (error.strerror or str(error)).lower()


def summary(failures: dict[str, str]) -> str:
    """What a whole round found, in words that stay the same from round to round."""
    if not failures:
        return "no server to try"
    if len(failures) == 1:
        ((server, reason),) = failures.items()
        return f"{server}: {reason}"
    if len(set(failures.values())) == 1:
        return f"all {len(failures)} servers: {next(iter(failures.values()))}"
    return "; ".join(f"{server}: {reason}" for server, reason in sorted(failures.items()))
