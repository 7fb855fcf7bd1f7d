"""The files of static/, for ever the same under their address."""

from __future__ import annotations

from aiohttp import web

from zkdash.web.assets import shipped
from zkdash.web.encodings import GZIP, accepts

FOR_EVER = "public, max-age=31536000, immutable"


async def serve(request: web.Request) -> web.Response:
    """GET /static/{version}/{path}. A page of an older zkdash gets what there is now, not to be kept."""
    assets = shipped()
    asset = assets.files.get(request.match_info["path"])
    if asset is None:
        raise web.HTTPNotFound(text="There is no such file.")
    current = request.match_info["version"] == assets.version
    headers = {"Cache-Control": FOR_EVER if current else "no-store", "Vary": "Accept-Encoding"}
    body = asset.body
    if asset.gzipped is not None and accepts(request, GZIP):
        body, headers["Content-Encoding"] = asset.gzipped, GZIP
    charset = "utf-8" if asset.content_type.startswith("text/") else None
    return web.Response(body=body, content_type=asset.content_type, charset=charset, headers=headers)
