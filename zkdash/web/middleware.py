"""What holds for every request: known hosts only, one way to fail, and the security headers."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import orjson
from aiohttp import web

from zkdash.web import filters, urls
from zkdash.web.encodings import encoding_for, packed
from zkdash.web.failures import Failure, failure_of
from zkdash.web.forwarded import believe_proxies
from zkdash.web.gate import let_in
from zkdash.web.keys import ZKDASH
from zkdash.web.locales import locale_of
from zkdash.web.localised import CANONICAL, localised
from zkdash.web.origin import host_is_known, refuse_foreign_change
from zkdash.web.render import is_partial, render
from zkdash.web.seen import seen
from zkdash.znodes import paths

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # with no-referrer, forms would not say their Origin
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
STRICT = "max-age=31536000"
"""A year, without subdomains: those are not zkdash's to speak for."""
READING = frozenset({"GET", "HEAD"})
COMPRESS_BYTES = 4096
ALWAYS_ANSWERED = frozenset({"/healthz", "/readyz"})
"""What a load balancer or a container's health check asks by address, whatever names are configured."""


@web.middleware
async def refuse_unknown_hosts(request: web.Request, handler: Handler) -> web.StreamResponse:
    """421 for a Host that zkdash does not answer to."""
    if urls.own_path(request) in ALWAYS_ANSWERED or host_is_known(request.host, request.app[ZKDASH].config.web):
        return await handler(request)
    raise web.HTTPMisdirectedRequest(
        text=f"zkdash does not answer to the name {request.host}. If it is right, add it to [web] hosts."
    )


@web.middleware
async def refuse_foreign_changes(request: web.Request, handler: Handler) -> web.StreamResponse:
    """403 for what would change something and comes from a page of another site."""
    if request.method not in READING and request.match_info.http_exception is None:
        refuse_foreign_change(request)
    return await handler(request)


@web.middleware
async def answer_failures(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Every exception becomes one page, fragment or problem+json; redirects pass."""
    try:
        return await handler(request)
    except asyncio.CancelledError:
        raise
    except Exception as error:
        if isinstance(error, web.HTTPException) and error.status < 400:
            raise
        return answer(request, failure_of(error, request))


def answer(request: web.Request, failure: Failure) -> web.Response:
    """A failure as the asker reads it: JSON under /api/, a fragment for htmx, else a page with a way back."""
    if urls.own_path(request).startswith("/api/"):
        response = problem(failure, request.path)
    else:
        template = "errors/_error.html" if is_partial(request) else "errors/page.html"
        name = request.match_info.get("name", "")
        cluster = seen(request).clusters.get(name)
        response = render(
            request,
            template,
            status=failure.status,
            failure=failure,
            ways_back=ways_back(request),
            current=name if cluster is not None else "",
            cluster=cluster,
            here_in_cluster=page_of_cluster(request),
        )
    response.headers.extend(failure.headers)
    if failure.retry and failure.status == 503:
        response.headers["Retry-After"] = "5"
    return response


def problem(failure: Failure, instance: str) -> web.Response:
    """A failure as RFC 9457 wants it."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": failure.title,
        "status": failure.status,
        "detail": failure.detail,
        "instance": instance,
    }
    if failure.cluster is not None:
        body |= {"cluster": failure.cluster, "state": failure.state}
        body["since"] = filters.iso(failure.since) if failure.since is not None else None
    if failure.errors:
        body["errors"] = [{"field": field, "detail": detail} for field, detail in failure.errors]
    if failure.reference is not None:
        body["reference"] = failure.reference
    return web.Response(body=orjson.dumps(body), status=failure.status, content_type="application/problem+json")


def page_of_cluster(request: web.Request) -> str:
    """The key of the page of a cluster that failed: "znodes" of /clusters/prod/znodes/a; "" outside of clusters."""
    return [*urls.own_path(request).split("/"), "", "", ""][3]


def ways_back(request: web.Request) -> list[tuple[str, str]]:
    """Where to go from a page that failed, nearest first: (text, address)."""
    back = []
    name = request.match_info.get("name")
    cluster = seen(request).clusters.get(name) if name is not None else None
    if name is not None and cluster is not None:
        if "path" in request.match_info:
            above = paths.parent("/" + request.match_info["path"].strip("/"))
            if above not in (None, "/"):
                back.append((f"Up to {above}", urls.url_for_znode(name, above or "/")))
            if above is not None:
                back.append(("The root of its znodes", urls.url_for_znode(name)))
        if request.path != urls.url_for_cluster(name):
            back.append((f"State of {cluster.label}", urls.url_for_cluster(name)))
    back.append(("Overview", urls.at("/")))
    return back


@web.middleware
async def localise_pages(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Pages, which are drawn for everybody, go out in the locale of who asks."""
    response = await handler(request)
    if isinstance(response, web.Response) and response.content_type == "text/html":
        response.headers["Vary"] = f"{response.headers.get('Vary', 'HX-Request')}, Accept-Language, Cookie"
        tag = locale_of(request)
        if tag != CANONICAL and "Content-Encoding" not in response.headers and response.text is not None:
            response.text = localised(response.text, tag)
    return response


@web.middleware
async def compress_pages(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Pages of some size go packed to who takes it."""
    response = await handler(request)
    if (
        isinstance(response, web.Response)
        and response.content_type == "text/html"
        and "Content-Encoding" not in response.headers
        and isinstance(response.body, bytes)
        and len(response.body) > COMPRESS_BYTES
    ):
        response.headers["Vary"] = f"{response.headers.get('Vary', 'HX-Request')}, Accept-Encoding"
        if encoding := encoding_for(request):
            response.body = packed(response.body, encoding)
            response.headers["Content-Encoding"] = encoding
    return response


async def add_security_headers(request: web.Request, response: web.StreamResponse) -> None:
    """On every answer, websockets included; what is not marked as kept for ever is not kept at all."""
    for name, value in SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)
    if request.app[ZKDASH].config.web.public_url.startswith("https://"):
        response.headers.setdefault("Strict-Transport-Security", STRICT)
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers["Server"] = "zkdash"


MIDDLEWARES = (
    *(believe_proxies, compress_pages, localise_pages),
    *(answer_failures, refuse_unknown_hosts, refuse_foreign_changes, let_in),
)
