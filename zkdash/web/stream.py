"""The stream of events as JSON over websockets: for programs, as `live.py` is for pages.

A listener has a short queue. One that can't keep up is brought up to date from the log, so that nothing is missing
and nothing comes twice; one that takes nothing at all is dropped.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Collection
from dataclasses import dataclass, field

import orjson
from aiohttp import WSCloseCode, web

from zkdash.log import get_logger
from zkdash.store.engine import StoreUnavailable
from zkdash.timeline.event import Event
from zkdash.web import shapes
from zkdash.web.keys import Dashboard
from zkdash.web.seen import Seen

L = get_logger(__name__)

QUEUE_EVENTS = 1000
REPLAY_EVENTS = 500
SEND_S = 10.0
"""How long a listener may take nothing before it is dropped."""
PING_S = 20.0
CLOSE_S = 1.0
MAX_INCOMING_BYTES = 1024


@dataclass(frozen=True, slots=True)
class Message:
    """An event, put into JSON once for everybody."""

    id: int
    cluster: str
    text: str

    @classmethod
    def of(cls, event: Event) -> Message:
        """The event's message."""
        return cls(event.id, event.cluster, orjson.dumps(shapes.event(event)).decode())


@dataclass(slots=True, eq=False)
class Listener:
    """One websocket and what waits for it.

    `after` is the id from which on the log has what it still wants (None: only what comes), `sent_id` the last that
    it got; it is `behind` while the log has to be read because its queue lacks something, and `reading` meanwhile.
    """

    response: web.WebSocketResponse
    clusters: Collection[str] | None
    seen: Seen
    after: int | None
    behind: bool
    sent_id: int = 0
    queue: deque[Message] = field(default_factory=deque)
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    reading: asyncio.Lock = field(default_factory=asyncio.Lock)

    def offer(self, message: Message) -> None:
        """Put a message into the queue, if the listener wants it."""
        if self.clusters is not None and message.cluster not in self.clusters:
            return
        if not self.seen.clusters.sees(message.cluster):
            return
        if len(self.queue) < QUEUE_EVENTS:
            self.queue.append(message)
        else:
            self.behind = True
        self.wake.set()


class EventStreams:
    """All listeners."""

    def __init__(self, dashboard: Dashboard) -> None:
        self._dashboard = dashboard
        self._stopping = False
        self.listeners: set[Listener] = set()
        self.dropped = 0

    async def start(self) -> None:
        self._dashboard.PubSub.subscribe("Event.recorded!", self._on_event)

    async def stop(self) -> None:
        """Close every websocket (1001, "come back")."""
        self._stopping = True
        self._dashboard.PubSub.unsubscribe("Event.recorded!", self._on_event)
        closing = [listener.response.close(code=WSCloseCode.GOING_AWAY, drain=False) for listener in self.listeners]
        await asyncio.gather(*closing, return_exceptions=True)

    async def serve(
        self, request: web.Request, after: int | None, clusters: Collection[str] | None, seen: Seen
    ) -> web.WebSocketResponse:
        """Serve one websocket until it closes: what came after the id `after`, if one is given, then what comes."""
        if self._stopping:
            raise web.HTTPServiceUnavailable(text="zkdash is stopping.")
        response = web.WebSocketResponse(
            heartbeat=PING_S, max_msg_size=MAX_INCOMING_BYTES, compress=False, timeout=CLOSE_S
        )
        listener = Listener(response, clusters, seen, after, behind=after is not None)
        self.listeners.add(listener)  # before the log is read: what comes meanwhile waits in the queue
        try:
            await response.prepare(request)
            writer = asyncio.create_task(self._write(listener, request))
            try:
                async for _ in response:
                    pass  # listeners have nothing to say
            finally:
                async with listener.reading:  # SQLite's connection does not close when a query on it is broken off
                    writer.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await writer
        finally:
            self.listeners.discard(listener)
        return response

    def _on_event(self, _message: str, event: Event) -> None:
        if self.listeners:
            message = Message.of(event)
            for listener in self.listeners:
                listener.offer(message)

    async def _write(self, listener: Listener, request: web.Request) -> None:
        try:
            while True:
                if listener.behind:
                    await self._catch_up(listener)
                while listener.queue and not listener.behind:
                    await self._send(listener, listener.queue.popleft())
                listener.wake.clear()
                if not listener.queue and not listener.behind:
                    await listener.wake.wait()
        except TimeoutError:
            self.dropped += 1
            if request.transport is not None:
                request.transport.abort()
        except StoreUnavailable:
            await listener.response.close(code=WSCloseCode.TRY_AGAIN_LATER, message=b"the log can't be read now")
        except ConnectionError:
            pass  # it went away
        except Exception:
            L.exception("The stream of events broke.")
            await listener.response.close(code=WSCloseCode.INTERNAL_ERROR)

    async def _catch_up(self, listener: Listener) -> None:
        """Send what the log has and the listener hasn't. What is in the queue is in the log already."""
        if listener.after is None:
            listener.after = listener.queue[0].id - 1
        found: list[Event] | None = None
        while found is None or len(found) == REPLAY_EVENTS:
            listener.behind = False
            listener.queue.clear()
            async with listener.reading:
                found = await listener.seen.events.find(
                    clusters=listener.clusters, after=listener.after, limit=REPLAY_EVENTS
                )
            for event in found:
                await self._send(listener, Message.of(event))

    async def _send(self, listener: Listener, message: Message) -> None:
        if message.id <= listener.sent_id:
            return  # it was in the log and in the queue
        async with asyncio.timeout(SEND_S):
            await listener.response.send_str(message.text)
        listener.after = listener.sent_id = message.id
