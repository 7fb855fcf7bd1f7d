"""Crawls that people watch: the page of a search, a comparison or a usage is drawn anew while its job goes on."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import parse_qs

from aiohttp import web
from markupsafe import Markup

from zkdash.access import Reach
from zkdash.web.keys import Dashboard
from zkdash.web.live import LiveHub
from zkdash.web.seen import Seen, SeenClusters
from zkdash.web.wire import partial
from zkdash.znodes.jobs import Job, Jobs

REDRAW_S = 0.2
AT_ONCE_S = 0.15
"""What is done within it is in the page from the start."""

Fields = Mapping[str, list[str]]


class Wish(Protocol):
    """What a page asks for, as its address says it."""

    @property
    def key(self) -> Hashable:
        """Equal for those that one job can serve."""

    def make(self) -> Job:
        """The job that does it."""

    def pieces(self, job: Job) -> Mapping[str, Markup]:
        """The changing elements of the page, by their ids."""


@dataclass(slots=True)
class Watched:
    """A topic with viewers, and what they were sent last."""

    wish: Wish
    job: Job
    viewers: int = 0
    sent: dict[str, Markup] = field(default_factory=dict)
    task: asyncio.Task[None] | None = None


class Runs:
    """Source of the topics "search?…", "compare?…" and "usage?…": each kind reads its wish from the fields."""

    def __init__(self, dashboard: Dashboard, hub: LiveHub) -> None:
        self.jobs = Jobs()
        self.kinds: dict[str, Callable[[Fields, SeenClusters], Wish | None]] = {}
        self._dashboard = dashboard
        self._hub = hub
        self._watched: dict[tuple[str, Reach], Watched] = {}

    async def start(self) -> None:
        """Nothing: it begins with the first wish."""

    async def stop(self) -> None:
        """End all crawls."""
        tasks = [one.task for one in self._watched.values() if one.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.jobs.stop()

    async def begin(self, wish: Wish) -> Job:
        """The job for a page that is being asked for, begun; back soon, be it done or not."""
        job = self.jobs.open(wish.key, wish.make)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(AT_ONCE_S):
                await job.ended()
        return job

    # As a source of topics

    def accepts(self, topic: str, level: Reach) -> bool:
        return self._wish(topic, level) is not None

    async def open(self, topic: str, level: Reach) -> None:
        one = self._watched.get((topic, level))
        wish = one.wish if one is not None else self._wish(topic, level)
        if wish is None:
            raise web.HTTPBadRequest(text=f"There is no topic {topic!r}.")
        job = self.jobs.open(wish.key, wish.make)
        self.jobs.join(wish.key, job)
        if one is None:
            one = self._watched[topic, level] = Watched(wish, job)
            one.task = asyncio.create_task(self._pump(topic, level, one))
        one.viewers += 1

    def snapshot(self, topic: str, level: Reach) -> str:
        one = self._watched[topic, level]
        return "".join(partial(name, html) for name, html in one.wish.pieces(one.job).items())

    def close(self, topic: str, level: Reach) -> None:
        one = self._watched[topic, level]
        one.viewers -= 1
        self.jobs.leave(one.wish.key, one.job)
        if not one.viewers:
            del self._watched[topic, level]
            if one.task is not None:
                one.task.cancel()

    async def _pump(self, topic: str, level: Reach, one: Watched) -> None:
        """Send what changed, a few times a second."""
        while True:
            version = one.job.version
            for name, html in one.wish.pieces(one.job).items():
                if one.sent.get(name) != html:
                    one.sent[name] = html
                    self._hub.offer(topic, name, partial(name, html), level)
            await asyncio.sleep(REDRAW_S)
            await one.job.changed(version)

    def _wish(self, topic: str, level: Reach) -> Wish | None:
        kind, _, query = topic.partition("?")
        make = self.kinds.get(kind)
        if make is None:
            return None
        try:
            fields = parse_qs(query, keep_blank_values=True, errors="strict", max_num_fields=100)
            return make(fields, Seen(self._dashboard, level).clusters)
        except ValueError:
            return None
