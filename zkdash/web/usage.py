"""The usage page: what takes the room in a subtree, as a treemap and a table that lead further down."""

from __future__ import annotations

import enum
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aiohttp import web
from markupsafe import Markup

from zkdash.web import urls
from zkdash.web.cluster import find
from zkdash.web.keys import RUNS
from zkdash.web.query import Query
from zkdash.web.render import fragment, is_partial, render
from zkdash.web.runs import Fields
from zkdash.web.search import stopped
from zkdash.web.seen import SeenClusters, seen
from zkdash.znodes import counting, paths
from zkdash.znodes.jobs import Job, Phase
from zkdash.znodes.searching import UsageJob
from zkdash.znodes.seen import key_of, whole
from zkdash.znodes.treemap import squarify
from zkdash.znodes.usage import Sum

if TYPE_CHECKING:
    from zkdash.zookeeper.container import ClusterContainer

DRAWN = 60
"""How many children have a box of their own in the treemap."""
WIDTH, HEIGHT = 100.0, 30.0


class By(enum.StrEnum):
    """What is counted."""

    BYTES = "bytes"
    ZNODES = "znodes"
    EPHEMERALS = "ephemerals"


@dataclass(frozen=True, slots=True)
class UsageWish:
    """The usage below one path of one cluster."""

    container: ClusterContainer
    path: str = "/"
    by: By = By.BYTES

    @property
    def key(self) -> Hashable:
        return ("usage", key_of(self.container), self.path)

    def make(self) -> UsageJob:
        return UsageJob(self.container, self.path)

    def query(self, **changes: Any) -> dict[str, object]:
        """The fields that say this, with changes."""
        fields = {"path": self.path, "by": self.by} | changes
        return {name: value for name, value in fields.items() if (name, value) not in DEFAULTS}

    def url(self, **changes: Any) -> str:
        """The address of this page."""
        return urls.with_query(f"{urls.url_for_cluster(self.container.name)}/usage", self.query(**changes))

    def topic(self) -> str:
        """What the page listens to."""
        return urls.with_query("usage", {"cluster": self.container.name, **self.query()})

    def pieces(self, job: Job) -> Mapping[str, Markup]:
        if not isinstance(job, UsageJob):
            return {}
        usage = job.usage
        shown = usage.largest(self.by)
        boxed = shown[:DRAWN]
        rest = usage.rest(boxed)
        boxes = _boxes(boxed, rest, self.by)
        found = fragment(
            "usage/_found.html", wish=self, job=job, usage=usage, shown=shown, boxes=boxes, rest=usage.rest(shown)
        )
        return {"run": fragment("usage/_run.html", wish=self, job=job, usage=usage), "found": found}


DEFAULTS = {("path", "/"), ("by", By.BYTES)}


@dataclass(frozen=True, slots=True)
class Drawn:
    """A box of the treemap, in percent of its width and height. Without a `child` it is for all the others."""

    child: Sum | None
    number: int
    x: float
    y: float
    width: float
    height: float


def _boxes(shown: list[Sum], rest: Sum, by: By) -> list[Drawn]:
    parts: list[tuple[Sum | None, int]] = [(one, getattr(one, by)) for one in shown]
    parts.append((None, getattr(rest, by)))
    parts.sort(key=lambda one: -one[1])
    return [
        Drawn(
            *parts[box.index],
            round(box.x, 3),
            round(box.y * 100 / HEIGHT, 3),
            round(box.width, 3),
            round(box.height * 100 / HEIGHT, 3),
        )
        for box in squarify([number for _, number in parts], WIDTH, HEIGHT)
    ]


def wish_of(fields: Fields, clusters: SeenClusters) -> UsageWish | None:
    """The wish of a topic; None where there is no such cluster or path."""
    container = clusters.get(fields.get("cluster", [""])[-1])
    by = fields.get("by", [By.BYTES])[-1]
    if container is None:
        return None
    try:
        return UsageWish(container, paths.from_text(fields.get("path", ["/"])[-1]), By(by))
    except ValueError:
        return None


async def index(request: web.Request) -> web.StreamResponse:
    """GET /clusters/{name}/usage?path=&by=&run= (`run` as on the search page)"""
    query = Query(request, ("path", "by", "run"))
    runs = request.app[RUNS]
    wish = UsageWish(find(request), paths.from_text(query.text("path", "/")), query.choice("by", By) or By.BYTES)
    run = query.text("run")
    if run == "again":
        runs.jobs.again(wish.key)
    if run == "on" and (kept := runs.jobs.find(wish.key)) is not None:
        kept.start()
    if run in ("again", "on"):
        raise web.HTTPSeeOther(wish.url())
    job = await stopped(request, wish.key) if run == "stop" else await runs.begin(wish)
    live = job is not None and run != "stop"
    return render(
        request,
        "usage/index.html",
        wish=wish,
        cluster=wish.container,
        path=wish.path,
        ancestors=paths.ancestors(wish.path),
        pieces=wish.pieces(job) if job is not None else {},
        live_topics=[wish.topic()] if live else [],
        refresh=live and job is not None and job.phase in (Phase.WAITING, Phase.RUNNING),
        names=seen(request).clusters.names(),
    )


async def count(request: web.Request) -> web.Response:
    """GET /clusters/{name}/count?path=: how many znodes there are, by one request; for htmx the number alone."""
    container, path = find(request), paths.from_text(Query(request, ("path",)).text("path", "/"))
    number = await counting.count(container, path)
    template = "znodes/_count.html" if is_partial(request) else "znodes/count_page.html"
    return render(request, template, cluster=container, path=path, number=number, whole=whole(container, path))
