"""When to try again, and when to give up. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from zkdash.alerts.delivery import Delivery
from zkdash.alerts.notifiers.answer import Answer

FIRST_RETRY_S = 1.0
LONGEST_RETRY_S = 300.0
LONGEST_RETRY_AFTER_S = 3600.0
LONGEST_IN_ALL_MS = 24 * 3_600_000
"""For how long a delivery is tried in all."""

AFTER_REFUSAL_S = (10.0, 60.0, 600.0, 3600.0)
"""How long to wait after each answer that trying again will hardly change: somebody may correct the receiver."""


@dataclass(frozen=True, slots=True)
class Retry:
    """After how many seconds to try again (None: never), and how often in a row it was refused for good."""

    wait_s: float | None
    refusals: int


def retry(delivery: Delivery, answer: Answer, now: int, chance: float) -> Retry:
    """What follows from a try that failed; `delivery` is as it was before, `chance` is 0 to 1."""
    refusals = delivery.refusals + 1 if answer.permanent else 0
    if refusals > len(AFTER_REFUSAL_S):
        return Retry(None, refusals)
    if refusals:
        own = AFTER_REFUSAL_S[refusals - 1] * (0.9 + 0.2 * chance)
        wait_s = max(own, min(answer.retry_after_s or 0.0, LONGEST_RETRY_AFTER_S))
    else:
        wait_s = retry_s(delivery.tries + 1, answer.retry_after_s, chance)
    if now + wait_s * 1000 > delivery.created_at + LONGEST_IN_ALL_MS:
        return Retry(None, refusals)
    return Retry(wait_s, refusals)


def retry_s(tries: int, retry_after_s: float | None, chance: float) -> float:
    """How long to wait after the `tries`th try has failed.

    It doubles from 1 s to 5 min; `chance` (0 to 1) moves it by up to a tenth to either side, so that what failed
    together isn't tried again together. A receiver that names a later time (Retry-After) gets it, up to an hour.
    """
    doubled = FIRST_RETRY_S * 2.0 ** min(tries - 1, 20)
    own = min(doubled * (0.9 + 0.2 * chance), LONGEST_RETRY_S)
    return max(own, min(retry_after_s or 0.0, LONGEST_RETRY_AFTER_S))
