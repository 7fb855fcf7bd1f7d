"""What somebody did by a request, written into the audit log."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from zkdash.web.gate import who_asks
from zkdash.web.keys import ZKDASH

LONGEST = 300
"""How many characters of a text go into the log."""


async def note(
    request: web.Request, action: str, what: str = "", *, cluster: str = "", by: str = "", **details: Any
) -> None:
    """Write it down. `by` is who they say they are: it counts only where nobody signs in."""
    person = who_asks(request)
    if by and not (person and person.name):
        details["by"] = by[:LONGEST]
    await request.app[ZKDASH].audit.record(
        action, person, what[:LONGEST], cluster=cluster, address=address_of(request), **details
    )


def address_of(request: web.Request) -> str:
    """Where a request comes from."""
    return request.remote or ""
