"""How soon a route may be told again, so that what happens at once is told at once. Pure."""

from __future__ import annotations

from dataclasses import dataclass

FIRST_MS = 1_000
LONGEST_MS = 5_000
FORGET_MS = 30_000


@dataclass(frozen=True, slots=True)
class Gate:
    """Open at first; closed for a second after a message, and for longer, up to 5 s, as long as there are many.

    `last_at` is when it was last passed (UTC ms), `gap_ms` for how long it is closed since.
    """

    last_at: int | None = None
    gap_ms: int = 0

    @property
    def opens_at(self) -> int:
        return 0 if self.last_at is None else self.last_at + self.gap_ms

    def passed(self, now: int) -> Gate:
        """The gate after a message."""
        many = self.last_at is not None and 0 <= now - self.last_at < FORGET_MS
        return Gate(now, min(2 * self.gap_ms, LONGEST_MS) if many else FIRST_MS)

    def seen_at(self, now: int) -> Gate:
        """The gate, open if the clock has been set back."""
        return self if self.last_at is None or self.last_at <= now else Gate()
