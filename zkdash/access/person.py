"""Who asks."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from zkdash.access.role import Role


@dataclass(frozen=True, slots=True)
class Person:
    """Who asks, as far as zkdash knows. `name` is empty without sign-in: then people say themselves who they are."""

    role: Role
    name: str = ""


def person_of(_request: web.Request) -> Person:
    """Who asks. There is no sign-in yet: whoever reaches zkdash is an operator."""
    return Person(Role.OPERATOR)


def require(request: web.Request, role: Role) -> Person:
    """Who asks, if they may do what takes this role. Raises 403 that names the role."""
    person = person_of(request)
    if person.role < role:
        raise web.HTTPForbidden(text=f"This takes the role {role.word}; yours is {person.role.word}.")
    return person
