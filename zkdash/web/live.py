"""The live hub: what changes is rendered once, framed once and written to everybody who listens.

A viewer listens to topics, at a level: what is different for those who see less is rendered once for each level that
listens, and framed once for each locale that somebody reads in. On every connect it gets the present state of each,
then what changes; the browser's htmx swaps both in by id, so a viewer that was away misses nothing. Where a proxy eats
websockets the page polls the same address and gets the same state by plain HTTP.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Protocol, TypeAlias

from aiohttp import WSCloseCode, web

from zkdash.access import Reach
from zkdash.clock import now_ms
from zkdash.log import get_logger
from zkdash.web.keys import HUB
from zkdash.web.locales import locale_of
from zkdash.web.origin import refuse_foreign_origin
from zkdash.web.seen import level_of
from zkdash.web.wire import Sent, Viewer, tick

L = get_logger(__name__)

COALESCE_S = 0.03
TICK_S = 5.0
PING_S = 20.0
MAX_INCOMING_BYTES = 1024
MAX_TOPICS = 8
SLICE = 500
"""How many viewers are written to before others get their turn on the event loop."""
CLOSE_S = 1.0
KEEP_S = 1.0
"""For how long a first state is good for all who connect, if nothing changes."""

Looks: TypeAlias = tuple[tuple[str, ...], Reach, str]
"""What a viewer gets: the topics, the level and the locale."""
Channel: TypeAlias = tuple[str, Reach | None]
"""A topic as a level has it; None: as all levels do."""


NOTHING = Sent("")


class Source(Protocol):
    """Where a family of topics comes from: "overview", or "cluster/…" and "timeline?…" with what they are about.

    `level` says who listens: what they don't see is in no topic of theirs.
    """

    def accepts(self, topic: str, level: Reach) -> bool:
        """Whether for them there is such a topic."""

    async def open(self, topic: str, level: Reach) -> None:
        """Get the topic's state ready and keep it so until `close`; both come once per viewer."""

    def snapshot(self, topic: str, level: Reach) -> str:
        """The present state of an open topic, as partials for htmx."""

    def close(self, topic: str, level: Reach) -> None:
        """One viewer less."""


