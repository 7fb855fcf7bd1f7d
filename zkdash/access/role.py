"""The roles, each of which may do all that those before it may."""

from __future__ import annotations

import enum


class Role(enum.IntEnum):
    """What somebody may do with a cluster."""

    VIEWER = 1
    """See it."""
    OPERATOR = 2
    """Acknowledge, silence, resend, send a test, share."""
    ADMIN = 3
    """See who did what, and take away what others were given: sessions, tokens, share links."""

    @property
    def word(self) -> str:
        """The role in a sentence: "operator"."""
        return self.name.lower()
