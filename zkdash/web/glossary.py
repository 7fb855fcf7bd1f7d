"""The page of ZooKeeper's words."""

from __future__ import annotations

from aiohttp import web

from zkdash.web.render import render
from zkdash.web.terms import BY_NAME, WORDS


async def index(request: web.Request) -> web.Response:
    """GET /glossary"""
    return render(request, "glossary/index.html", words=WORDS, by_name=BY_NAME)
