"""Alerts as JSON: what there is, and what the pages can do. Every answer's shape is in `shapes_alerts.py`."""

from __future__ import annotations

from typing import Any

import orjson
from aiohttp import web

from zkdash.access.silencing import may_silence
from zkdash.alerts import pages
from zkdash.alerts.delivery import DeliveryState
from zkdash.alerts.silence import Silence
from zkdash.clock import now_ms
from zkdash.web import alert_routes, delivery, incident, preview, silence_body, silences, who
from zkdash.web import shapes_alerts as shapes
from zkdash.web.audited import note as note_down
from zkdash.web.bodies import BadFields, json_of, refused, text_in
from zkdash.web.gate import operates, person_of
from zkdash.web.keys import ALERTING, ZKDASH
from zkdash.web.query import Query
from zkdash.web.seen import seen
from zkdash.web.urls import at
from zkdash.zookeeper.states import Severity

DEFAULT_LIMIT = 200
MAX_LIMIT = 1000


async def incidents(request: web.Request) -> web.Response:
    """GET /api/v1/incidents?open=&cluster=&rule=&severity=&before=&limit="""
    query = Query(request, ("open", "cluster", "rule", "severity", "before", "limit"))
    wanted = pages.Filter(
        clusters=tuple(query.texts("cluster")),
        rules=tuple(query.texts("rule")),
        severities=tuple(query.choices("severity", Severity)),
        is_open=True if query.flag("open") else None,
        before=query.integer("before"),
    )
    found = await seen(request).alerts.page(wanted, _limit(query), open_first=wanted.before is None)
    return answer({"incidents": [shapes.incident(each) for each in found]})


async def one_incident(request: web.Request) -> web.Response:
    """GET /api/v1/incidents/{id}"""
    Query(request, ())
    found = await incident.find(request)
    return answer(shapes.incident_details(found, await request.app[ZKDASH].alerts.notifications(found.id)))


async def acknowledge(request: web.Request) -> web.Response:
    """POST /api/v1/incidents/{id}/acknowledge {"by", "note"}"""
    person = person_of(request)
    found = await incident.find(request)
    operates(person, found.cluster)
    body, errors = await json_of(request, ("by", "note")), dict[str, str]()
    note = text_in(body, "note", incident.LONGEST_NOTE, errors)
    by = _by(person.name, body, errors)
    await _do("note", request.app[ZKDASH].alerts.acknowledge(found.id, by, note))
    await incident.noted(request, "incident-acknowledge", found, by)
    return await _incident_now(request)


async def unacknowledge(request: web.Request) -> web.Response:
    """POST /api/v1/incidents/{id}/unacknowledge {"by"}"""
    person = person_of(request)
    found = await incident.find(request)
    operates(person, found.cluster)
    by = _by(person.name, await json_of(request, ("by",)), {}, needed=False)
    await _do("by", request.app[ZKDASH].alerts.unacknowledge(found.id, by or who.SCRIPT))
    await incident.noted(request, "incident-unacknowledge", found, by or who.SCRIPT)
    return await _incident_now(request)


async def deliveries(request: web.Request) -> web.Response:
    """GET /api/v1/deliveries?incident=&event=&route=&state=&limit="""
    query = Query(request, ("incident", "event", "route", "state", "limit"))
    about, event, limit = query.integer("incident"), query.integer("event"), _limit(query)
    routes, states = query.texts("route"), query.choices("state", DeliveryState)
    if about is None and event is None:
        found = await seen(request).alerts.deliveries(routes=routes, states=states, limit=limit)
    else:
        if routes or states:
            raise web.HTTPBadRequest(text="route and state can't be combined with incident or event.")
        found = await seen(request).alerts.deliveries(incident=about, event=event, limit=limit)
    return answer({"deliveries": [shapes.delivery(each) for each in found]})


async def one_delivery(request: web.Request) -> web.Response:
    """GET /api/v1/deliveries/{id}"""
    Query(request, ())
    found = await delivery.find(request)
    return answer(shapes.delivery_details(found, await request.app[ZKDASH].alerts.attempts(found.id)))


async def resend(request: web.Request) -> web.Response:
    """POST /api/v1/deliveries/{id}/resend {"by"}: 202, for the receiver is told a moment later"""
    person = person_of(request)
    found = await delivery.find(request)
    await delivery.may_resend(request, found)
    by = _by(person.name, await json_of(request, ("by",)), {}, needed=False)
    made = await _do("by", request.app[ZKDASH].alerts.resend(found.id, by or who.SCRIPT))
    await delivery.noted(request, found, by or who.SCRIPT)
    return answer(shapes.delivery(made), status=202)


