"""A clock that stands still until a test moves it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(eq=False)
class Timer:
    """What `later` gives, as asyncio's TimerHandle."""

    at_ms: float
    callback: Callable[[], object]
    cancelled: bool = False

    def cancel(self) -> None:
        self.cancelled = True


@dataclass
class Clock:
    """`now` and `later` of the services. `at` is UTC milliseconds."""

    at: int = 1_750_000_000_000
    timers: list[Timer] = field(default_factory=list)

    def now(self) -> int:
        return self.at

    def later(self, delay_s: float, callback: Callable[[], object]) -> Timer:
        timer = Timer(self.at + delay_s * 1000, callback)
        self.timers = [other for other in self.timers if not other.cancelled]
        self.timers.append(timer)
        return timer

    def advance(self, seconds: float) -> None:
        """Move on, and call who has waited for that."""
        self.at += round(seconds * 1000)
        due = [timer for timer in self.timers if not timer.cancelled and timer.at_ms <= self.at]
        self.timers = [timer for timer in self.timers if timer not in due]
        for timer in due:
            timer.callback()

    def waits_s(self) -> list[float]:
        """For how long others wait, shortest first."""
        return sorted((timer.at_ms - self.at) / 1000 for timer in self.timers if not timer.cancelled)