class LiveHub:
    """The viewers and what is on its way to them."""

    def __init__(self) -> None:
        self.sources: dict[str, Source] = {}
        self.viewers: dict[Viewer, None] = {}
        self.dropped = 0
        self._listened: dict[str, dict[Reach, int]] = {}
        self._states: dict[tuple[tuple[str, ...], Reach], tuple[float, Sent]] = {}
        self._pending: dict[Channel, dict[str, str | Callable[[], str]]] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._flushed = 0.0
        self._outbox: asyncio.Queue[tuple[dict[Channel, Sent], Sequence[Viewer]]] = asyncio.Queue()
        self._tasks: tuple[asyncio.Task[None], ...] = ()
        self._stopping = False

    async def start(self) -> None:
        self._tasks = (asyncio.create_task(self._write()), asyncio.create_task(self._tick()))

    async def stop(self) -> None:
        """Close every websocket (1001, "come back") within `CLOSE_S`."""
        self._stopping = True
        for task in self._tasks:
            task.cancel()
        if self._timer is not None:
            self._timer.cancel()
        responses = [viewer.response for viewer in self.viewers if viewer.response is not None]
        closing = asyncio.gather(
            *(one.close(code=WSCloseCode.GOING_AWAY, drain=False) for one in responses), return_exceptions=True
        )
        with suppress(TimeoutError):
            await asyncio.wait_for(closing, CLOSE_S)
        for viewer in list(self.viewers):
            viewer.transport.abort()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # What changes

    def listens(self, topic: str) -> bool:
        """Whether anybody would get what is offered to `topic`."""
        return topic in self._listened

    def levels(self, topic: str) -> tuple[Reach, ...]:
        """The levels of those who listen to `topic`."""
        return tuple(self._listened.get(topic, ()))

    def forget(self) -> None:
        """Something changed: who connects from now on gets no first state from before it, also where nobody listens."""
        self._states.clear()

    def offer(self, topic: str, key: str, html: str | Callable[[], str], level: Reach | None = None) -> None:
        """Something of `topic` changed, for one level or for all who listen.

        Of several changes of one `key` at once only the last is drawn and sent.
        """
        self._states.clear()
        if topic not in self._listened:
            return
        changes = self._pending.setdefault((topic, level), {})
        changes.pop(key, None)
        changes[key] = html
        if self._timer is None:
            # The first change goes at once; those that follow closely wait for each other.
            loop = asyncio.get_running_loop()
            self._timer = loop.call_at(max(self._flushed + COALESCE_S, loop.time()), self._flush)

    def _flush(self) -> None:
        """Frame what is pending, for those who listen now."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        pending, self._pending = self._pending, {}
        if pending:
            self._flushed = asyncio.get_running_loop().time()
            sent = {channel: Sent(drawn(changes.values())) for channel, changes in pending.items()}
            self._outbox.put_nowait((sent, tuple(self.viewers)))

    async def _write(self) -> None:
        while True:
            sent, viewers = await self._outbox.get()
            joined: dict[Looks, bytes] = {}
            for index, viewer in enumerate(viewers, 1):
                looks = viewer.topics, viewer.level, viewer.locale
                payload = joined.get(looks)
                if payload is None:
                    channels = [(topic, level) for topic in ("", *viewer.topics) for level in (None, viewer.level)]
                    frames = (sent[channel].frame(viewer.locale) for channel in channels if channel in sent)
                    payload = joined[looks] = b"".join(frames)
                if payload and not viewer.write(payload):
                    self.dropped += 1
                if index % SLICE == 0:
                    await asyncio.sleep(0)

    async def _tick(self) -> None:
        """Tell everybody every few seconds that zkdash is there, and what time it is."""
        while True:
            await asyncio.sleep(TICK_S)
            self._outbox.put_nowait(({("", None): Sent(tick())}, tuple(self.viewers)))

    # Who listens

    def topics(self, asked: Iterable[str], level: Reach) -> tuple[str, ...]:
        """The topics that a request names, each once. Raises 400 for one that for them there isn't."""
        topics = tuple(dict.fromkeys(asked))
        if len(topics) > MAX_TOPICS:
            raise web.HTTPBadRequest(text=f"At most {MAX_TOPICS} topics at once.")
        for topic in topics:
            source = self.sources.get(family(topic))
            if source is None or not source.accepts(topic, level):
                raise web.HTTPBadRequest(text=f"There is no topic {topic!r}.")
        if not topics:
            raise web.HTTPBadRequest(text="Say what to listen to: /live?topic=overview")
        return topics

    @asynccontextmanager
    async def _opened(self, topics: tuple[str, ...], level: Reach) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            for topic in topics:
                source = self.sources[family(topic)]
                await source.open(topic, level)
                stack.callback(source.close, topic, level)
            yield

    def snapshot(self, topics: tuple[str, ...], level: Reach) -> str:
        """The present state of open topics."""
        return "".join(self.sources[family(topic)].snapshot(topic, level) for topic in topics)

    def _state(self, topics: tuple[str, ...], level: Reach) -> Sent:
        """The same, drawn once for the many who come back together."""
        now = time.monotonic()
        until, state = self._states.get((topics, level), (0.0, NOTHING))
        if now > until:
            state = Sent(self.snapshot(topics, level))
            self._states = {key: kept for key, kept in self._states.items() if kept[0] > now}
            self._states[topics, level] = (now + KEEP_S, state)
        return state

    async def listen(self, request: web.Request, topics: tuple[str, ...], level: Reach) -> web.StreamResponse:
        """Serve one websocket until it closes: the present state first, then every change."""
        if self._stopping:
            raise web.HTTPServiceUnavailable(text="zkdash is stopping.")
        response = web.WebSocketResponse(
            heartbeat=PING_S, max_msg_size=MAX_INCOMING_BYTES, compress=False, timeout=CLOSE_S
        )
        try:
            await response.prepare(request)
        except ConnectionResetError:
            return web.Response()  # to nobody: the viewer went away before it was greeted
        if request.transport is None:
            return response
        viewer = Viewer(request.transport, topics, level, response, locale_of(request))
        async with self._opened(topics, level):
            try:
                self._join(viewer)
                async for _ in response:
                    pass  # viewers have nothing to say
            finally:
                self._leave(viewer)
        return response

    def _join(self, viewer: Viewer) -> None:
        """State and subscription in one step: nothing falls between, and nothing comes twice."""
        self._flush()
        state = self._state(viewer.topics, viewer.level).frame(viewer.locale) + Sent(tick()).frame(viewer.locale)
        viewer.write(state)
        viewer.limit += len(state)
        self.viewers[viewer] = None
        for topic in viewer.topics:
            levels = self._listened.setdefault(topic, {})
            levels[viewer.level] = levels.get(viewer.level, 0) + 1

    def _leave(self, viewer: Viewer) -> None:
        if self.viewers.pop(viewer, self) is self:
            return
        for topic in viewer.topics:
            levels = self._listened[topic]
            levels[viewer.level] -= 1
            if not levels[viewer.level]:
                del levels[viewer.level]
            if not levels:
                del self._listened[topic]

    async def poll(self, topics: tuple[str, ...], level: Reach) -> web.Response:
        """The present state by plain HTTP, for a page that has no websocket."""
        async with self._opened(topics, level):
            html = self.snapshot(topics, level)
        return web.Response(text=html, content_type="text/html", headers={"Zkdash-Now": f"{now_ms()}"})


async def live(request: web.Request) -> web.StreamResponse:
    """GET /live?topic=…&topic=…: a websocket, or the same state once."""
    hub = request.app[HUB]
    refuse_foreign_origin(request)
    level = level_of(request)
    topics = hub.topics(request.query.getall("topic", []), level)
    if web.WebSocketResponse().can_prepare(request):
        return await hub.listen(request, topics, level)
    return await hub.poll(topics, level)


def drawn(changes: Iterable[str | Callable[[], str]]) -> str:
    """What is sent of several changes."""
    return "".join(each if isinstance(each, str) else each() for each in changes)


def family(topic: str) -> str:
    """ "cluster/orders" -> "cluster", "timeline?range=1h" -> "timeline"."""
    return topic.partition("?")[0].partition("/")[0]
