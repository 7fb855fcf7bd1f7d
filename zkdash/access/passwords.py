"""Passwords: Argon2id, as slow for a name that nobody has as for one that somebody has."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from zkdash.config import User

SHORTEST, LONGEST = 8, 1024
AT_ONCE = 2
"""So many passwords are checked at once: each takes a core and 64 MiB for a moment."""
MOST_WAITING = 32

HASHER = PasswordHasher()


class TooMany(Exception):
    """More people try to sign in at once than zkdash checks."""


def hashed(password: str) -> str:
    """What of a password is kept."""
    return HASHER.hash(password)


def stamp(user: User) -> str:
    """Changes with the password, and tells nothing of it: sessions end when it does."""
    return hashlib.sha256(user.hash.encode()).hexdigest()[:16]


class Passwords:
    """Checks passwords, a few at once, away from the event loop."""

    def __init__(self) -> None:
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0

    async def check(self, users: Mapping[str, User], name: str, password: str) -> User | None:
        """The user of this name and password. Raises TooMany."""
        if self._waiting >= MOST_WAITING:
            raise TooMany
        self._waiting += 1
        try:
            async with self._turn:
                user = users.get(name)
                right = await asyncio.to_thread(_matches, user.hash if user else _nobodys(), password)
                return user if right else None
        finally:
            self._waiting -= 1


def _matches(known: str, password: str) -> bool:
    try:
        return HASHER.verify(known, password[:LONGEST])
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobodys() -> str:
    """The hash of a password that nobody knows."""
    import secrets

    return hashed(secrets.token_urlsafe(32))
