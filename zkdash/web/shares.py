"""Sharing a view: the form, the list of links, and taking one back."""

from __future__ import annotations

from dataclasses import dataclass, field

from aiohttp import web
from kazoo.exceptions import NoAuthError, NoNodeError

from zkdash.access import Person, Role
from zkdash.access.narrow import covers, narrowed
from zkdash.access.share import Draft, Share
from zkdash.clock import now_ms
from zkdash.web import done
from zkdash.web.audited import note
from zkdash.web.bodies import form_of, text_in
from zkdash.web.gate import person_of
from zkdash.web.keys import SHARING, ZKDASH
from zkdash.web.query import Query, number
from zkdash.web.render import render
from zkdash.web.share_scope import NotShared, Target, clusters_seen, drawn, target_of
from zkdash.web.share_view import LONGEST_PASSWORD
from zkdash.web.urls import at, whole
from zkdash.zookeeper.errors import ClusterUnavailable

HOUR_MS = 3_600_000
LASTS_MS = {"1h": HOUR_MS, "1d": 24 * HOUR_MS, "7d": 168 * HOUR_MS, "30d": 720 * HOUR_MS, "90d": 2160 * HOUR_MS}
LASTS_WORDS = {"1h": "1 hour", "1d": "1 day", "7d": "7 days", "30d": "30 days", "90d": "90 days"}
DEFAULT_LASTS = "7d"
FIELDS = ("of", "title", "lasts", "kind", "password")
LONGEST_TITLE = 120
WAITS = 20


@dataclass(slots=True)
class ShareForm:
    """What is typed, and what is wrong with it."""

    typed: dict[str, str]
    problems: dict[str, str] = field(default_factory=dict)
    can_be_live: bool = True


async def index(request: web.Request) -> web.Response:
    """GET /shares"""
    Query(request, ())
    person = person_of(request)
    is_admin = person.role >= Role.ADMIN
    shares = await request.app[SHARING].book.all(None if is_admin else person.name)
    return render(
        request,
        "share/index.html",
        shares=shares,
        is_admin=is_admin,
        can_share=person.role >= Role.OPERATOR,
        at_now=now_ms(),
    )


async def new(request: web.Request) -> web.Response:
    """GET /shares/new?of="""
    address = Query(request, ("of",)).text("of", "/")
    form = ShareForm({name: "" for name in FIELDS} | {"of": address, "lasts": DEFAULT_LASTS, "kind": "live"})
    await _target(request, form)
    return form_page(request, form)


def form_page(request: web.Request, form: ShareForm) -> web.Response:
    """The form with what is typed in it, and with its mistakes."""
    return render(request, "share/new.html", status=400 if form.problems else 200, form=form, lasts=choices(request))


def choices(request: web.Request) -> dict[str, str]:
    """For how long a link may work, as the configuration lets it."""
    longest = request.app[ZKDASH].config.sharing.longest_s * 1000
    return {key: words for key, words in LASTS_WORDS.items() if LASTS_MS[key] <= longest} or {
        "1h": "the longest allowed"
    }


async def create(request: web.Request) -> web.Response:
    """POST /shares (of, title, lasts, kind, password): the page that shows the link, once"""
    person, blank = person_of(request), request.clone()
    form = ShareForm(await form_of(request, FIELDS))
    title = text_in(form.typed, "title", LONGEST_TITLE, form.problems) or form.typed["of"][:LONGEST_TITLE]
    if form.typed["lasts"] not in choices(request):
        form.problems["lasts"] = f"A link works for one of {', '.join(choices(request))}."
    if form.typed["kind"] not in ("live", "fixed"):
        form.problems["kind"] = "It is live or fixed."
    if len(form.typed["password"]) > LONGEST_PASSWORD:
        form.problems["password"] = f"A password has at most {LONGEST_PASSWORD} characters."
    target = await _target(blank, form)
    if target is None or form.problems:
        return form_page(request, form)
    fixed = form.typed["kind"] == "fixed"
    if not fixed and not target.can_be_live:
        form.problems["kind"] = "This page costs the cluster work each time: share it as it is now."
        return form_page(request, form)
    try:
        draft = await _draft(blank, target, person, form, title, fixed)
    except NotShared as error:
        form.problems["of"] = f"{error}"
        return form_page(request, form)
    share_id, token = await request.app[SHARING].book.make(draft, person)
    kind = "fixed" if fixed else "live"
    await note(request, "share-create", f"share {share_id}: {title}", of=form.typed["of"][:300], kind=kind)
    link = whole(at(f"/s/{token}"), request)
    return render(request, "share/made.html", link=link, share_title=title, until=now_ms() + draft.lasts_ms)


async def _draft(blank: web.Request, target: Target, person: Person, form: ShareForm, title: str, fixed: bool) -> Draft:
    """The link to be made; a fixed one with what it shows. Raises NotShared for what shows nothing to anybody."""
    reach = narrowed(person.reach, target.scope)
    if not covers(person.reach, target.scope):
        raise NotShared("It is not there.")
    shown, clusters = "", target.scope.clusters
    try:
        viewer = Person(reach, person.name, person.groups, "share")
        shown = str(await drawn(target, viewer, patience=WAITS if fixed else 0))
    except web.HTTPException as error:
        raise NotShared(error.text or "This page shows nothing.") from None
    except (ClusterUnavailable, NoNodeError, NoAuthError):
        if fixed:
            raise
    if fixed:
        clusters = clusters_seen(blank.app[ZKDASH].clusters.names(), target.scope, reach)
    longest_ms = round(blank.app[ZKDASH].config.sharing.longest_s * 1000)
    lasts_ms = min(LASTS_MS[form.typed["lasts"]], longest_ms)
    return Draft(title, form.typed["of"], lasts_ms, form.typed["password"], shown if fixed else None, clusters)


async def _target(request: web.Request, form: ShareForm) -> Target | None:
    """The page to be shared; None with what is wrong in `form.problems`."""
    try:
        target = await target_of(request, form.typed["of"])
    except NotShared as error:
        form.problems["of"] = f"{error}"
        return None
    form.can_be_live = target.can_be_live
    return target


async def revoke(request: web.Request) -> web.Response:
    """POST /shares/{id}/revoke"""
    person = person_of(request)
    await form_of(request, ())
    share = await find(request, person)
    if await request.app[SHARING].book.revoke(share.id, person.name):
        await note(request, "share-revoke", f"share {share.id}: {share.title}")
    return done.go_to(at("/shares"), "revoked")


async def find(request: web.Request, person: Person) -> Share:
    """The link that the address names: one's own, and for admins anybody's. Raises 404."""
    share_id = number(request.match_info["id"])
    share = None if share_id is None else await request.app[SHARING].book.get(share_id)
    if share is None or (share.made_by != person.name and person.role < Role.ADMIN):
        raise web.HTTPNotFound(text="There is no such link of yours.")
    return share
