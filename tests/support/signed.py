"""Sites that people sign in to."""

from __future__ import annotations

import ipaddress
from functools import cache
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher

from tests.support.site import Site
from zkdash.config import AccessConfig, GrantConfig, User
from zkdash.config.users import read_users, write_users

PASSWORD = "correct horse"
OURS = {"Sec-Fetch-Site": "same-origin"}
GRANTS = (
    GrantConfig("all", "viewer", users=("*",)),
    GrantConfig("ops", "operator", groups=("ops",)),
    GrantConfig("root", "admin", users=("root",)),
)
LOOPBACK = (ipaddress.ip_network("127.0.0.1"),)


@cache
def quick_hash(password: str) -> str:
    """A hash that takes no time."""
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(password)


def user(name: str, *groups: str, password: str = PASSWORD) -> User:
    return User(name, quick_hash(password), groups)


def by_password(folder: Path, *users: User, **more: Any) -> AccessConfig:
    """[access] with a file of users."""
    path = folder / "users"
    write_users(path, users)
    return AccessConfig("basic", GRANTS, users_file=path, users=read_users(path), **more)


async def sign_in(site: Site, name: str, password: str = PASSWORD, after: str = "", **headers: str) -> Any:
    """What is answered to the form; the client keeps the cookie."""
    form = {"user": name, "password": password, "next": after}
    return await site.client.post("/sign-in", data=form, headers=OURS | headers, allow_redirects=False)


async def actions(site: Site) -> list[tuple[str, str, str]]:
    """The audit log, oldest first: (action, who, what)."""
    from zkdash.access.audit import Asked

    return [(one.action, one.who, one.what) for one in reversed(await site.bus.audit.entries(Asked(), 100))]
