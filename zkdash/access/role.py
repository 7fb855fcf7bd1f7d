"""The roles, each of which may do all that those before it may."""

from __future__ import annotations

import enum


class Role(enum.IntEnum):
    """What somebody may do."""

    VIEWER = 1
    """See everything."""
    OPERATOR = 2
    """Acknowledge, silence, resend, send a test."""
    ADMIN = 3

    @property
    def word(self) -> str:
        """The role in a sentence: "operator"."""
        return self.name.lower()
