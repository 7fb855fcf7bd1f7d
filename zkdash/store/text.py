"""What text the store can hold, whichever engine it has."""

from __future__ import annotations


def storable(text: str) -> str:
    """Without what PostgreSQL or UTF-8 can't hold: NUL and lone surrogates."""
    return text.encode("utf-8", "replace").decode().replace("\0", "\ufffd")
