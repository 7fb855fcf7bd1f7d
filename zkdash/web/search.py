"""The search page: plain fields in the address, results as they are found."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from aiohttp import web
from markupsafe import Markup

from zkdash.web import urls
from zkdash.web.keys import RUNS
from zkdash.web.render import fragment, render
from zkdash.web.runs import Fields
from zkdash.web.seen import SeenClusters, seen
from zkdash.web.znode_wish import FIND_CHARS_MAX
from zkdash.znodes import search
from zkdash.znodes.jobs import Job, Phase
from zkdash.znodes.patterns import As
from zkdash.znodes.search import Age, Reading
from zkdash.znodes.searching import SearchJob
from zkdash.znodes.seen import key_of

if TYPE_CHECKING:
    from zkdash.zookeeper.container import ClusterContainer

PAGE = 100
"""How many results one page has."""
STOPS_WITHIN_S = 0.5
FIELDS = (*search.FIELDS, "cluster", "page", "run")


@dataclass(frozen=True, slots=True)
class SearchWish:
    """One page of the results of one search in some clusters."""

    reading: Reading
    containers: tuple[ClusterContainer, ...]
    page: int = 1

    @property
    def key(self) -> Hashable:
        return ("search", self.reading.search, tuple(map(key_of, self.containers)))

    def make(self) -> SearchJob:
        return SearchJob(self.reading.search, self.containers)

    def query(self, **changes: Any) -> dict[str, object]:
        """The fields that say this, with changes; what is as it is by default is left out."""
        typed: dict[str, object] = {
            name: text
            for name in search.FIELDS
            if (text := self.reading.typed.get(name, "")) and (name, text) not in DEFAULTS
        }
        typed["cluster"] = [container.name for container in self.containers]
        typed["page"] = self.page if self.page > 1 else None
        return {**typed, **changes}

    def url(self, **changes: Any) -> str:
        """The address of this page."""
        return urls.with_query(urls.at("/search"), self.query(**changes))

    @property
    def find(self) -> str:
        """What the page of a hit is to look for in its data: the text that was searched for, "" if it was none."""
        search = self.reading.search
        return search.data if search.data_as is As.TEXT and len(search.data) <= FIND_CHARS_MAX else ""

    def pieces(self, job: Job) -> Mapping[str, Markup]:
        if not isinstance(job, SearchJob):
            return {}
        total = len(job.hits)
        pages = max(1, -(-total // PAGE))
        page = min(self.page, pages)
        start = (page - 1) * PAGE
        results = fragment(
            "search/_results.html",
            wish=self,
            job=job,
            hits=job.hits.records(start, PAGE),
            start=start,
            total=total,
            page=page,
            pages=pages,
            many=len(self.containers) > 1,
        )
        return {"run": fragment("search/_run.html", wish=self, job=job, total=total), "results": results}


DEFAULTS = {("name_as", As.TEXT), ("data_as", As.TEXT), ("age", Age.MODIFIED), ("root", "/")}


def wish_of(fields: Fields, clusters: SeenClusters) -> SearchWish | None:
    """The wish that the fields mean; None where there is nothing to search for, or something is wrong with it."""
    reading = reading_of(fields)
    names = names_of(fields, clusters)
    known = tuple(container for container in clusters if container.name in names)
    page = fields.get("page", ["1"])[-1]
    if reading.problems or not reading.search.asks or len(known) != len(names) or not known:
        return None
    return SearchWish(reading, known, int(page) if page.isascii() and page.isdigit() and 0 < len(page) < 10 else 1)


def reading_of(fields: Fields) -> Reading:
    """What was typed, of each field the last."""
    return search.read({name: values[-1] for name, values in fields.items() if name in search.FIELDS})


def names_of(fields: Fields, clusters: SeenClusters) -> list[str]:
    """The clusters to search in: those named, else all."""
    named = [name for value in fields.get("cluster", []) for name in value.split(",") if name]
    return list(dict.fromkeys(named)) or clusters.names()


def problems_of(fields: Fields, clusters: SeenClusters) -> dict[str, str]:
    """What is wrong with the fields: field -> a sentence."""
    problems = dict(reading_of(fields).problems)
    if unknown := [name for name in names_of(fields, clusters) if name not in clusters.names()]:
        problems["cluster"] = f"No cluster is called {', '.join(unknown)}."
    return problems


async def index(request: web.Request) -> web.StreamResponse:
    """GET /search: the form, and when something is asked the results.

    `run=stop` ends the search as soon as nobody else looks at it and shows what was found, `run=on` lets one that
    failed or was stopped go on, `run=again` begins anew.
    """
    clusters, runs = seen(request).clusters, request.app[RUNS]
    fields = fields_of(request, FIELDS)
    wish = wish_of(fields, clusters)
    job: Job | None = None
    run = fields.get("run", [""])[-1]
    if wish is not None:
        if run == "again":
            runs.jobs.again(wish.key)
        if run in ("again", "on"):
            if run == "on" and (kept := runs.jobs.find(wish.key)) is not None:
                kept.start()
            raise web.HTTPSeeOther(wish.url())
        if run == "stop":
            job = await stopped(request, wish.key)
        else:
            job = await runs.begin(wish)
    return page(request, fields, wish, job, live=run != "stop")


async def stopped(request: web.Request, key: Hashable) -> Job | None:
    """The job that its viewer has enough of; ended, if nobody else looks at it."""
    runs = request.app[RUNS]
    runs.jobs.stop_for_me(key)
    job = runs.jobs.find(key)
    if job is not None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(STOPS_WITHIN_S):
                await job.ended()
    return job


def page(request: web.Request, fields: Fields, wish: SearchWish | None, job: Job | None, *, live: bool) -> web.Response:
    """The page."""
    clusters = seen(request).clusters
    reading = reading_of(fields)
    typed = {name: reading.typed.get(name, "") for name in search.FIELDS}
    topic = urls.with_query("search", wish.query()) if wish is not None and job is not None and live else ""
    return render(
        request,
        "search/index.html",
        wish=wish,
        job=job,
        pieces=wish.pieces(job) if wish is not None and job is not None else {},
        typed={name: "" if (name, text) in DEFAULTS else text for name, text in typed.items()},
        problems=problems_of(fields, clusters),
        names=clusters.names(),
        chosen=names_of(fields, clusters) if "cluster" in fields else [],
        nothing_asked=any(name in fields for name in search.FIELDS) and not reading.search.asks,
        live_topics=[topic] if topic else [],
        refresh=job is not None and live and job.phase in (Phase.WAITING, Phase.RUNNING),
    )


def fields_of(request: web.Request, allowed: tuple[str, ...]) -> dict[str, list[str]]:
    """The fields of the address. Raises 400 for one that there isn't, and for what isn't UTF-8."""
    try:
        fields = parse_qs(request.rel_url.raw_query_string, keep_blank_values=True, errors="strict", max_num_fields=200)
    except ValueError:
        raise web.HTTPBadRequest(text="The address has a parameter that isn't valid UTF-8, or too many.") from None
    for name in fields:
        if name not in allowed:
            raise web.HTTPBadRequest(
                text=f"There is no parameter “{name[:60]}” here: allowed are {', '.join(allowed)}."
            )
    return fields
