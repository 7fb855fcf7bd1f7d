"""The page of one incident: everything about it, and what can be done with it."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase

from aiohttp import web
from markupsafe import Markup

from zkdash.alerts import public_notes
from zkdash.alerts.delivery import Delivery, DeliveryState
from zkdash.alerts.incident import Incident
from zkdash.alerts.pages import Mute
from zkdash.clock import now_ms
from zkdash.config import StatusConfig
from zkdash.web import alert_words, by_whom, done, who
from zkdash.web.audited import note as note_down
from zkdash.web.bodies import form_of, refused, text_in
from zkdash.web.gate import operates, person_of
from zkdash.web.keys import ALERTING, ZKDASH
from zkdash.web.query import number
from zkdash.web.render import fragment, render
from zkdash.web.seen import Seen, seen
from zkdash.web.urls import url_for_delivery, url_for_event, url_for_incident, url_for_silence

LONGEST_NOTE = 500
DELIVERIES = 100
"""How many of an incident's deliveries its page shows, the newest."""


@dataclass(frozen=True, slots=True)
class Line:
    """Something that happened with an incident, at a time (UTC ms)."""

    at: int
    icon: str
    text: str
    href: str = ""
    bad: bool = False


async def show(request: web.Request) -> web.Response:
    """GET /alerts/incidents/{id}"""
    incident = await find(request)
    return await page(request, incident)


async def page(request: web.Request, incident: Incident, problems: dict[str, str] | None = None) -> web.Response:
    """The page, after a form that can't be taken with what is wrong with it."""
    mine = seen(request)
    return render(
        request,
        "alerts/incident.html",
        status=400 if problems else 200,
        alerts=await request.app[ALERTING].draw(f"alerts/incidents/{incident.id}", mine.level),
        incident=incident,
        known=mine.clusters.get(incident.cluster) is not None,
        problems=problems or {},
        name=who.remembered(request),
        statuses=statuses_of(request, incident.cluster),
        notes=await public_notes.notes_on(request.app[ZKDASH].store, [incident.id]),
    )


def statuses_of(request: web.Request, cluster: str) -> list[StatusConfig]:
    """The status pages that show a cluster."""
    pages = request.app[ZKDASH].config.sharing.statuses
    return [page for page in pages if any(fnmatchcase(cluster, each) for each in page.clusters)]


async def draw(seen: Seen, what: str) -> Markup | None:
    """What is known of the incident whose id this is."""
    incident_id = number(what)
    incident = None if incident_id is None else await seen.alerts.incident(incident_id)
    if incident is None:
        return None
    deliveries = await seen.alerts.deliveries(limit=DELIVERIES, incident=incident.id)
    arrivals = await seen.alerts.arrivals([incident.id])
    mutes = (await seen.alerts.mutes([incident.id], now_ms()))[incident.id]
    return fragment(
        "alerts/_one.html",
        incident=incident,
        why=alert_words.why(incident),
        known=seen.clusters.get(incident.cluster) is not None,
        notifications=[
            (each, alert_words.told(each, arrivals.get((incident.id, each.route)), is_open=incident.is_open))
            for each in await seen.alerts.notifications(incident.id)
        ],
        mutes=mutes,
        deliveries=deliveries,
        story=story(incident, deliveries, mutes),
    )


