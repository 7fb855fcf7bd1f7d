"""What a server has refused to answer: remembered, so that it isn't asked the same each time, and said on its page."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass

from zkdash.zookeeper.commands import Command, Refusal, Target, Way, refusal_of
from zkdash.zookeeper.refusals import NotAnswered, Trouble

AGAIN_S = (10.0, 60.0, 600.0)
"""After how long what failed is asked again, the first time, the second, and each time after."""

REMEMBERED = frozenset({Trouble.NOT_ALLOWED, Trouble.NO_ADMIN_SERVER, Trouble.FOREIGN_ADMIN_SERVER, Trouble.NONSENSE})
SETTLED = frozenset({Trouble.NOT_ALLOWED, Trouble.FOREIGN_ADMIN_SERVER})
"""Refusals that are somebody's will: they wait for the longest at once."""

Question = tuple[Way, Command]


@dataclass(slots=True)
class _One:
    failure: NotAnswered
    tries: int
    until: float


class Refused:
    """The questions that one server has refused."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._by_question: dict[Question, _One] = {}

    def may(self, question: Question) -> bool:
        """Whether it is to be asked: it wasn't refused, or that is long ago."""
        one = self._by_question.get(question)
        return one is None or self._monotonic() >= one.until

    def add(self, question: Question, failure: NotAnswered) -> None:
        """Remember a failure, if it is one that will be the same the next time."""
        if failure.trouble not in REMEMBERED:
            return
        before = self._by_question.get(question)
        tries = before.tries + 1 if before else 0
        last = len(AGAIN_S) - 1
        again_s = AGAIN_S[last if failure.trouble in SETTLED else min(tries, last)]
        until = self._monotonic() + again_s * random.uniform(0.9, 1.1)  # noqa: S311 - jitter, no secret
        self._by_question[question] = _One(failure, tries, until)

    def answered(self, question: Question) -> None:
        """It is no longer refused."""
        self._by_question.pop(question, None)

    def forget(self) -> None:
        """Ask everything anew, but for what tells least: the server has begun anew, perhaps with other settings."""
        self._by_question = {key: one for key, one in self._by_question.items() if key[1] is Command.SRVR}

    def why(self, question: Question) -> NotAnswered | None:
        """The last failure."""
        one = self._by_question.get(question)
        return one.failure if one else None

    def shown(self, target: Target) -> tuple[Refusal, ...]:
        """What is refused, in words, with the settings that would allow it."""
        return tuple(
            refusal_of(target, command, [one.failure])
            for (way, command), one in self._by_question.items()
            if way is Way.WORD or command is not Command.SRVR
        )
