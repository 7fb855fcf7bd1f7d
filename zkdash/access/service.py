"""Who is who: the one place that turns a request into a person."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection
from typing import Any, Protocol

from aiohttp import web

from zkdash.access.audit import AuditLog
from zkdash.access.grant import Grant
from zkdash.access.headers import user_in
from zkdash.access.oidc import Provider
from zkdash.access.passwords import Passwords
from zkdash.access.person import ANYBODY, Person
from zkdash.access.reach import EVERYTHING, NOTHING, Reach, reach_of
from zkdash.access.sessions import Session, Sessions
from zkdash.access.throttle import Throttle
from zkdash.access.tokens import PREFIX, Token, Tokens
from zkdash.access.users import Users
from zkdash.clock import now_ms
from zkdash.config import AccessConfig, Config
from zkdash.errors import StartError
from zkdash.log import get_logger
from zkdash.store.engine import Store, StoreUnavailable

L = get_logger(__name__)

SWEEP_S = 2.0
"""How often it looks for sessions that are over, and for a changed file of users."""
KEEP_EXPIRED_MS = 7 * 86_400_000
"""For how long a token that has expired is still listed."""
MOST_REACHES = 10_000
BEARER = "bearer "
LIVE = "/live"
"""What an open page asks for by itself, which keeps no session from being idle."""


class App(Protocol):
    """What it needs of the application."""

    config: Config
    PubSub: Any  # asab is not typed


class AccessService:
    """Knows who asks, and how far they reach by the configuration as it is now.

    It publishes "Access.changed!" when somebody may reach less, or more, than before.
    """

    def __init__(self, app: App, store: Store, audit: AuditLog) -> None:
        self._app = app
        self.audit = audit
        self.sessions, self.tokens = Sessions(store), Tokens(store)
        self.throttle = Throttle(time.monotonic)
        self.passwords, self.users = Passwords(), Users()
        self._sweeping: asyncio.Task[None] | None = None
        self.provider: Provider | None = None
        self._take(app.config.access)

    async def start(self) -> None:
        """Read who is signed in. Raises StartError."""
        try:
            await self.sessions.load()
            await self.tokens.load()
        except StoreUnavailable as error:
            raise StartError(f"can't read who is signed in: {error}") from error
        self._sweeping = asyncio.create_task(self._sweep_on())

    async def stop(self) -> None:
        """Write down who was seen."""
        if self._sweeping is not None:
            self._sweeping.cancel()
            await asyncio.gather(self._sweeping, return_exceptions=True)
        await self._write()

    def reload(self, config: AccessConfig) -> None:
        """Take up changed grants and users, or another way to sign in."""
        self._take(config)
        self._app.PubSub.publish("Access.changed!")

    def _take(self, config: AccessConfig) -> None:
        self.config = config
        self._grants = tuple(map(Grant.of, config.grants))
        self._reaches: dict[tuple[str, tuple[str, ...]], Reach] = {}
        self.users.take(config)
        if self.provider is None or self.provider.config != config.oidc:
            self.provider = Provider(config.oidc) if config.oidc is not None else None

    def reach(self, user: str, groups: tuple[str, ...] = ()) -> Reach:
        """How far somebody reaches now."""
        found = self._reaches.get((user, groups))
        if found is None:
            if len(self._reaches) >= MOST_REACHES:
                self._reaches.clear()
            found = self._reaches[user, groups] = reach_of(self._grants, user, groups)
        return found

    def again(self, user: str, groups: tuple[str, ...], via: str) -> Reach:
        """How far somebody reaches now who was known so before; without a name only where nobody signs in."""
        if via == "none":
            return EVERYTHING if self.config.sign_in == "none" else NOTHING
        if via == self.config.sign_in == "basic":
            found = self.users.by_name.get(user)
            return NOTHING if found is None else self.reach(user, found.groups)
        return self.reach(user, groups)

    # Who asks

    async def identify(self, request: web.Request) -> Person | None:
        """Who asks; None if nobody knows."""
        method = self.config.sign_in
        if method == "none":
            return ANYBODY
        given = request.headers.get("Authorization", "")
        if given[: len(BEARER)].lower() == BEARER and given[len(BEARER) :].startswith(PREFIX):
            return self._by_token(given[len(BEARER) :].strip(), request.remote or "")
        if method == "proxy":
            named = user_in(request, self.config)
            return None if named is None else Person(self.reach(*named), *named, "proxy")
        session = self.session_of(request)
        if session is None:
            return None
        if not request.path.endswith(LIVE):
            self.sessions.touch(session)
        return self.person_of(session)

    def session_of(self, request: web.Request) -> Session | None:
        """The session that a request shows, if it still holds."""
        secret = request.cookies.get(self.cookie_name(request))
        session = self.sessions.find(secret) if secret else None
        return session if session is not None and self._goes_on(session) else None

    def cookie_name(self, request: web.Request) -> str:
        """The session's cookie: over TLS one that no other site of the domain, and nothing without TLS, can set."""
        if not self.is_secure(request):
            return "zkdash-session"
        return "__Secure-zkdash-session" if self._app.config.web.base_path else "__Host-zkdash-session"

    def is_secure(self, request: web.Request) -> bool:
        """Whether the browser speaks TLS, as far as zkdash knows."""
        return request.secure or self._app.config.web.public_url.startswith("https://")

    def holds(self, person: Person) -> bool:
        """Whether somebody who was let in would still be, with the same reach."""
        if person.via in ("none", "share"):
            return person.via == "share" or self.config.sign_in == "none"
        if person.via == "proxy":
            return self.config.sign_in == "proxy" and self.reach(person.name, person.groups) == person.reach
        if person.via == "token":
            token = self.tokens.get(person.session)
            now = None if token is None else self._person_of_token(token)
        else:
            session = self.sessions.get(person.session)
            now = self.person_of(session) if session is not None and self._goes_on(session) else None
        return now is not None and now.reach == person.reach

    def person_of(self, session: Session) -> Person:
        """Who signed in."""
        return Person(self.reach(session.who, session.groups), session.who, session.groups, session.via, session.id)

    def _goes_on(self, session: Session) -> bool:
        """Whether a session is neither over nor idle for too long, and its user still has that password."""
        now = now_ms()
        return (
            session.via == self.config.sign_in
            and now < session.ends_at
            and now - session.seen_at < self.config.idle_s * 1000
            and (session.via != "basic" or self.users.stamp_of(session.who) == session.stamp)
        )

    def _by_token(self, secret: str, address: str) -> Person | None:
        token = self.tokens.find(secret)
        person = None if token is None else self._person_of_token(token)
        if person is not None and token is not None:
            self.tokens.touch(token, address)
        return person

    def _person_of_token(self, token: Token) -> Person | None:
        groups = token.groups
        if token.via != self.config.sign_in or token.ends_at <= now_ms():
            return None
        if token.via == "basic":
            user = self.users.by_name.get(token.who)
            if user is None:
                return None
            groups = user.groups
        reach = self.reach(token.who, groups).under(token.ceiling)
        if token.clusters:
            reach = reach.within(token.clusters)
        return Person(reach, token.who, groups, "token", token.id)

    # What is taken away

    async def end(self, sessions: Collection[Session]) -> None:
        """End sessions; what listens in their name is closed soon."""
        await self.sessions.end(sessions)
        self._app.PubSub.publish("Access.changed!")

    async def revoke(self, token: Token) -> None:
        """Take a token away."""
        await self.tokens.revoke(token)
        self._app.PubSub.publish("Access.changed!")

    # Now and then

    async def _sweep_on(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_S)
            await self.sweep()

    async def sweep(self) -> None:
        """Take up a changed file of users, remove what is over, and write down who was seen."""
        if await self.users.look():
            self._reaches.clear()
            self._app.PubSub.publish("Access.changed!")
        await self._write()

    async def _write(self) -> None:
        """Remove what is over, and write down who was seen."""
        try:
            over = [session for session in self.sessions.of() if not self._goes_on(session)]
            if over:
                await self.end(over)
            for token in self.tokens.of():
                if token.ends_at + KEEP_EXPIRED_MS < now_ms():
                    await self.tokens.revoke(token)
            await self.sessions.write()
            await self.tokens.write()
        except StoreUnavailable as error:
            L.warning("Nobody can write down who is signed in.", struct_data={"error": f"{error}"})
