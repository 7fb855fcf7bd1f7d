"""Time as the log has it. It is what all rooms use: zkdash.clock."""

from zkdash.clock import Later, iso, later

__all__ = ["Later", "iso", "later"]
