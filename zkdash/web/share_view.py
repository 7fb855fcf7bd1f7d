"""What somebody sees who was given a link: one view, and no way on from it. /s/TOKEN is all that a token opens."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import Any

import orjson
from aiohttp import WSCloseCode, web
from markupsafe import Markup

from zkdash.access.patience import TooMany
from zkdash.access.share import Share, is_password
from zkdash.clock import now_ms
from zkdash.web.audited import address_of, note
from zkdash.web.bodies import form_of
from zkdash.web.keys import SHARING, ZKDASH
from zkdash.web.locales import locale_of
from zkdash.web.localised import CANONICAL, localised
from zkdash.web.origin import refuse_foreign_origin
from zkdash.web.render import environment
from zkdash.web.share_scope import NotShared
from zkdash.web.sharing import UNLOCKED_S
from zkdash.web.urls import at
from zkdash.web.wire import partial

COOKIE = "zkdash-share"
REFUSED_S = 0.3
"""How long every refusal takes, whatever was wrong."""
LONGEST_PASSWORD = 200
REDRAW_S = 5.0
GATHER_S = 0.3
MOST_VIEWERS = 500
HEADERS = {
    "X-Robots-Tag": "noindex, nofollow",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
NOTHING_HERE = "This link shows nothing: it never did, or it is over."


async def show(request: web.Request) -> web.Response:
    """GET /s/{token}"""
    began = time.monotonic()
    share = await found(request)
    if share is None:
        return await refused(request, began)
    sharing = request.app[SHARING]
    try:
        content = await sharing.content(request, share)
    except NotShared:
        return await refused(request, began)
    if not sharing.is_unlocked(share, request.cookies.get(COOKIE, "")):
        return page("share/password.html", 200, wrong=False)
    await sharing.book.opened(share)
    await note(request, "share-open", f"share {share.id}: {share.title}", made_by=share.made_by)
    live = "" if share.fixed else f"{own(request)}/live"
    return page("share/view.html", 200, share=share, content=content, live=live, now=now_ms())


async def unlock(request: web.Request) -> web.Response:
    """POST /s/{token} (password)"""
    began = time.monotonic()
    share = await found(request)
    if share is None or not share.password_hash or share.is_over(now_ms()):
        return await refused(request, began)
    sharing = request.app[SHARING]
    password = (await form_of(request, ("password",)))["password"]
    place = address_of(request)
    try:
        async with sharing.patience.turn(place):
            right = len(password) <= LONGEST_PASSWORD and await is_password(share, password)
            (sharing.patience.right if right else sharing.patience.wrong)(place)
    except TooMany:
        return too_many()
    if not right:
        await note(request, "share-refused", f"share {share.id}: {share.title}", why="wrong password")
        return page("share/password.html", 403, wrong=True)
    response = web.Response(status=303, headers=HEADERS | {"Location": own(request)})
    response.set_cookie(
        COOKIE,
        sharing.unlock(share),
        max_age=UNLOCKED_S,
        path=own(request),
        httponly=True,
        samesite="Strict",
        secure=request.secure or request.app[ZKDASH].config.web.public_url.startswith("https://"),
    )
    return response


async def live(request: web.Request) -> web.StreamResponse:
    """GET /s/{token}/live: a websocket that is sent the view whenever it changes, or the view once."""
    began = time.monotonic()
    refuse_foreign_origin(request)
    share, sharing = await found(request), request.app[SHARING]
    if share is None or share.fixed or not sharing.is_unlocked(share, request.cookies.get(COOKIE, "")):
        return await refused(request, began)
    try:
        html = await sharing.content(request, share)
    except NotShared:
        return await refused(request, began)
    response = web.WebSocketResponse(heartbeat=20.0, max_msg_size=1024, compress=False, timeout=1.0)
    if not response.can_prepare(request):
        headers = HEADERS | {"Zkdash-Now": f"{now_ms()}"}
        return web.Response(text=piece(html, CANONICAL), content_type="text/html", headers=headers)
    if len(sharing.viewers) >= MOST_VIEWERS:
        raise web.HTTPServiceUnavailable(text="Too many look on.")
    await response.prepare(request)
    sharing.viewers.add(response)
    telling = asyncio.create_task(tell(request, share, response))
    try:
        async for _ in response:
            pass  # viewers have nothing to say
    finally:
        sharing.viewers.discard(response)
        telling.cancel()
        await asyncio.gather(telling, return_exceptions=True)
    return response


async def tell(request: web.Request, share: Share, response: web.WebSocketResponse) -> None:
    """Send the view now, and whenever it is another; end when the link shows nothing any more."""
    sharing, last = request.app[SHARING], None
    while not response.closed:
        changed = sharing.changed
        try:
            again = await sharing.book.get(share.id)
            if again is None:
                raise NotShared
            html = await sharing.content(request, again)
        except NotShared:
            over = Markup('<p class="blank"><strong>{}</strong></p>').format(NOTHING_HERE)
            await response.send_str(piece(over, CANONICAL))
            await response.close(code=WSCloseCode.POLICY_VIOLATION)
            return
        if html != last:
            await response.send_str(piece(html, locale_of(request)))
            last = html
        await response.send_str(orjson.dumps({"now": now_ms()}).decode())
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(changed.wait(), REDRAW_S)
        await asyncio.sleep(GATHER_S)


async def found(request: web.Request) -> Share | None:
    """The link that the address names."""
    return await request.app[SHARING].book.by_token(request.match_info["token"])


async def refused(request: web.Request, began: float) -> web.Response:
    """The same words after the same time for every link that shows nothing; who asks on waits longer each time."""
    patience, place = request.app[SHARING].patience, address_of(request)
    try:
        async with patience.turn(place):
            patience.wrong(place)
    except TooMany:
        return too_many()
    await asyncio.sleep(max(REFUSED_S - (time.monotonic() - began), 0))
    return page("share/over.html", 410, words=NOTHING_HERE)


def too_many() -> web.Response:
    """For who asks again before the last questions are answered."""
    return web.Response(status=429, text="Wait a little.", headers=HEADERS | {"Retry-After": "10"})


def own(request: web.Request) -> str:
    """The address of the link itself."""
    return at(f"/s/{request.match_info['token']}")


def piece(html: str, locale: str) -> str:
    """The view as htmx swaps it in, in the locale of who looks."""
    return localised(partial("shared", html, "innerMorph"), locale)


def page(template: str, status: int, **context: Any) -> web.Response:
    """A page of its own: nothing of zkdash's frame is on it."""
    text = environment().get_template(template).render(**context)
    headers = dict(HEADERS)
    if template == "share/password.html":
        headers["Referrer-Policy"] = "same-origin"  # else its form would not say its Origin; it leads nowhere else
    return web.Response(text=text, status=status, content_type="text/html", headers=headers)
