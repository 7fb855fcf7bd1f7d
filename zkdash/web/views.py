"""Saved views: any page's address under a name, for oneself or the team."""

from __future__ import annotations

from aiohttp import web
from yarl import URL

from zkdash.access import Person, Role
from zkdash.access.saved_view import SavedView, ViewBook
from zkdash.web import done
from zkdash.web.audited import note
from zkdash.web.bodies import form_of, text_in
from zkdash.web.gate import person_of
from zkdash.web.keys import ZKDASH
from zkdash.web.query import Query, number
from zkdash.web.render import render
from zkdash.web.share_scope import LONGEST_ADDRESS
from zkdash.web.urls import at

LONGEST_NAME = 80
NO_PAGES = ("/api/", "/s/", "/live", "/static/", "/metrics", "/healthz", "/readyz", "/favicon")
FIELDS = ("of", "name", "for", "pinned")


async def index(request: web.Request) -> web.Response:
    """GET /views?of="""
    of = Query(request, ("of",)).text("of")
    return await page(
        request, {"of": of if await is_page(request, of) else "", "name": "", "for": "", "pinned": ""}, {}
    )


async def page(request: web.Request, typed: dict[str, str], problems: dict[str, str]) -> web.Response:
    """The list, with a form for the view that is to be saved."""
    person = person_of(request)
    views = await ViewBook(request.app[ZKDASH].store).all(person.name)
    return render(
        request,
        "views/index.html",
        status=400 if problems else 200,
        views=[(each, may_change(person, each)) for each in views],
        typed=typed,
        problems=problems,
        person=person,
        is_admin=person.role >= Role.ADMIN,
        for_team=person.role >= Role.OPERATOR,
    )


async def save(request: web.Request) -> web.Response:
    """POST /views (of, name, for, pinned)"""
    person, blank = person_of(request), request.clone()
    typed, problems = await form_of(request, FIELDS), dict[str, str]()
    name = text_in(typed, "name", LONGEST_NAME, problems)
    if not name and not problems:
        problems["name"] = "Give it a name."
    if not await is_page(blank, typed["of"]):
        problems["of"] = "Only zkdash's own pages can be saved."
    mine = typed["for"] == "me" and bool(person.name)
    if not mine and person.role < Role.OPERATOR:
        problems["for"] = "This takes the role operator: save it for yourself."
    if problems:
        return await page(request, typed, problems)
    book = ViewBook(request.app[ZKDASH].store)
    pinned = typed["pinned"] == "yes"
    try:
        await book.save(name, typed["of"], person.name if mine else "", person.name, pinned=pinned)
    except ValueError as error:
        return await page(request, typed, {"name": f"{error}".capitalize() + "."})
    await note(request, "view-save", name, of=typed["of"][:300])
    return done.go_to(at("/views"), "saved")


async def change(request: web.Request) -> web.Response:
    """POST /views/{id} (name, pinned)"""
    view = await find(request)
    form, problems = await form_of(request, ("name", "pinned")), dict[str, str]()
    name = text_in(form, "name", LONGEST_NAME, problems)
    if not name or problems:
        typed = {"of": "", "name": "", "for": "", "pinned": ""}
        return await page(request, typed, problems or {"name": "A view needs a name."})
    await ViewBook(request.app[ZKDASH].store).change(view.id, name, pinned=form["pinned"] == "yes")
    await note(request, "view-save", name, of=view.address[:300])
    return done.go_to(at("/views"), "saved")


async def remove(request: web.Request) -> web.Response:
    """POST /views/{id}/remove"""
    view = await find(request)
    await form_of(request, ())
    await ViewBook(request.app[ZKDASH].store).remove(view.id)
    await note(request, "view-remove", view.name, of=view.address[:300])
    return done.go_to(at("/views"), "removed")


def may_change(person: Person, view: SavedView) -> bool:
    """One's own, and the team's for operators."""
    return view.owner == person.name if view.owner else person.role >= Role.OPERATOR


async def find(request: web.Request) -> SavedView:
    """The view that the address names, which may be changed. Raises 404."""
    view_id = number(request.match_info["id"])
    view = None if view_id is None else await ViewBook(request.app[ZKDASH].store).get(view_id)
    if view is None or not may_change(person_of(request), view):
        raise web.HTTPNotFound(text="There is no such view that is yours to change.")
    return view


async def is_page(request: web.Request, address: str) -> bool:
    """Whether an address, without base_path, is a page of zkdash's own."""
    if not address.startswith("/") or address.startswith(("//", *NO_PAGES)) or len(address) > LONGEST_ADDRESS:
        return False
    if "\\" in address or not address.isprintable():
        return False
    try:
        match = await request.app.router.resolve(request.clone(method="GET", rel_url=URL(at(address), encoded=True)))
    except ValueError:
        return False
    return match.http_exception is None
