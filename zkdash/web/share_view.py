"""What somebody sees who was given a link: one view, and no way on from it. /s/TOKEN is all that a token opens."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import time
from typing import Any

import orjson
from aiohttp import WSCloseCode, web
from kazoo.exceptions import NoAuthError, NoNodeError
from markupsafe import Markup

from zkdash.access import Person
from zkdash.access.narrow import covers, narrowed
from zkdash.access.patience import Patience, TooMany
from zkdash.access.share import Share, ShareBook, hash_of, is_password
from zkdash.clock import now_ms
from zkdash.web.audited import address_of, note
from zkdash.web.bodies import form_of
from zkdash.web.failures import failure_of
from zkdash.web.keys import SHARING, ZKDASH, Dashboard
from zkdash.web.origin import refuse_foreign_origin
from zkdash.web.render import environment
from zkdash.web.share_scope import NotShared, drawn, target_of
from zkdash.web.urls import at
from zkdash.web.wire import partial
from zkdash.zookeeper.errors import ClusterUnavailable

COOKIE = "zkdash-share"
UNLOCKED_S = 12 * 3600
REFUSED_S = 0.3
"""How long every refusal takes, whatever was wrong."""
LONGEST_PASSWORD = 200
REDRAW_S = 5.0
GATHER_S = 0.3
KEEP_S = 1.0
MOST_VIEWERS = 500
WAKES = (
    "Event.recorded!",
    "Incident.changed!",
    "Clusters.changed!",
    "Ensemble.verdict!",
    "ZooKeeperContainer.state/CONNECTED!",
    "ZooKeeperContainer.state/SUSPENDED!",
    "ZooKeeperContainer.state/LOST!",
)
HEADERS = {
    "X-Robots-Tag": "noindex, nofollow",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
NOTHING_HERE = "This link shows nothing: it never did, or it is over."


class Sharing:
    """The links, who guesses, who said the password, and who looks on."""

    def __init__(self, dashboard: Dashboard) -> None:
        self.book = ShareBook(dashboard.store)
        self.patience = Patience()
        self.viewers: set[web.WebSocketResponse] = set()
        self.changed = asyncio.Event()
        self._dashboard = dashboard
        self._unlocked: dict[str, tuple[int, float]] = {}
        self._kept: dict[int, tuple[float, Markup]] = {}

    async def start(self) -> None:
        for message in WAKES:
            self._dashboard.PubSub.subscribe(message, self._on_change)

    async def stop(self) -> None:
        for message in WAKES:
            self._dashboard.PubSub.unsubscribe(message, self._on_change)
        closing = (one.close(code=WSCloseCode.GOING_AWAY, drain=False) for one in list(self.viewers))
        await asyncio.wait_for(asyncio.gather(*closing, return_exceptions=True), 1.0)

    def _on_change(self, _message: str, *_: object) -> None:
        self._kept.clear()
        self.changed.set()
        self.changed = asyncio.Event()

    def unlock(self, share: Share) -> str:
        """A ticket for who said the password."""
        now = time.monotonic()
        self._unlocked = {key: kept for key, kept in self._unlocked.items() if kept[1] > now}
        ticket = secrets.token_urlsafe(32)
        self._unlocked[hash_of(ticket)] = (share.id, now + UNLOCKED_S)
        return ticket

    def is_unlocked(self, share: Share, ticket: str) -> bool:
        share_id, until = self._unlocked.get(hash_of(ticket), (0, 0.0))
        return not share.password_hash or (share_id == share.id and until > time.monotonic())

    def viewer(self, share: Share) -> Person:
        """Who looks by a link: its maker, by the grants of now and within what it is about, to look only."""
        reach = self._dashboard.access.again(share.made_by, share.groups, share.via)
        return Person(reach, share.made_by, share.groups, via="share", session=f"share {share.id}")

    async def content(self, request: web.Request, share: Share) -> Markup:
        """What a link shows now. Raises NotShared when that is nothing."""
        if share.is_over(now_ms()):
            raise NotShared
        target, maker = await target_of(request, share.address), self.viewer(share)
        if not covers(maker.reach, target.scope, share.clusters):
            raise NotShared
        if share.fixed:
            return Markup(share.content)  # noqa: S704 - made by inert() when the link was
        until, kept = self._kept.get(share.id, (0.0, Markup()))
        if time.monotonic() < until:
            return kept
        person = Person(narrowed(maker.reach, target.scope), maker.name, maker.groups, "share", maker.session)
        try:
            html = await drawn(target, person)
        except (ClusterUnavailable, NoNodeError, NoAuthError) as error:
            html = Markup('<p class="blank"><strong>{0.title}.</strong> {0.detail}</p>').format(
                failure_of(error, target.request)
            )
        except web.HTTPException:
            raise NotShared from None
        self._kept = {key: one for key, one in self._kept.items() if one[0] > time.monotonic()}
        self._kept[share.id] = (time.monotonic() + KEEP_S, html)
        return html


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
        return web.Response(text=piece(html), content_type="text/html", headers=HEADERS | {"Zkdash-Now": f"{now_ms()}"})
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
            await response.send_str(piece(Markup('<p class="blank"><strong>{}</strong></p>').format(NOTHING_HERE)))
            await response.close(code=WSCloseCode.POLICY_VIOLATION)
            return
        if html != last:
            await response.send_str(piece(html))
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


def piece(html: str) -> str:
    """The view as htmx swaps it in."""
    return partial("shared", html, "innerMorph")


def page(template: str, status: int, **context: Any) -> web.Response:
    """A page of its own: nothing of zkdash's frame is on it."""
    text = environment().get_template(template).render(**context)
    headers = dict(HEADERS)
    if template == "share/password.html":
        headers["Referrer-Policy"] = "same-origin"  # else its form would not say its Origin; it leads nowhere else
    return web.Response(text=text, status=status, content_type="text/html", headers=headers)
