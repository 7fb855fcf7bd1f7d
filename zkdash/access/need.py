"""What a route needs of who asks."""

from __future__ import annotations

import enum

from zkdash.access.person import Person
from zkdash.access.role import Role


class Need(enum.Enum):
    """The least that a route asks for; a test fails for one that says nothing.

    A route with a cluster's {name} in its path needs the role on that cluster, any other needs it anywhere: what is
    shown there is then told by the reach of who asks.
    """

    NOTHING = 0
    """Also for who has not signed in: the sign-in itself, style sheets, the health check."""
    VIEWER = Role.VIEWER
    OPERATOR = Role.OPERATOR
    ADMIN = Role.ADMIN


class Answer(enum.Enum):
    """What is decided."""

    YES = enum.auto()
    SIGN_IN = enum.auto()
    """Nobody knows who asks."""
    NOT_THERE = enum.auto()
    """For them the cluster does not exist."""
    FORBIDDEN = enum.auto()
    """They may see it, but not do this."""


def decide(person: Person | None, need: Need, cluster: str | None = None) -> Answer:
    """Whether somebody may ask for a route, and if it is about one cluster, for that one."""
    if need is Need.NOTHING:
        return Answer.YES
    if person is None:
        return Answer.SIGN_IN
    role = person.reach.role_anywhere if cluster is None else person.reach.role_on(cluster)
    if role is None:
        return Answer.FORBIDDEN if cluster is None else Answer.NOT_THERE
    return Answer.YES if role >= need.value else Answer.FORBIDDEN
