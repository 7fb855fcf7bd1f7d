"""Who asks."""

from __future__ import annotations

from dataclasses import dataclass

from zkdash.access.reach import EVERYTHING, Reach
from zkdash.access.role import Role


@dataclass(frozen=True, slots=True)
class Person:
    """Who asks, as far as zkdash knows. `name` is empty without sign-in: then people say themselves who they are.

    `via` is how they are known: "none", "basic", "proxy", "oidc", "token" or "share". `session` names what they signed
    in with, so that it can be taken away; it is no secret.
    """

    reach: Reach = EVERYTHING
    name: str = ""
    groups: tuple[str, ...] = ()
    via: str = "none"
    session: str = ""

    @property
    def role(self) -> Role:
        """The highest role that they have anywhere."""
        return self.reach.role_anywhere or Role.VIEWER


ANYBODY = Person()
"""Who asks where there is no sign-in."""
