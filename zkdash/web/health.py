"""Whether zkdash lives, and whether it is ready to be asked."""

from __future__ import annotations

import asyncio
from typing import Any

import orjson
from aiohttp import web

import zkdash
from zkdash.store.engine import StoreUnavailable
from zkdash.web.filters import count
from zkdash.web.keys import ZKDASH, Dashboard

STORE_S = 2.0
"""How long the store may take to answer."""


async def healthz(_request: web.Request) -> web.Response:
    """GET /healthz: the process and its event loop are alive. It asks nobody else."""
    return _json(200, {"status": "ok"})


async def readyz(request: web.Request) -> web.Response:
    """GET /readyz: the log can be read and every configured cluster is watched; else 503 with the reasons.

    Clusters that are lost, or a log that can't be written for a while, are what zkdash is there to show: no reason
    to send people away.
    """
    reasons = await reasons_against(request.app[ZKDASH])
    if reasons:
        return _json(503, {"status": "not ready", "reasons": reasons})
    return _json(200, {"status": "ready", "version": zkdash.__version__})


async def reasons_against(dashboard: Dashboard) -> list[str]:
    """Why zkdash is not ready, in plain words; empty when it is."""
    reasons = []
    waiting = {config.name for config in dashboard.config.clusters} - set(dashboard.clusters.names())
    if waiting:
        reasons.append(f"not watched yet: {count(len(waiting), 'cluster')}")
    try:
        async with asyncio.timeout(STORE_S):
            await dashboard.events.find(limit=1)
    except TimeoutError:
        reasons.append(f"the store did not answer within {STORE_S:.0f} s")
    except StoreUnavailable as error:
        reasons.append(f"the store can't be read: {error}")
    return reasons


def _json(status: int, body: dict[str, Any]) -> web.Response:
    return web.Response(body=orjson.dumps(body), status=status, content_type="application/json")
