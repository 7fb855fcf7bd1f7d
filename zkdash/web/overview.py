"""The overview: every cluster, trouble first."""

from __future__ import annotations

from aiohttp import web

from zkdash.web.assets import shipped
from zkdash.web.keys import BOARD
from zkdash.web.render import render


async def index(request: web.Request) -> web.Response:
    """GET /"""
    return render(request, "overview/index.html", cards=request.app[BOARD].cards())


async def favicon(request: web.Request) -> web.Response:
    """GET /favicon.svg?state=…: the worst state as shape and colour."""
    files = shipped().files
    asset = files.get(f"favicon/{request.query.get('state', 'none')}.svg") or files["favicon/none.svg"]
    return web.Response(
        body=asset.body, content_type="image/svg+xml", headers={"Cache-Control": "public, max-age=86400"}
    )