async def list_silences(request: web.Request) -> web.Response:
    """GET /api/v1/silences"""
    Query(request, ())
    now = now_ms()
    found = await seen(request).alerts.silences()
    return answer({"silences": [shapes.silence(each, now) for each in found]})


async def one_silence(request: web.Request) -> web.Response:
    """GET /api/v1/silences/{id}"""
    Query(request, ())
    return await _silence(request, await silences.find(request))


async def add_silence(request: web.Request) -> web.Response:
    """POST /api/v1/silences: 201 and its address"""
    person = person_of(request)
    body, errors = await json_of(request, silence_body.FIELDS), dict[str, str]()
    draft = silence_body.draft(body, person.name, now_ms(), errors)
    if draft is not None and (problem := may_silence(person.reach, draft.matchers.clusters)):
        errors["matchers.clusters"] = problem
    if draft is None or errors:
        raise BadFields(errors)
    made = await _do("silence", request.app[ZKDASH].alerts.add_silence(draft))
    await silences.noted(request, "silence-create", made, made.author)
    response = answer(shapes.silence(made, now_ms()), status=201)
    response.headers["Location"] = at(f"/api/v1/silences/{made.id}")
    return response


async def end_silence(request: web.Request) -> web.Response:
    """DELETE /api/v1/silences/{id}?by=: it is over, and kept"""
    person = person_of(request)
    query = Query(request, ("by",))
    found = await silences.find(request)
    silences.may_end(person, found)
    by = _by(person.name, {"by": query.text("by")}, {}, needed=False)
    await _do("id", request.app[ZKDASH].alerts.end_silence(found.id, by or who.SCRIPT))
    await silences.noted(request, "silence-end", found, by or who.SCRIPT)
    return await _silence(request, await silences.find(request))


async def routes(request: web.Request) -> web.Response:
    """GET /api/v1/alert-routes"""
    Query(request, ())
    alerts = seen(request).alerts
    failing = set(alerts.failing())
    return answer({"routes": [shapes.route(each, each.name in failing) for each in alerts.routes()]})


async def send_test(request: web.Request) -> web.Response:
    """POST /api/v1/alert-routes/{route}/test {"by"}: 202, for the receiver is told a moment later"""
    person = person_of(request)
    found = alert_routes.find(request)
    by = _by(person.name, await json_of(request, ("by",)), {}, needed=False)
    made = await _do("by", request.app[ZKDASH].alerts.send_test(found.name, by or who.SCRIPT))
    await note_down(request, "route-test", f"route {found.name}", by=by or who.SCRIPT)
    return answer(shapes.delivery(made), status=202)


async def replay(request: web.Request) -> web.Response:
    """GET /api/v1/alert-routes/{route}/replay?since=&for=&group_wait=&…: `preview.FIELDS`"""
    query = Query(request, preview.FIELDS)
    tuning = preview.Tuning(
        alert_routes.find(request), {name: query.text(name) for name in preview.FIELDS if name in query}
    )
    if tuning.problems:
        raise BadFields(tuning.problems)
    found = await preview.look(seen(request), tuning, request.app[ALERTING].previewing)
    return answer(shapes.replayed(found))


def answer(body: dict[str, Any], status: int = 200) -> web.Response:
    """JSON."""
    return web.Response(body=orjson.dumps(body), status=status, content_type="application/json")


async def _do(field: str, doing: Any) -> Any:
    """What comes of it. Raises 400 for a mistake in this field, and 409 for what is not possible any more."""
    try:
        return await doing
    except ValueError as error:
        raise BadFields({field: f"{field}: {error}."}) from None
    except LookupError as error:
        raise refused(error) from None


async def _incident_now(request: web.Request) -> web.Response:
    found = await incident.find(request)
    return answer(shapes.incident_details(found, await request.app[ZKDASH].alerts.notifications(found.id)))


async def _silence(request: web.Request, found: Silence) -> web.Response:
    muted = await seen(request).alerts.muted_by(found.id)
    return answer(shapes.silence_details(found, muted, now_ms()))


def _by(signed_in: str, body: dict[str, Any], errors: dict[str, str], *, needed: bool = True) -> str:
    """Who does it. Raises 400 for this and for the mistakes before it."""
    by = signed_in or text_in(body, "by", who.LONGEST, errors)
    if needed and not by:
        errors.setdefault("by", "by is missing: say who does it.")
    if errors:
        raise BadFields(errors)
    return by


def _limit(query: Query) -> int:
    return query.integer("limit", DEFAULT_LIMIT, 1, MAX_LIMIT) or DEFAULT_LIMIT
