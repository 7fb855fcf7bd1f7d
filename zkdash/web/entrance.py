"""The way to the sign-in and back: who is turned away, and where they go once they are known."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from aiohttp import web

from zkdash.web.urls import at, own_path, with_query

WORDS = "Sign in to see this."
FOR_PROGRAMS = ("/api/", "/live", "/metrics")
LONGEST = 2000


def turned_away(request: web.Request) -> web.HTTPException:
    """What is answered to who is not signed in: pages lead to the sign-in, programs get a 401."""
    challenge = {"WWW-Authenticate": 'Bearer realm="zkdash"'}
    if request.headers.get("HX-Request") == "true":
        here = urlsplit(request.headers.get("HX-Current-URL", ""))
        challenge["HX-Redirect"] = url_for_sign_in(f"{here.path}?{here.query}" if here.query else here.path)
        return web.HTTPUnauthorized(text=WORDS, headers=challenge)
    if own_path(request).startswith(FOR_PROGRAMS):
        return web.HTTPUnauthorized(text=WORDS, headers=challenge)
    return web.HTTPSeeOther(url_for_sign_in(request.path_qs if request.method in ("GET", "HEAD") else ""))


def url_for_sign_in(after: str = "") -> str:
    """The page to sign in, that leads to `after` then."""
    wanted = own_address(after)
    return with_query(at("/sign-in"), {"next": wanted if wanted != at("/") else ""})


def own_address(text: str) -> str:
    """`text` if it is the address of a page of zkdash, without a host; else that of the overview.

    Browsers take // and /\\ for the beginning of a host, and leave out tabs and line ends.
    """
    home = at("/")
    if len(text) > LONGEST or not text.isprintable() or not text.startswith(home) or not text.isascii():
        return home
    plain = unquote(text)
    if "\\" in plain or plain.startswith("//") or not plain.isprintable() or ".." in plain.partition("?")[0].split("/"):
        return home
    try:
        parts = urlsplit(text)
    except ValueError:
        return home
    if parts.scheme or parts.netloc or parts.path.removeprefix(at("")).startswith(("/sign-in", "/sign-out", "/live")):
        return home
    return text
