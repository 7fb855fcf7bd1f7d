"""Signing in: a name and a password, or whom a provider names, become a session."""

from __future__ import annotations

from aiohttp import web

from zkdash.access.passwords import stamp
from zkdash.access.service import AccessService
from zkdash.access.sessions import Session

MOST_SESSIONS = 50
"""Of one person; those that were not seen for longest go."""


class Wait(Exception):
    """Too many sign-ins have failed: they have to wait for `seconds`."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"{seconds:.0f} s")
        self.seconds = seconds


async def by_password(
    access: AccessService, name: str, password: str, request: web.Request
) -> tuple[Session, str] | None:
    """A session for this name and password, and its cookie's secret; None if they are wrong.

    Raises Wait after too many failures, TooMany and StoreUnavailable.
    """
    address = request.remote or ""
    if (wait_s := access.throttle.wait_s(name, address)) > 0:
        raise Wait(wait_s)
    access.throttle.begin(name, address)
    user = await access.passwords.check(access.users.by_name, name, password)
    if user is None:
        await access.audit.record("sign-in-failed", None, shown(name), address=address)
        return None
    access.throttle.passed(name, address)
    return await enter(access, user.name, user.groups, "basic", request, stamp=stamp(user))


async def enter(
    access: AccessService, name: str, groups: tuple[str, ...], via: str, request: web.Request, *, stamp: str = ""
) -> tuple[Session, str]:
    """A new session for somebody who has shown who they are; the one that they had before ends."""
    old = access.session_of(request)
    made = await access.sessions.begin(
        name,
        groups,
        via,
        stamp=stamp,
        address=request.remote or "",
        agent=request.headers.get("User-Agent", ""),
        lifetime_s=access.config.lifetime_s,
    )
    over = access.sessions.of(name)[MOST_SESSIONS:]
    if old is not None or over:
        await access.end([*over, *([old] if old is not None else [])])
    await access.tokens.regroup(name, via, groups)
    await access.audit.record("sign-in", access.person_of(made[0]), address=request.remote or "")
    return made


def shown(name: str) -> str:
    """What somebody typed as their name, on one line and bounded."""
    name = "".join(filter(str.isprintable, name))
    return name if len(name) <= 64 else f"{name[:63]}…"
