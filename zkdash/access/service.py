"""Who is who: the one place that turns a request into a person."""

from __future__ import annotations

from aiohttp import web

from zkdash.access.grant import Grant
from zkdash.access.person import ANYBODY, Person
from zkdash.access.reach import EVERYTHING, Reach, reach_of
from zkdash.config import AccessConfig


class AccessService:
    """Knows who asks, and how far they reach by the configuration as it is now."""

    def __init__(self, config: AccessConfig) -> None:
        self.config = config
        self._grants = tuple(map(Grant.of, config.grants))

    def reload(self, config: AccessConfig) -> None:
        """Take up changed grants."""
        self.config = config
        self._grants = tuple(map(Grant.of, config.grants))

    def reach(self, user: str, groups: tuple[str, ...] = ()) -> Reach:
        """How far somebody reaches now."""
        return reach_of(self._grants, user, groups)

    def again(self, user: str, groups: tuple[str, ...], via: str) -> Reach:
        """How far somebody reaches now who was known so before; without a name only where nobody signs in."""
        return EVERYTHING if via == "none" else self.reach(user, groups)

    async def identify(self, _request: web.Request) -> Person | None:
        """Who asks; None if nobody knows."""
        return ANYBODY
