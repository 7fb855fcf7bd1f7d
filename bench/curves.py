"""The scaling curves: what is drawn against what, in which units, with what floor and what goal. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Bound:
    """A floor or a goal: a number everywhere, at some places of the curve only, or so many times another contender."""

    everywhere: float | None = None
    at: Mapping[float, float] = field(default_factory=dict)
    times: float | None = None
    of: str = ""


@dataclass(frozen=True, slots=True)
class Panel:
    """One figure, with its unit; `only` are the contenders that it shows, if not all that have it."""

    figure: str
    title: str
    floor: Bound = Bound()
    goal: Bound = Bound()
    only: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scaling:
    """A curve: its name in the results, its title, the benchmark that measures it, its axis, and what it is beside."""

    name: str
    title: str
    bench: str
    axis: str
    panels: tuple[Panel, ...]
    limit: str = ""


NEXT_PAGES = ("zkdash, page, the next page", "zkdash, JSON, the next page")
FIRST_PAGES = ("zkdash, page", "zkdash, JSON", "kazoo get_children", "PyZkUI, names", "zk-shell, ls")
RAW, PIPELINED = "raw socket, MultiRead", "kazoo, pipelined"
CHILDREN = "kazoo get_children"
BARE = "bare aiohttp"
MEGABYTE = 1e6 / 2**20
"""In MiB."""
ADDED = Panel("added", "memory added at most, MiB", Bound(150 * MEGABYTE), Bound(50 * MEGABYTE))


def crawl(data: str, words: str) -> Scaling:
    return Scaling(
        f"znodes, {data}",
        f"Reading a whole tree: {words}",
        "crawl",
        "znodes",
        (
            Panel("znodes/s", "znodes a second"),
            Panel("us/znode", "client CPU, µs a znode", Bound(times=1 / 20, of=PIPELINED), Bound(times=1.3, of=RAW)),
            ADDED,
        ),
        RAW,
    )


def search(how: str) -> Scaling:
    return Scaling(
        f"search by {how}",
        f"A search by {how}",
        "search",
        "znodes",
        (
            Panel("end", "until the end, s", Bound(at={110_111: 2}), Bound(at={110_111: 0.5})),
            Panel("first hit", "until the first hit, s", Bound(at={110_111: 0.2})),
            Panel("us/znode", "client CPU, µs a znode"),
            ADDED,
        ),
        "kazoo, one by one",
    )


CURVES = (
    Scaling(
        "clusters",
        "Many clusters in one process",
        "clusters",
        "clusters",
        (
            Panel("threads", "threads", Bound(at={300: 330}), Bound(at={300: 10})),
            Panel("rss", "memory, MiB"),
            Panel("cpu", "idle, % of a core", Bound(at={300: 5, 1000: 30}), Bound(at={300: 2, 1000: 5})),
            Panel("noticed", "until all noticed lost, s", Bound(at={300: 1, 1000: 3}), Bound(at={300: 0.2, 1000: 0.5})),
            Panel("back", "until all are back, s", Bound(6), Bound(2)),
            Panel("stall", "slowest answer meanwhile, ms", Bound(at={1000: 100})),
        ),
        "bare asyncio",
    ),
    Scaling(
        "viewers",
        "One change to many viewers",
        "viewers",
        "viewers",
        (
            Panel("p99", "until the p99 viewer has it, ms", Bound(times=2, of=BARE), Bound(times=1.3, of=BARE)),
            Panel("CPU", "CPU of the server, ms"),
            Panel("a viewer", "memory a viewer, KiB"),
        ),
        BARE,
    ),
    Scaling(
        "viewers, DOM",
        "A transition in a browser's DOM",
        "browser",
        "viewers",
        (Panel("DOM", "until it is in the DOM, ms", Bound(at={1: 250, 1000: 500}), Bound(at={1: 50, 1000: 100})),),
    ),
    crawl("names", "names"),
    crawl("data", "names, data and stats"),
    search("name"),
    search("data"),
    Scaling(
        "first page",
        "The first page of a node with many children",
        "first_page",
        "children",
        (
            Panel(
                "wall", "first page, ms", Bound(times=1.5, of=CHILDREN), Bound(times=1.1, of=CHILDREN), only=FIRST_PAGES
            ),
            Panel("wall", "next page, ms", goal=Bound(10), only=NEXT_PAGES),
            Panel("CPU", "client CPU, ms", only=FIRST_PAGES),
            Panel("added", "memory added, MiB", only=FIRST_PAGES),
        ),
        CHILDREN,
    ),
    Scaling(
        "transitions a second",
        "Many transitions",
        "transitions",
        "transitions a second",
        (
            Panel("p50", "p50 until the commit, ms"),
            Panel("p99", "p99 until the commit, ms"),
            Panel("CPU", "CPU, ms each"),
            Panel("late", "latest turn of the loop, ms"),
        ),
        "SQLite, a row each",
    ),
    Scaling(
        "days of history",
        "Growth of the servers' history",
        "history",
        "days kept",
        (
            Panel(
                "50 clusters",
                "database of 50 clusters, MiB",
                Bound(at={7: 1000 * MEGABYTE}),
                Bound(at={7: 150 * MEGABYTE}),
            ),
            Panel("CPU per sample", "CPU of writing, µs a sample"),
        ),
    ),
    Scaling(
        "range of a chart",
        "A chart out of the servers' history",
        "history",
        "days shown",
        (Panel("chart", "until its numbers are there, ms", Bound(at={7: 100}), Bound(at={7: 20})),),
        "SQLite, a row a sample",
    ),
    Scaling(
        "pages",
        "What a request costs",
        "pages",
        "clusters",
        (Panel("CPU", "CPU of the server, ms a request", Bound(at={100: 5}), Bound(at={100: 0.5})),),
        "health check (limit)",
    ),
    Scaling(
        "start",
        "From the start to the first page",
        "start",
        "clusters",
        (
            Panel("first page", "until the first page, s", Bound(at={50: 3}), Bound(at={50: 1})),
            Panel("connected", "until all are connected, s"),
        ),
        "imports and an empty page",
    ),
    Scaling(
        "memory",
        "Memory with a hundred viewers",
        "footprint",
        "clusters",
        (Panel("memory", "memory, MiB", Bound(at={50: 250 * MEGABYTE}), Bound(at={50: 120 * MEGABYTE})),),
        "its imports alone",
    ),
    Scaling(
        "first load",
        "The first load of the overview",
        "weight",
        "clusters",
        (Panel("all", "gzipped, without fonts, KB", Bound(60), Bound(35)),),
    ),
    Scaling(
        "lost at once",
        "From a lost cluster to its hook",
        "hook",
        "clusters lost at once",
        (
            Panel("first", "until the first byte, ms", Bound(at={1: 250, 200: 2000}), Bound(at={1: 50, 200: 500})),
            Panel("last", "until the last message begins, ms"),
        ),
        "bare client",
    ),
)
