"""Forms that ask only who does it: to send again, to end a silence, to take an acknowledgement back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

from zkdash.web import done, who
from zkdash.web.bodies import BadFields, form_of, refused
from zkdash.web.gate import person_of


async def act(request: web.Request, here: str, do: Callable[[str], Awaitable[str]], word: str) -> web.Response:
    """Let `do`, given the name, do it and write it down; it gives the page to go to, where `word` (of done) is said.

    Without a name the form at `here` is shown again. Raises 400 for a name that can't be, 409 for what is over.
    """
    person = person_of(request)
    problems: dict[str, str] = {}
    by = who.name_in(request, person, await form_of(request, ("by",)), problems)
    if not by and not problems:
        return done.go_to(f"{here}#act", "who")
    if problems:
        raise BadFields(problems)
    try:
        there = await do(by)
    except ValueError as error:
        raise BadFields({"by": f"{error}"}) from None
    except LookupError as error:
        raise refused(error) from None
    return who.remember(done.go_to(there, word), by)
