"""The way to an OpenID provider and back."""

from __future__ import annotations

from aiohttp import web

from zkdash.access.entering import enter
from zkdash.access.id_token import Refused
from zkdash.access.oidc import FLOW_S, Flow, Provider, ProviderDown
from zkdash.log import get_logger
from zkdash.web.entrance import own_address
from zkdash.web.keys import ZKDASH
from zkdash.web.query import Query
from zkdash.web.sign_in import page, welcome
from zkdash.web.urls import at

L = get_logger(__name__)

CALLBACK = "/sign-in/callback"
LONGEST_NEXT = 1000
DOWN = "The provider does not answer. Who is signed in stays so; try again in a while."
REFUSED = "The provider did not sign you in, or for another page. Try again."


async def start(request: web.Request) -> web.StreamResponse:
    """GET /sign-in/start?next="""
    provider = find(request)
    after = own_address(Query(request, ("next",)).text("next"))
    flow = Flow(after if len(after) <= LONGEST_NEXT else at("/"))
    try:
        address = await provider.address(flow, redirect_uri(request))
    except ProviderDown as error:
        L.error("The OpenID provider is down.", struct_data={"issuer": provider.config.issuer, "error": f"{error}"})
        return page(request, after, status=503, problem=DOWN)
    response = web.Response(status=303, headers={"Location": address})
    response.set_cookie(
        cookie_name(request),
        flow.packed(),
        max_age=FLOW_S,
        path=at("/"),
        httponly=True,
        samesite="Lax",
        secure=request.app[ZKDASH].access.is_secure(request),
    )
    return response


async def callback(request: web.Request) -> web.StreamResponse:
    """GET /sign-in/callback?code=&state="""
    provider, access = find(request), request.app[ZKDASH].access
    query = {name: request.query.getall(name)[0] for name in request.query}
    after = at("/")
    try:
        flow = Flow.unpacked(request.cookies.get(cookie_name(request), ""))
        after = own_address(flow.after)
        found = await provider.finish(query, flow, redirect_uri(request))
    except Refused as error:
        await request.app[ZKDASH].audit.record(
            "sign-in-failed", None, "oidc", address=request.remote or "", reason=f"{error}"
        )
        response = page(request, after, status=403, problem=REFUSED)
    except ProviderDown as error:
        L.error("The OpenID provider is down.", struct_data={"issuer": provider.config.issuer, "error": f"{error}"})
        response = page(request, after, status=503, problem=DOWN)
    else:
        response = welcome(request, await enter(access, found.name, found.groups, "oidc", request), after)
    response.del_cookie(
        cookie_name(request), path=at("/"), httponly=True, samesite="Lax", secure=access.is_secure(request)
    )
    return response


def find(request: web.Request) -> Provider:
    """The provider. Raises 404 where people sign in in another way."""
    dashboard = request.app[ZKDASH]
    provider = None if dashboard.config.access.oidc is None else dashboard.access.provider
    if provider is None:
        raise web.HTTPNotFound(text="Nobody signs in at a provider here.")
    return provider


def redirect_uri(request: web.Request) -> str:
    """Where the provider sends the browser back to, as it has to be registered there."""
    public_url = request.app[ZKDASH].config.web.public_url
    return (public_url or f"{request.scheme}://{request.host}{at('')}") + CALLBACK


def cookie_name(request: web.Request) -> str:
    """The cookie that remembers the way, beside that of the session."""
    return request.app[ZKDASH].access.cookie_name(request).replace("session", "way")
