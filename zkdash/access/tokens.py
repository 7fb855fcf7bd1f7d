"""Tokens: what scripts show instead of signing in."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass

import orjson

from zkdash.access.role import Role
from zkdash.access.sessions import SEEN_MS, digest, new_secret, row_of
from zkdash.clock import now_ms
from zkdash.store import sign_in as rows
from zkdash.store.engine import Store

PREFIX = "zkd_"
"""So that tokens that have leaked are found by tools that look for such."""


@dataclass(slots=True)
class Token:
    """What a script may do in somebody's name: at most `role`, and only on `clusters` (() for all). Times are UTC ms.

    `groups` are those that its owner was in when it was made, or signed in last.
    """

    id: str
    key: str
    name: str
    who: str
    groups: tuple[str, ...]
    via: str
    role: str
    clusters: tuple[str, ...]
    created_at: int
    ends_at: int
    used_at: int | None = None
    used_from: str = ""

    @property
    def ceiling(self) -> Role:
        return Role[self.role.upper()]


class Tokens:
    """All tokens. Methods that change them raise StoreUnavailable."""

    def __init__(self, store: Store, clock: Callable[[], int] = now_ms) -> None:
        self._store = store
        self._clock = clock
        self._by_key: dict[str, Token] = {}
        self._written: dict[str, int] = {}
        self._gone: set[str] = set()

    async def load(self) -> None:
        """Read what is in the store."""
        async with self._store.connect() as connection:
            found = await rows.every(connection, rows.tokens)
        for row in found:
            lists = {name: tuple(orjson.loads(row[name])) for name in ("groups", "clusters")}
            self._keep(Token(**(dict(row) | lists)))

    async def make(
        self,
        name: str,
        who: str,
        groups: tuple[str, ...],
        via: str,
        *,
        role: Role,
        clusters: tuple[str, ...],
        lifetime_ms: int,
    ) -> tuple[Token, str]:
        """A new token, and its text, which is kept nowhere."""
        secret, now = PREFIX + new_secret(), self._clock()
        token = Token(
            secrets.token_hex(8), digest(secret), name, who, groups, via, role.word, clusters, now, now + lifetime_ms
        )
        async with self._store.begin() as connection:
            await rows.add(connection, rows.tokens, row_of(token))
        self._keep(token)
        return token, secret

    def find(self, secret: str) -> Token | None:
        """The token of this text, unless it has expired."""
        token = self._by_key.get(digest(secret))
        return token if token is not None and token.ends_at > self._clock() else None

    def touch(self, token: Token, address: str) -> None:
        """It was used."""
        token.used_at, token.used_from = self._clock(), address

    def of(self, who: str | None = None) -> list[Token]:
        """Those of somebody, or of everybody, the newest first."""
        found = (token for token in self._by_key.values() if who is None or token.who == who)
        return sorted(found, key=lambda token: -token.created_at)

    def get(self, token_id: str) -> Token | None:
        return next((token for token in self._by_key.values() if token.id == token_id), None)

    async def revoke(self, *tokens: Token) -> None:
        """Take tokens away: at once here, and in the store."""
        for token in tokens:
            self._by_key.pop(token.key, None)
            self._written.pop(token.id, None)
            self._gone.add(token.id)
        await self._remove()

    async def regroup(self, who: str, via: str, groups: tuple[str, ...]) -> None:
        """Their owner has signed in, with these groups."""
        changed = [token for token in self.of(who) if token.via == via and token.groups != groups]
        if changed:
            async with self._store.begin() as connection:
                for token in changed:
                    await rows.change(connection, rows.tokens, token.id, groups=orjson.dumps(groups).decode())
            for token in changed:
                token.groups = groups

    async def write(self) -> None:
        """Write down which were used, each at most once a minute, and what the store did not take before."""
        await self._remove()
        late = [one for one in self._by_key.values() if (one.used_at or 0) - self._written[one.id] >= SEEN_MS]
        if late:
            async with self._store.begin() as connection:
                for one in late:
                    await rows.change(connection, rows.tokens, one.id, used_at=one.used_at, used_from=one.used_from)
            self._written.update((one.id, one.used_at or 0) for one in late)

    async def _remove(self) -> None:
        gone = list(self._gone)
        if gone:
            async with self._store.begin() as connection:
                await rows.remove(connection, rows.tokens, gone)
            self._gone.difference_update(gone)

    def _keep(self, token: Token) -> None:
        self._by_key[token.key] = token
        self._written[token.id] = token.used_at or 0
