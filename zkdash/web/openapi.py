"""The OpenAPI 3.1 document of the JSON API, and a page that shows it."""

from __future__ import annotations

import asyncio
from functools import cache
from typing import Any

import orjson
from aiohttp import web
from markupsafe import Markup

import zkdash
from zkdash.web.availability_shapes import AVAILABILITY_SCHEMAS, availability_paths
from zkdash.web.client_shapes import CLIENT_SCHEMAS, client_paths
from zkdash.web.ensemble_shapes import ENSEMBLE_SCHEMAS, ensemble_paths
from zkdash.web.holder_shapes import HOLDER_SCHEMAS, holder_paths
from zkdash.web.openapi_alert_schemas import ALERT_SCHEMAS
from zkdash.web.openapi_alerts import alert_paths
from zkdash.web.openapi_audit import AUDIT_SCHEMAS, audit_paths
from zkdash.web.openapi_crawl_schemas import CRAWL_SCHEMAS
from zkdash.web.openapi_crawls import crawl_paths
from zkdash.web.openapi_schemas import SCHEMAS as FACT_SCHEMAS
from zkdash.web.openapi_schemas import UNMASK
from zkdash.web.render import fragment, render
from zkdash.web.story_shapes import STORY_SCHEMAS, story_paths
from zkdash.web.urls import at
from zkdash.znodes.choice import Match, Sort
from zkdash.zookeeper.states import State

SCHEMAS = (
    FACT_SCHEMAS
    | ALERT_SCHEMAS
    | AVAILABILITY_SCHEMAS
    | HOLDER_SCHEMAS
    | CLIENT_SCHEMAS
    | STORY_SCHEMAS
    | CRAWL_SCHEMAS
)
SCHEMAS |= ENSEMBLE_SCHEMAS | AUDIT_SCHEMAS
PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
TOKEN = {"type": "http", "scheme": "bearer", "description": "An API token; where nobody signs in, none is needed."}
PROBLEMS = {
    400: "What was asked or sent is not as it should be; `detail` names it and says what is allowed.",
    401: "Nobody is signed in: send a token, as Authorization: Bearer.",
    403: "zkdash may not read this znode, or a page of another site asks, or whoever asks may not do this.",
    404: "There is no such thing.",
    409: "What was asked for is not possible any more: it is over, or gone.",
    413: "More was sent than zkdash takes.",
    415: "Only JSON is taken, sent as application/json.",
    426: "Only a websocket can be opened here.",
    503: "The cluster can't be asked now (`cluster`, `state`, `since`), or the log can't be read.",
}


