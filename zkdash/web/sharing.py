"""The share links of the running zkdash: what each shows now, who said its password, and who looks on."""

from __future__ import annotations

import asyncio
import secrets
import time

from aiohttp import WSCloseCode, web
from kazoo.exceptions import NoAuthError, NoNodeError
from markupsafe import Markup

from zkdash.access import Person, Reach
from zkdash.access.narrow import covers, narrowed
from zkdash.access.patience import Patience
from zkdash.access.share import Share, ShareBook, hash_of
from zkdash.clock import now_ms
from zkdash.web.failures import failure_of
from zkdash.web.keys import Dashboard
from zkdash.web.share_scope import NotShared, drawn, target_of
from zkdash.zookeeper.errors import ClusterUnavailable

UNLOCKED_S = 12 * 3600
KEEP_S = 1.0
WAKES = (
    "Access.changed!",
    "Event.recorded!",
    "Incident.changed!",
    "Clusters.changed!",
    "Ensemble.verdict!",
    "ZooKeeperContainer.state/CONNECTED!",
    "ZooKeeperContainer.state/SUSPENDED!",
    "ZooKeeperContainer.state/LOST!",
)


class Sharing:
    """The links, who guesses, who said the password, and who looks on."""

    def __init__(self, dashboard: Dashboard) -> None:
        self.book = ShareBook(dashboard.store)
        self.patience = Patience()
        self.viewers: set[web.WebSocketResponse] = set()
        self.changed = asyncio.Event()
        self._dashboard = dashboard
        self._unlocked: dict[str, tuple[int, float]] = {}
        self._kept: dict[tuple[int, Reach], tuple[float, Markup]] = {}

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
        reach = narrowed(maker.reach, target.scope)
        until, kept = self._kept.get((share.id, reach), (0.0, Markup()))
        if time.monotonic() < until:
            return kept
        person = Person(reach, maker.name, maker.groups, "share", maker.session)
        try:
            html = await drawn(target, person)
        except (ClusterUnavailable, NoNodeError, NoAuthError) as error:
            html = Markup('<p class="blank"><strong>{0.title}.</strong> {0.detail}</p>').format(
                failure_of(error, target.request)
            )
        except web.HTTPException:
            raise NotShared from None
        self._kept = {key: one for key, one in self._kept.items() if one[0] > time.monotonic()}
        self._kept[share.id, reach] = (time.monotonic() + KEEP_S, html)
        return html
