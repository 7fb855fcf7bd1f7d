"""Secrets for who may see them and asks: ?unmask=1, written down each time."""

from __future__ import annotations

import time

from aiohttp import web

from zkdash.access.sight import Sight
from zkdash.web.audited import note
from zkdash.web.gate import who_asks
from zkdash.web.keys import UNMASKED
from zkdash.web.seen import level_of

NOTED_S = 60.0
"""Of one person and znode a look is written down once in so long."""
SHARE = "share"


class Unmasked:
    """Who looked at which secrets in the last minute."""

    def __init__(self) -> None:
        self._until: dict[tuple[str, str, str], float] = {}

    def is_new(self, who: str, cluster: str, path: str) -> bool:
        """Whether a look is to be written down."""
        now, key = time.monotonic(), (who, cluster, path)
        self._until = {one: until for one, until in self._until.items() if until > now}
        new = key not in self._until
        self._until.setdefault(key, now + NOTED_S)
        return new


def may_unmask(request: web.Request, cluster: str, path: str) -> bool:
    """Whether who asks may see the secrets of a znode. Nobody does by a shared link."""
    person = who_asks(request)
    if person is None or person.via == SHARE:
        return False
    return Sight(level_of(request), cluster, unmask=True).unmasks(path)


async def unmask(request: web.Request, cluster: str, path: str, what: str = "unmask") -> bool:
    """Note that secrets of a znode are shown. Raises 403 for who may not see them."""
    if not may_unmask(request, cluster, path):
        raise web.HTTPForbidden(text="What is masked here is not shown to you: that takes a grant with unmask = yes.")
    person = who_asks(request)
    who = f"{person.name} {person.session}" if person is not None else ""
    if request.app[UNMASKED].is_new(who, cluster, path):
        await note(request, what, path, cluster=cluster)
    return True
