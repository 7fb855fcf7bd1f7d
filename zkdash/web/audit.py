"""The audit log: a page for admins, the same as JSON, and as a file to keep."""

from __future__ import annotations

import csv
import enum
import io
from typing import Any

import orjson
from aiohttp import web

from zkdash.access.audit import Asked, Entry
from zkdash.web import filters, timerange
from zkdash.web.api_crawls import has_gone
from zkdash.web.audited import note
from zkdash.web.keys import ZKDASH
from zkdash.web.query import Query
from zkdash.web.render import render
from zkdash.web.urls import at, with_query

PAGE = 100
MAX_LIMIT = 1000
FIELDS = ("who", "action", "cluster", "from", "to", "before")
COLUMNS = ("id", "at", "who", "via", "address", "action", "what", "cluster", "details")
TYPES = {"csv": "text/csv; charset=utf-8", "jsonl": "application/jsonl; charset=utf-8"}
ACTION_WORDS = {
    "sign-in": "signed in",
    "sign-in-failed": "failed to sign in",
    "sign-out": "signed out",
    "sign-out-everywhere": "signed out everywhere",
    "session-end": "ended a session",
    "token-create": "made a token",
    "token-revoke": "revoked a token",
    "unmask": "looked at a masked value",
    "unmask-export": "exported masked values",
    "export": "exported",
    "incident-acknowledge": "acknowledged an incident",
    "incident-unacknowledge": "took an acknowledgement back",
    "note-publish": "published a note",
    "silence-create": "made a silence",
    "silence-end": "ended a silence",
    "delivery-resend": "sent a delivery again",
    "route-test": "sent a test",
    "share-create": "made a share link",
    "share-open": "opened a share link",
    "share-refused": "was refused a share link",
    "share-revoke": "revoked a share link",
    "view-save": "saved a view",
    "view-remove": "removed a saved view",
}


class Format(enum.StrEnum):
    """As what the log is given."""

    JSON = "json"
    CSV = "csv"
    LINES = "jsonl"


async def index(request: web.Request) -> web.Response:
    """GET /audit?who=&action=&cluster=&from=&to=&before="""
    query = Query(request, FIELDS)
    asked = wanted(query)
    found = await request.app[ZKDASH].audit.entries(asked, PAGE + 1)
    typed = {name: query.text(name) for name in ("who", "action", "cluster", "from", "to")}
    older = with_query(at("/audit"), {**typed, "before": found[PAGE - 1].id}) if len(found) > PAGE else ""
    return render(
        request,
        "audit/index.html",
        entries=found[:PAGE],
        typed=typed,
        words=ACTION_WORDS,
        filtered=any(typed.values()) or asked.before is not None,
        older=older,
        files=[(kind, with_query(at("/api/v1/audit"), {**typed, "format": kind})) for kind in TYPES],
    )


async def api(request: web.Request) -> web.StreamResponse:
    """GET /api/v1/audit?who=&action=&cluster=&from=&to=&before=&limit=&format="""
    query = Query(request, (*FIELDS, "limit", "format"))
    asked, form = wanted(query), query.choice("format", Format) or Format.JSON
    if form is not Format.JSON:
        await note(request, "export", "the audit log", format=str(form))
        return await _file(request, asked, form)
    limit = query.integer("limit", PAGE, 1, MAX_LIMIT) or PAGE
    entries = await request.app[ZKDASH].audit.entries(asked, limit)
    body = orjson.dumps({"entries": [shape(entry) for entry in entries]})
    return web.Response(body=body, content_type="application/json")


def wanted(query: Query) -> Asked:
    """Which entries are asked for. Raises 400."""
    return Asked(
        who=tuple(query.texts("who")),
        actions=tuple(query.texts("action")),
        clusters=tuple(query.texts("cluster")),
        since=_moment(query, "from"),
        until=_moment(query, "to"),
        before=query.integer("before"),
    )


def _moment(query: Query, name: str) -> int | None:
    problems: dict[str, str] = {}
    text = query.text(name)
    found = timerange.moment(text, name, problems) if text else None
    if problems:
        raise web.HTTPBadRequest(text=" ".join(problems.values()))
    return found


def shape(entry: Entry) -> dict[str, Any]:
    """An entry as the API gives it: AuditEntry of the document."""
    found = {name: getattr(entry, name) for name in COLUMNS}
    return found | {"at": filters.iso(entry.at)}


async def _file(request: web.Request, asked: Asked, form: Format) -> web.StreamResponse:
    """All entries as one file, no faster than its reader takes it."""
    headers = {"Content-Type": TYPES[form], "Content-Disposition": f'attachment; filename="zkdash-audit.{form}"'}
    response = web.StreamResponse(headers=headers)
    await response.prepare(request)
    if form is Format.CSV:
        await response.write(_line(COLUMNS))
    async for entry in request.app[ZKDASH].audit.all(asked):
        if has_gone(request):
            return response
        told = shape(entry)
        if form is Format.LINES:
            await response.write(orjson.dumps(told) + b"\n")
        else:
            await response.write(_line([*list(told.values())[:-1], orjson.dumps(entry.details).decode()]))
    await response.write_eof()
    return response


def _line(values: Any) -> bytes:
    """One line of CSV. What a spreadsheet would take for a formula is made a text."""
    out = io.StringIO()
    texts = (f"{value}" for value in values)
    csv.writer(out).writerow(
        [f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text for text in texts]
    )
    return out.getvalue().encode()
