"""Every component in every state, for who works on the pages: /components, where `[web] components = yes`."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from aiohttp import web

from zkdash.ensemble.sample import Role
from zkdash.web.failures import BROKEN, FORBIDDEN, Failure
from zkdash.web.keys import ZKDASH
from zkdash.web.lanes import Stretch, axis
from zkdash.web.pieces import swimlane
from zkdash.web.render import fragment, render
from zkdash.web.sparks import BUCKETS, path
from zkdash.web.words import Standing
from zkdash.znodes.jobs import Phase
from zkdash.zookeeper.states import Severity, State

AT = 1_767_225_600_000
"""2026-01-01 00:00 UTC: what is shown is the same on each day."""
HOUR_MS = 3_600_000
WAVES = {
    "calm": tuple(2.0 + index // 8 % 3 for index in range(BUCKETS)),
    "rising": tuple(1.0 + index * index / 80 for index in range(BUCKETS)),
    "with a gap": tuple(None if 20 < index < 35 else 5.0 + index % 7 for index in range(BUCKETS)),
    "nothing known": (None,) * BUCKETS,
}
LONG = "zookeeper-0.zookeeper-headless.production-eu-central-1.svc.cluster.example.com:2181"
LONG_PATH = "/apps/shop/production-eu-central-1/configuration/of/all/services/payments/feature-flags"
FAILURES = (
    Failure(404, "No such znode", "/apps/nowhere is not there, or it was just deleted."),
    Failure(403, "Not allowed to read", FORBIDDEN),
    Failure(502, "More than zkdash reads at once", "The list of children has 80 MiB; jute.maxbuffer is 64 MiB."),
    Failure(503, "prod is lost", "Connection refused by zk1:2181.", True, "prod", State.LOST, AT),
    Failure(500, "Something went wrong in zkdash", BROKEN, True, reference="1f2e3d4c"),
)


async def index(request: web.Request) -> web.Response:
    """GET /components"""
    if not request.app[ZKDASH].config.web.components:
        raise web.HTTPNotFound
    return render(
        request,
        "gallery/index.html",
        standings=[*Standing, "unknown"],
        severities=[*Severity, "over"],
        roles=[*Role],
        sparks={words: path(wave) for words, wave in WAVES.items()},
        lane=swimlane("gallery", _lane(), AT - 6 * HOUR_MS, AT, live=False),
        ticks=axis(AT - 6 * HOUR_MS, AT),
        rows=[fragment("ensemble/_server.html", row=_row(number)) for number in range(3)],
        phases=[*Phase],
        crawls=[*map(_crawl, Phase)],
        failures=FAILURES,
        long=LONG,
        long_path=LONG_PATH,
        at_ms=AT,
    )


def _lane() -> tuple[Stretch, ...]:
    words = ("unknown", "connecting", "connected", "suspended", "lost", "connected")
    return tuple(
        Stretch(word, AT - (6 - index) * HOUR_MS, AT - (5 - index) * HOUR_MS) for index, word in enumerate(words)
    )


def _crawl(phase: Phase) -> SimpleNamespace:
    failed = phase is Phase.FAILED
    return SimpleNamespace(
        name=f"crawl-{phase}",
        phase=phase,
        progress=SimpleNamespace(znodes=120_000, total=480_000, gone=2, rate=100_000.0, elapsed_s=1.2, left_s=3.6),
        waits=phase is Phase.WAITING,
        denied=4,
        too_large=1,
        trouble="The connection was lost; it goes on when it is back." if failed else "",
        at="/apps/shop" if failed else "",
    )


def _row(number: int) -> dict[str, Any]:
    standing, word, role, why, high = (
        ("connected", "serving", "leader", "", ()),
        ("suspended", "slow", "follower", "Its latency is far above that of the others.", ("latency",)),
        ("lost", "down", "unknown", "connection refused", ()),
    )[number]
    down = word == "down"
    return {
        "id": f"gallery-server-{number}",
        "url": "#server-row",
        "name": LONG if number == 1 else f"zk{number}.example:2181",
        "number": number,
        "why": why,
        "standing": standing,
        "word": word,
        "role": role,
        "spark": path(WAVES["nothing known" if down else "rising" if high else "calm"]),
        "spark_words": "latency in the last hour",
        "latency": "–" if down else "1.4 ms",
        "outstanding": "–" if down else "0",
        "connections": "–" if down else "301",
        "znodes": "–" if down else "1,204,331",
        "watches": "–" if down else "88,120",
        "zxid": "–" if down else "0x21fdaf625",
        "started": None,
        "version": "" if down else "3.9.3",
        "high": high,
    }
