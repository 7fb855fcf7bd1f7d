"""What a page offers to do: where somebody is an operator of some clusters only, the others' buttons are not there.

Lists are drawn once for all who see the same, with the buttons of operators in them. A page of somebody who operates
nothing hides them all; for who operates some of the clusters a stylesheet of their own leaves those buttons.
"""

from __future__ import annotations

from collections.abc import Iterable

from aiohttp import web

from zkdash.access import Person, Reach, Role
from zkdash.access.silencing import may_silence
from zkdash.web.gate import person_of
from zkdash.web.query import Query
from zkdash.web.seen import seen


def acts_on(person: Person | None, cluster: str) -> bool:
    """Whether they are an operator of this cluster, watched or not."""
    return person is not None and person.reach.operates(cluster)


def acts_in_part(person: Person | None) -> bool:
    """Whether they are an operator somewhere, and may be none elsewhere."""
    return person is not None and person.role >= Role.OPERATOR and bool(may_silence(person.reach, ()))


def sheet_of(reach: Reach, clusters: Iterable[str]) -> str:
    """The stylesheet that hides what is done with other clusters than those that they are an operator of."""
    theirs = filter(reach.operates, clusters)
    but = ", ".join(f'[data-acts-on="{quoted(name)}"]' for name in theirs)
    return f"[data-acts-on]{f':not({but})' if but else ''} {{ display: none; }}\n"


def quoted(name: str) -> str:
    """A text as it stands in a string of CSS."""
    return "".join(each if each.isalnum() or each in "-_." else f"\\{ord(each):x} " for each in name)


async def stylesheet(request: web.Request) -> web.Response:
    """GET /acts.css"""
    Query(request, ())
    text = sheet_of(person_of(request).reach, seen(request).clusters.names())
    return web.Response(text=text, content_type="text/css", headers={"Cache-Control": "private, no-cache"})
