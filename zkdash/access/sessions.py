"""Who is signed in: in memory for speed, in the store as the truth."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from typing import Any

import orjson

from zkdash.clock import now_ms
from zkdash.store import sign_in as rows
from zkdash.store.engine import Store

SEEN_MS = 60_000
"""When somebody was last seen is written at most so often."""
AGENT_CHARS = 200


def new_secret() -> str:
    """256 bits that nobody guesses, for a cookie or a token."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """What of a secret is kept. It has 256 bits of its own, so that no slow hash is needed."""
    return hashlib.sha256(secret.encode()).hexdigest()


@dataclass(slots=True)
class Session:
    """One sign-in of somebody by one browser. `stamp` changes with their password. Times are UTC ms."""

    id: str
    key: str
    who: str
    groups: tuple[str, ...]
    via: str
    stamp: str
    address: str
    agent: str
    created_at: int
    seen_at: int
    ends_at: int


class Sessions:
    """All sessions. Methods that change them raise StoreUnavailable."""

    def __init__(self, store: Store, clock: Callable[[], int] = now_ms) -> None:
        self._store = store
        self._clock = clock
        self._by_key: dict[str, Session] = {}
        self._by_id: dict[str, Session] = {}
        self._written: dict[str, int] = {}
        self._gone: set[str] = set()

    async def load(self) -> None:
        """Read what is in the store."""
        async with self._store.connect() as connection:
            found = await rows.every(connection, rows.sessions)
        for row in found:
            self._keep(Session(**(dict(row) | {"groups": tuple(orjson.loads(row["groups"]))})))

    async def begin(
        self,
        who: str,
        groups: tuple[str, ...],
        via: str,
        *,
        stamp: str = "",
        address: str = "",
        agent: str = "",
        lifetime_s: float,
    ) -> tuple[Session, str]:
        """A new session, and the secret of its cookie, which is kept nowhere."""
        secret, now = new_secret(), self._clock()
        ends_at = now + round(lifetime_s * 1000)
        agent = "".join(filter(str.isprintable, agent))[:AGENT_CHARS]
        session = Session(
            secrets.token_hex(8), digest(secret), who, groups, via, stamp, address, agent, now, now, ends_at
        )
        async with self._store.begin() as connection:
            await rows.add(connection, rows.sessions, row_of(session))
        self._keep(session)
        return session, secret

    def find(self, secret: str) -> Session | None:
        """The session of a cookie."""
        return self._by_key.get(digest(secret))

    def get(self, session_id: str) -> Session | None:
        return self._by_id.get(session_id)

    def touch(self, session: Session) -> None:
        """Somebody was seen."""
        session.seen_at = self._clock()

    def of(self, who: str | None = None) -> list[Session]:
        """Those of somebody, or of everybody, the last seen first."""
        found = (session for session in self._by_id.values() if who is None or session.who == who)
        return sorted(found, key=lambda session: -session.seen_at)

    async def end(self, sessions: Iterable[Session]) -> None:
        """End sessions: at once here, and in the store."""
        for session_id in [session.id for session in sessions]:
            session = self._by_id.pop(session_id, None)
            if session is not None:
                del self._by_key[session.key]
            self._written.pop(session_id, None)
            self._gone.add(session_id)
        await self._remove()

    async def write(self) -> None:
        """Write down who was seen since the last time, and what the store did not take before."""
        await self._remove()
        late = [one for one in self._by_id.values() if one.seen_at - self._written[one.id] >= SEEN_MS]
        if late:
            async with self._store.begin() as connection:
                for one in late:
                    await rows.change(connection, rows.sessions, one.id, seen_at=one.seen_at)
            self._written.update((one.id, one.seen_at) for one in late)

    async def _remove(self) -> None:
        gone = list(self._gone)
        if gone:
            async with self._store.begin() as connection:
                await rows.remove(connection, rows.sessions, gone)
            self._gone.difference_update(gone)

    def _keep(self, session: Session) -> None:
        self._by_key[session.key] = self._by_id[session.id] = session
        self._written[session.id] = session.seen_at


def row_of(one: Any) -> dict[str, Any]:
    """A session or a token as the store has it."""
    found = {field.name: getattr(one, field.name) for field in fields(one)}
    return {name: orjson.dumps(value).decode() if isinstance(value, tuple) else value for name, value in found.items()}
