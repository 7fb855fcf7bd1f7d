"""The comparison page: two paths of the same cluster or of two."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aiohttp import web
from markupsafe import Markup

from zkdash.web import urls
from zkdash.web.keys import RUNS
from zkdash.web.render import fragment, render
from zkdash.web.runs import Fields
from zkdash.web.search import fields_of, stopped
from zkdash.web.seen import SeenClusters, seen
from zkdash.znodes import paths
from zkdash.znodes.compare import Rules
from zkdash.znodes.comparing import CompareJob
from zkdash.znodes.jobs import Job, Phase
from zkdash.znodes.patterns import As, BadPattern, of_names
from zkdash.znodes.seen import key_of

if TYPE_CHECKING:
    from zkdash.zookeeper.container import ClusterContainer

PAGE = 50
"""How many differences one page has."""
FIELDS = ("left", "right", "ignore", "fields", "acl", "ephemerals")


@dataclass(frozen=True, slots=True)
class CompareWish:
    """One page of the differences between two subtrees."""

    left: tuple[ClusterContainer, str]
    right: tuple[ClusterContainer, str]
    rules: Rules
    page: int = 1

    @property
    def key(self) -> Hashable:
        sides = ((key_of(container), path) for container, path in (self.left, self.right))
        return ("compare", *sides, self.rules)

    def make(self) -> CompareJob:
        return CompareJob(self.left, self.right, self.rules)

    def query(self, **changes: Any) -> dict[str, object]:
        """The fields that say this, with changes."""
        fields: dict[str, object] = {
            "left": f"{self.left[0].name}:{self.left[1]}",
            "right": f"{self.right[0].name}:{self.right[1]}",
            "ignore": list(self.rules.paths),
            "fields": list(self.rules.fields),
            "acl": None if self.rules.acl else "0",
            "ephemerals": None if self.rules.ephemerals else "0",
            "page": self.page if self.page > 1 else None,
        }
        return fields | changes

    def url(self, **changes: Any) -> str:
        """The address of this page."""
        return urls.with_query(urls.at("/compare"), self.query(**changes))

    def pieces(self, job: Job) -> Mapping[str, Markup]:
        if not isinstance(job, CompareJob):
            return {}
        total = len(job.found)
        pages = max(1, -(-total // PAGE))
        page = min(self.page, pages)
        start = (page - 1) * PAGE
        found = fragment(
            "compare/_found.html",
            wish=self,
            job=job,
            rows=job.found.records(start, PAGE),
            start=start,
            total=total,
            page=page,
            pages=pages,
        )
        return {"run": fragment("compare/_run.html", wish=self, job=job, total=total), "found": found}


def read(fields: Fields, clusters: SeenClusters) -> tuple[CompareWish | None, dict[str, str]]:
    """The wish that the fields mean, and what is wrong with them: field -> a sentence. No wish where any is."""
    problems: dict[str, str] = {}
    sides = {name: _side(name, fields, clusters, problems) for name in ("left", "right")}
    ignore = _lines(fields, "ignore")
    for pattern in ignore:
        try:
            of_names(pattern, As.GLOB)
        except BadPattern as error:
            problems["ignore"] = f"Ignored paths: {error}"
    for name in ("acl", "ephemerals"):
        if fields.get(name, ["1"])[-1] not in ("0", "1"):
            problems[name] = f"{name} is 0 or 1."
    page = fields.get("page", ["1"])[-1]
    left, right = sides["left"], sides["right"]
    if problems or left is None or right is None:
        return None, problems
    rules = Rules(
        paths=ignore,
        fields=_lines(fields, "fields"),
        acl=fields.get("acl", ["1"])[-1] == "1",
        ephemerals=fields.get("ephemerals", ["1"])[-1] == "1",
    )
    number = int(page) if page.isascii() and page.isdigit() and 0 < len(page) < 10 else 1
    return CompareWish(left, right, rules, number), problems


def _side(
    which: str, fields: Fields, clusters: SeenClusters, problems: dict[str, str]
) -> tuple[ClusterContainer, str] | None:
    text = fields.get(which, [""])[-1].strip()
    if not text:
        return None
    name, _, path = text.partition(":")
    container = clusters.get(name)
    if container is None:
        problems[which] = f"{which.capitalize()}: no cluster is called “{name[:60]}”; write CLUSTER:/path."
        return None
    try:
        return container, paths.from_text(path.strip() or "/")
    except paths.BadPath as error:
        problems[which] = f"{which.capitalize()}: {error}"
        return None


def _lines(fields: Fields, name: str) -> tuple[str, ...]:
    """Each line of each value, without those that are empty."""
    lines = (line.strip() for value in fields.get(name, []) for line in value.splitlines())
    return tuple(dict.fromkeys(line for line in lines if line))


def wish_of(fields: Fields, clusters: SeenClusters) -> CompareWish | None:
    """The wish of a topic."""
    return read(fields, clusters)[0]


async def index(request: web.Request) -> web.StreamResponse:
    """GET /compare?left=prod:/a&right=staging:/a&ignore=&fields=&acl=&ephemerals=&page=&run= (`run` as for a search)"""
    clusters, runs = seen(request).clusters, request.app[RUNS]
    fields = fields_of(request, (*FIELDS, "page", "run"))
    wish, problems = read(fields, clusters)
    run = fields.get("run", [""])[-1]
    job: Job | None = None
    if wish is not None:
        if run == "again":
            runs.jobs.again(wish.key)
        if run == "on" and (kept := runs.jobs.find(wish.key)) is not None:
            kept.start()
        if run in ("again", "on"):
            raise web.HTTPSeeOther(wish.url())
        job = await stopped(request, wish.key) if run == "stop" else await runs.begin(wish)
    live = wish is not None and job is not None and run != "stop"
    return render(
        request,
        "compare/index.html",
        wish=wish,
        pieces=wish.pieces(job) if wish is not None and job is not None else {},
        typed={name: "\n".join(fields.get(name, [])) for name in FIELDS},
        problems=problems,
        names=clusters.names(),
        live_topics=[urls.with_query("compare", wish.query())] if live and wish is not None else [],
        refresh=live and job is not None and job.phase in (Phase.WAITING, Phase.RUNNING),
    )
