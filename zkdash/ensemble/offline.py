"""Is it zkdash itself that is in trouble? Pure."""

from __future__ import annotations
