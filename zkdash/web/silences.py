"""Silences: what nobody is told for a while. The list, one of them, and the form that makes one."""

from __future__ import annotations

from aiohttp import web
from markupsafe import Markup

from zkdash.access import Person
from zkdash.access.silencing import may_silence
from zkdash.alerts.silence import Silence
from zkdash.clock import now_ms
from zkdash.web import alert_words, by_whom, done, silence_form, who
from zkdash.web.audited import note
from zkdash.web.bodies import form_of
from zkdash.web.gate import person_of, reach_of
from zkdash.web.keys import ALERTING, ZKDASH
from zkdash.web.query import Query, number
from zkdash.web.render import fragment, render
from zkdash.web.seen import Seen, level_of, seen
from zkdash.web.silence_form import FIELDS, SilenceForm
from zkdash.web.urls import url_for_silence
from zkdash.zookeeper.states import Severity

OVER_SHOWN = 50
"""How many of the silences that are over the list shows."""


async def index(request: web.Request) -> web.Response:
    """GET /alerts/silences"""
    Query(request, ())
    drawn = await request.app[ALERTING].draw("alerts/silences", level_of(request))
    return render(request, "alerts/silences.html", alerts=drawn)


async def draw_all(seen: Seen) -> Markup:
    """All silences: those that mute now, those that will, and those that are over."""
    now = now_ms()
    groups: dict[str, list[Silence]] = {"active": [], "upcoming": [], "over": []}
    for silence in await seen.alerts.silences():
        groups[alert_words.silence_state(silence, now)].append(silence)
    groups["over"] = sorted(groups["over"], key=lambda one: one.ended_at or one.ends_at or 0, reverse=True)[:OVER_SHOWN]
    return fragment("alerts/_all_silences.html", groups=groups, now=now)


async def show(request: web.Request) -> web.Response:
    """GET /alerts/silences/{id}"""
    Query(request, ())
    silence = await find(request)
    return render(
        request,
        "alerts/silence.html",
        alerts=await request.app[ALERTING].draw(f"alerts/silences/{silence.id}", level_of(request)),
        silence=silence,
        is_over=silence.is_over(now_ms()),
        may_end=not may_silence(reach_of(request), silence.matchers.clusters),
        name=who.remembered(request),
    )


async def draw(seen: Seen, what: str) -> Markup | None:
    """What is known of the silence whose id this is, or of all."""
    if not what:
        return await draw_all(seen)
    silence_id = number(what)
    silence = None if silence_id is None else await seen.alerts.silence(silence_id)
    if silence is None:
        return None
    muted = await seen.alerts.muted_by(silence.id)
    return fragment("alerts/_silence.html", silence=silence, muted=alert_words.shown(muted), now=now_ms())


async def new(request: web.Request) -> web.Response:
    """GET /alerts/silences/new?clusters=&rules=&…: the form, filled in by the address."""
    query = Query(request, FIELDS)
    typed = {name: ", ".join(query.texts(name)) if name in silence_form.LISTS else query.text(name) for name in FIELDS}
    typed["by"] = typed["by"] or who.remembered(request)
    return await form_page(request, SilenceForm(typed | {"lasts": typed["lasts"] or silence_form.LASTS_DEFAULT}))


async def form_page(request: web.Request, form: SilenceForm) -> web.Response:
    """The form with what is typed in it, and with its mistakes."""
    return render(
        request,
        "alerts/silence_new.html",
        status=400 if form.problems else 200,
        form=form,
        clusters=seen(request).clusters.names(),
        severities=list(Severity),
        lasts=silence_form.LASTS,
    )


async def create(request: web.Request) -> web.Response:
    """POST /alerts/silences"""
    person = person_of(request)
    form = SilenceForm(await form_of(request, FIELDS))
    by = who.name_in(request, person, form.typed, form.problems)
    if not by:
        form.problems.setdefault("by", "Say who you are: others want to know whom to ask.")
    draft = form.draft(by, now_ms())
    if draft is not None and (problem := may_silence(person.reach, draft.matchers.clusters)):
        form.problems["clusters"] = problem
        draft = None
    if draft is None:
        return await form_page(request, form)
    try:
        silence = await request.app[ZKDASH].alerts.add_silence(draft)
    except ValueError as error:
        form.problems["form"] = f"{error}"
        return await form_page(request, form)
    await noted(request, "silence-create", silence, by)
    return who.remember(done.go_to(url_for_silence(silence.id), "silenced"), by)


async def end(request: web.Request) -> web.Response:
    """POST /alerts/silences/{id}/end (by)"""
    person = person_of(request)
    silence = await find(request)
    may_end(person, silence)

    async def do(by: str) -> str:
        await request.app[ZKDASH].alerts.end_silence(silence.id, by)
        await noted(request, "silence-end", silence, by)
        return url_for_silence(silence.id)

    return await by_whom.act(request, url_for_silence(silence.id), do, "ended")


async def noted(request: web.Request, action: str, silence: Silence, by: str) -> None:
    """Write down what was done with a silence."""
    await note(request, action, f"silence {silence.id}: {silence.reason or silence.name}", by=by)


def may_end(person: Person, silence: Silence) -> None:
    """Raises 403 for who is not an operator of all that it silences."""
    if problem := may_silence(person.reach, silence.matchers.clusters):
        raise web.HTTPForbidden(text=problem)


async def find(request: web.Request) -> Silence:
    """The silence that the address names. Raises 404."""
    silence_id = number(request.match_info["id"])
    found = None if silence_id is None else await seen(request).alerts.silence(silence_id)
    if found is None:
        raise web.HTTPNotFound(text="There is no such silence.")
    return found