def story(incident: Incident, deliveries: list[Delivery], mutes: list[Mute]) -> list[Line]:
    """What happened with an incident, the newest first."""
    lines = [Line(incident.opened_at, "circle-alert", "opened", url_for_event(incident.opened_event_id))]
    for mute in mutes:
        name = mute.reason or f"silence {mute.silence_id}"
        lines.append(Line(mute.at, "bell-off", f"kept quiet by {name}", url_for_silence(mute.silence_id)))
    for each in deliveries:
        text, href = f"{each.route}: {alert_words.KIND_WORDS[each.kind]}", url_for_delivery(each.id)
        if each.sent_at is not None:
            lines.append(Line(each.sent_at, "bell", f"{text}, told", href))
        else:
            bad = each.state is DeliveryState.FAILED or (each.state is DeliveryState.OWED and each.tries > 0)
            lines.append(Line(each.created_at, "bell", f"{text}, {each.state}", href, bad))
    if incident.flapping_since is not None:
        lines.append(Line(incident.flapping_since, "activity", "began to flap"))
    if incident.acknowledged_at is not None:
        note = f": {incident.acknowledged_note}" if incident.acknowledged_note else ""
        lines.append(Line(incident.acknowledged_at, "check", f"acknowledged by {incident.acknowledged_by}{note}"))
    if incident.resolved_at is not None:
        href = url_for_event(incident.resolved_event_id) if incident.resolved_event_id is not None else ""
        why = f": {incident.resolved_why}" if incident.resolved_why else ""
        lines.append(Line(incident.resolved_at, "check", f"over{why}", href))
    return sorted(lines, key=lambda line: line.at, reverse=True)


async def acknowledge(request: web.Request) -> web.Response:
    """POST /alerts/incidents/{id}/acknowledge (by, note)"""
    person = person_of(request)
    incident = await find(request)
    operates(person, incident.cluster)
    form, problems = await form_of(request, ("by", "note")), dict[str, str]()
    by, note = who.name_in(request, person, form, problems), text_in(form, "note", LONGEST_NOTE, problems)
    if not by and not problems:
        return done.go_to(f"{url_for_incident(incident.id)}#act", "who")
    if not problems:
        try:
            await request.app[ZKDASH].alerts.acknowledge(incident.id, by, note)
        except ValueError as error:
            problems["note"] = f"{error}"
        except LookupError as error:
            raise refused(error) from None
    if problems:
        return await page(request, incident, problems)
    await noted(request, "incident-acknowledge", incident, by)
    return who.remember(done.go_to(url_for_incident(incident.id), "acknowledged"), by)


async def unacknowledge(request: web.Request) -> web.Response:
    """POST /alerts/incidents/{id}/unacknowledge (by)"""
    person = person_of(request)
    incident = await find(request)
    operates(person, incident.cluster)

    async def do(by: str) -> str:
        await request.app[ZKDASH].alerts.unacknowledge(incident.id, by)
        await noted(request, "incident-unacknowledge", incident, by)
        return url_for_incident(incident.id)

    return await by_whom.act(request, url_for_incident(incident.id), do, "unacknowledged")


async def publish(request: web.Request) -> web.Response:
    """POST /alerts/incidents/{id}/note (by, text): a note for people outside the team"""
    person = person_of(request)
    incident = await find(request)
    operates(person, incident.cluster)
    form, problems = await form_of(request, ("by", "text")), dict[str, str]()
    by, text = who.name_in(request, person, form, problems), text_in(form, "text", LONGEST_NOTE, problems)
    if not text:
        problems.setdefault("text", "A note without a text says nothing.")
    if not by and not problems:
        return done.go_to(f"{url_for_incident(incident.id)}#public", "who")
    if problems:
        return await page(request, incident, problems)
    await public_notes.publish(request.app[ZKDASH].store, incident.id, by, text)
    await noted(request, "note-publish", incident, by)
    return who.remember(done.go_to(url_for_incident(incident.id), "published"), by)


async def noted(request: web.Request, action: str, incident: Incident, by: str) -> None:
    """Write down what was done with an incident."""
    await note_down(request, action, f"incident {incident.id}: {incident.rule}", cluster=incident.cluster, by=by)


async def find(request: web.Request) -> Incident:
    """The incident that the address names. Raises 404."""
    incident_id = number(request.match_info["id"])
    found = None if incident_id is None else await seen(request).alerts.incident(incident_id)
    if found is None:
        raise web.HTTPNotFound(text="There is no such incident: it never was, or it is older than they are kept.")
    return found