@cache
def build() -> dict[str, Any]:
    """The document."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "zkdash",
            "version": zkdash.__version__,
            "summary": "States of watched ZooKeeper clusters, their znodes, and what happened to them.",
            "description": "Nothing of it writes to a cluster. What changes something of zkdash's own is a POST or a "
            "DELETE, takes JSON, and needs the role operator. Times are UTC. An unknown parameter is a mistake (400).",
            "license": {"name": "BSD-3-Clause", "identifier": "BSD-3-Clause"},
        },
        "servers": [{"url": "/"}],
        "security": [{}, {"token": []}],
        "tags": [
            {"name": "clusters", "description": "What is watched, and how it stands."},
            {"name": "crawls", "description": "What is found by reading whole subtrees."},
            {"name": "events", "description": "What happened."},
            {"name": "alerts", "description": "What is wrong, and who is told."},
            {"name": "about", "description": "This description."},
        ],
        "paths": _refusing(_paths()),
        "components": {"schemas": SCHEMAS, "securitySchemes": {"token": TOKEN}},
    }


_SORT = "The order; any but name needs every child's stat, so at most 1,000,000 are sorted so."


def _paths() -> dict[str, Any]:
    name = {
        "name": "name",
        "in": "path",
        "required": True,
        "description": "The cluster's name.",
        "schema": {"type": "string"},
    }
    event_id = {**name, "name": "id", "description": "The event's id.", "schema": {"type": "integer", "minimum": 0}}
    clusters = _query("cluster", "Only of these clusters: repeated, or separated by commas.", _texts())
    return {
        "/api/v1/clusters": _get("clusters", "listClusters", "All clusters and their states", "Clusters"),
        "/api/v1/clusters/{name}": _get("clusters", "getCluster", "One cluster", "ClusterDetails", [name], [404]),
        "/api/v1/clusters/{name}/znodes": _get(
            "clusters",
            "getZnode",
            "One znode: its data, its stat and a page of its children",
            "Znode",
            [
                name,
                _query("path", "The znode's path, relative to the cluster's.", {"type": "string", "default": "/"}),
                _query("filter", "Only children with such names.", {"type": "string"}),
                _query("match", "How `filter` is meant.", {"type": "string", "enum": [*Match], "default": Match.TEXT}),
                _query("sort", _SORT, {"type": "string", "enum": [*Sort], "default": Sort.NAME}),
                _query("after", "In order of names: only children that come after this name.", {"type": "string"}),
                _query("skip", "In any other order: leave out so many.", {"type": "integer", "minimum": 0}),
                _limit("children"),
                _query("unmask", UNMASK, {"type": "string", "enum": ["0", "1"], "default": "0"}),
            ],
            [403, 404, 503],
        ),
        **availability_paths(_get, name),
        **ensemble_paths(_get, _query, name),
        "/api/v1/clusters/{name}/count": _get(
            "clusters",
            "countZnodes",
            "How many znodes there are from one down, by one request",
            "Count",
            [name, _query("path", "From here down.", {"type": "string", "default": "/"})],
            [404, 503],
        ),
        **holder_paths(_get, _query, name),
        **story_paths(_get, event_id),
        **client_paths(_get, _query, name),
        **crawl_paths(_get, _query, name),
        "/api/v1/events": _get(
            "events",
            "listEvents",
            "Events, the newest first; with `after` the oldest first, to read on from an id",
            "Events",
            [
                clusters,
                _query("state", "Only transitions to these states.", _texts(enum=[str(state) for state in State])),
                _query("after", "Only events with a higher id.", {"type": "integer", "minimum": 0}),
                _query("before", "Only events with a lower id.", {"type": "integer", "minimum": 0}),
                _limit("events"),
            ],
            [503],
        ),
        "/api/v1/events/{id}": _get("events", "getEvent", "One event", "Event", [event_id], [404, 503]),
        "/api/v1/events/stream": _stream(clusters),
        **alert_paths(_get, _act, _query),
        **audit_paths(_get, _query),
        "/api/openapi.json": {
            "get": {
                "tags": ["about"],
                "operationId": "getDocument",
                "summary": "This document",
                "parameters": [],
                "responses": {"200": {"description": "OpenAPI 3.1.", "content": _json({"type": "object"})}},
            }
        },
        "/api/docs": {
            "get": {
                "tags": ["about"],
                "operationId": "getDocs",
                "summary": "This document as a page",
                "parameters": [],
                "responses": {
                    "200": {"description": "HTML.", "content": {"text/html": {"schema": {"type": "string"}}}}
                },
            }
        },
    }


def _refusing(paths: dict[str, Any]) -> dict[str, Any]:
    """The same paths: each may be refused to who has not signed in, and to who has no role."""
    for item in paths.values():
        for operation in item.values():
            for status in (401, 403):
                operation["responses"].setdefault(str(status), {"description": PROBLEMS[status], "content": PROBLEM})
    return paths


def _get(
    tag: str,
    operation: str,
    summary: str,
    schema: str,
    parameters: list[dict[str, Any]] | None = None,
    problems: list[int] | None = None,
) -> dict[str, Any]:
    responses: dict[str, Any] = {
        "200": {
            "description": SCHEMAS[schema]["description"],
            "content": _json({"$ref": f"#/components/schemas/{schema}"}),
        }
    }
    for status in [400, *(problems or [])]:
        responses[str(status)] = {"description": PROBLEMS[status], "content": PROBLEM}
    return {
        "get": {
            "tags": [tag],
            "operationId": operation,
            "summary": summary,
            "parameters": parameters or [],
            "responses": responses,
        }
    }


def _act(
    method: str,
    operation: str,
    summary: str,
    schema: str,
    parameters: list[dict[str, Any]],
    body: str = "",
    *,
    status: int = 200,
    missing: bool = True,
    conflict: bool = False,
) -> dict[str, Any]:
    """An operation that changes something of zkdash's own."""
    problems = [403, *([404] if missing else []), *([409] if conflict else []), 503]
    made = _get("alerts", operation, summary, schema, parameters, problems)["get"]
    made["responses"] = {str(status): made["responses"].pop("200"), **made["responses"]}
    if body:
        needed = bool(SCHEMAS[body]["required"])
        made["requestBody"] = {"required": needed, "content": _json({"$ref": f"#/components/schemas/{body}"})}
        for refused in (413, 415):
            made["responses"][str(refused)] = {"description": PROBLEMS[refused], "content": PROBLEM}
    return {method: made}


def _stream(clusters: dict[str, Any]) -> dict[str, Any]:
    after = _query(
        "after",
        "First what the log has after this id, then what comes: nothing is missed, nothing comes twice.",
        {"type": "integer", "minimum": 0},
    )
    path = _get("events", "streamEvents", "Events as they come, over a websocket", "Event", [after, clusters])
    path["get"]["description"] = (
        "Each message is an Event as JSON text. The server closes with 1001 when it stops and with 1013 when the log "
        "can't be read: connect again with `after` set to the last id. Who takes nothing for 10 s is dropped."
    )
    del path["get"]["responses"]["200"]
    path["get"]["responses"]["101"] = {
        "description": "A websocket. Each of its messages is an Event.",
        "content": _json({"$ref": "#/components/schemas/Event"}),
    }
    for status in (403, 426):
        path["get"]["responses"][str(status)] = {"description": PROBLEMS[status], "content": PROBLEM}
    return path


def _query(name: str, description: str, schema: dict[str, Any]) -> dict[str, Any]:
    style = {"style": "form", "explode": True} if schema["type"] == "array" else {}
    return {"name": name, "in": "query", "description": description, "schema": schema, **style}


def _limit(what: str) -> dict[str, Any]:
    return _query(
        "limit", f"At most so many {what}.", {"type": "integer", "minimum": 1, "maximum": 1000, "default": 200}
    )


def _texts(**more: Any) -> dict[str, Any]:
    return {"type": "array", "items": {"type": "string", **more}}


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


async def document(_request: web.Request) -> web.Response:
    """GET /api/openapi.json"""
    here = build() | {"servers": [{"url": at("/")}]}
    return web.Response(body=orjson.dumps(here, option=orjson.OPT_INDENT_2), content_type="application/json")


async def docs(request: web.Request) -> web.Response:
    """GET /api/docs: the document as a page, with no script of its own."""
    return render(request, "api/docs.html", document=build(), sections=await asyncio.to_thread(_sections))


@cache
def _sections() -> Markup:
    """The operations and schemas, which never change; it takes a tenth of a second to draw them."""
    return fragment("api/_document.html", document=build(), schemas=SCHEMAS)
