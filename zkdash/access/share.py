"""Links to one view for who has no sign-in: made, opened, revoked. A token is kept hashed, so it is shown only once."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass

import orjson
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from zkdash.access.person import Person
from zkdash.clock import now_ms
from zkdash.store import shares as rows
from zkdash.store.engine import Store
from zkdash.store.pruning import prune
from zkdash.store.rows import Row

TOKEN_BYTES = 32
MOST_LISTED = 500
_DAY_MS = 86_400_000
_HASHER = PasswordHasher()


@dataclass(frozen=True, slots=True)
class Share:
    """One link. `address` is the path and query that it shows; a fixed one has in `content` what it showed then.

    `made_by`, `groups` and `via` say who made it: what it shows is within what they reach when it is opened.
    """

    id: int
    title: str
    address: str
    made_at: int
    made_by: str
    groups: tuple[str, ...]
    via: str
    expires_at: int
    password_hash: str
    fixed: bool
    clusters: tuple[str, ...]
    content: str
    revoked_at: int | None
    revoked_by: str
    opened: int
    opened_at: int | None

    def is_over(self, now: int) -> bool:
        """Whether it shows nothing any more."""
        return self.revoked_at is not None or self.expires_at <= now


@dataclass(frozen=True, slots=True)
class Draft:
    """A link to be made. `content` is None for a live one."""

    title: str
    address: str
    lasts_ms: int
    password: str = ""
    content: str | None = None
    clusters: tuple[str, ...] = ()


class ShareBook:
    """All links. Every method raises StoreUnavailable."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def make(self, draft: Draft, maker: Person) -> tuple[int, str]:
        """Make a link; gives its id and its token, which nobody can tell again."""
        token, now = secrets.token_urlsafe(TOKEN_BYTES), now_ms()
        hashed = await asyncio.to_thread(_HASHER.hash, draft.password) if draft.password else ""
        row = {
            "token_hash": hash_of(token),
            "title": draft.title,
            "address": draft.address,
            "made_at": now,
            "made_by": maker.name,
            "via": maker.via,
            "groups": orjson.dumps(maker.groups).decode(),
            "expires_at": now + draft.lasts_ms,
            "password_hash": hashed,
            "fixed": draft.content is not None,
            "clusters": orjson.dumps(draft.clusters).decode(),
            "content": draft.content or "",
            "revoked_at": None,
            "revoked_by": "",
            "opened": 0,
            "opened_at": None,
        }
        async with self._store.begin() as connection:
            return await rows.add(connection, row), token

    async def by_token(self, token: str) -> Share | None:
        """The link with this token, also when it is over."""
        async with self._store.connect() as connection:
            row = await rows.by_hash(connection, hash_of(token))
        return None if row is None else _share(row)

    async def get(self, share_id: int) -> Share | None:
        async with self._store.connect() as connection:
            row = await rows.get(connection, share_id)
        return None if row is None else _share(row)

    async def all(self, made_by: str | None = None) -> list[Share]:
        """The newest, of one person or of all."""
        async with self._store.connect() as connection:
            return [_share(row) for row in await rows.find(connection, made_by=made_by, limit=MOST_LISTED)]

    async def opened(self, share: Share) -> None:
        """It was opened."""
        async with self._store.begin() as connection:
            await rows.opened(connection, share.id, now_ms())

    async def revoke(self, share_id: int, by: str) -> bool:
        """It shows nothing from now on; what a fixed one showed is deleted. False if it was revoked before."""
        async with self._store.begin() as connection:
            return await rows.revoke(connection, share_id, now_ms(), by)

    async def prune(self, keep_days: int) -> None:
        """Forget links that are over for so long."""
        await prune(self._store, rows.prune, now_ms() - keep_days * _DAY_MS)


def hash_of(token: str) -> str:
    """What is kept of a token. It has 256 random bits, so that a quick hash is as good as a slow one."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


async def is_password(share: Share, password: str) -> bool:
    """Whether a link's password is this one; takes as long either way."""
    try:
        return await asyncio.to_thread(_HASHER.verify, share.password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


def _share(row: Row) -> Share:
    of_json: dict[str, Collection[str]] = {name: tuple(orjson.loads(row[name])) for name in ("groups", "clusters")}
    return Share(**{name: row[name] for name in Share.__slots__} | of_json)
