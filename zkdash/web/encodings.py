"""How an answer is packed for who asks: by Zstandard where it is taken, else by gzip, else not."""

from __future__ import annotations

import re
import sys
import zlib

from aiohttp import web

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

REFUSED = re.compile(r"q=0(\.0{0,3})?")
ZSTD, GZIP, NONE = "zstd", "gzip", ""
ZSTD_LEVEL, GZIP_LEVEL = 3, 3


def accepts(request: web.Request, encoding: str) -> bool:
    """Whether who asks takes this Content-Encoding (RFC 9110, 12.5.3); what they would rather have isn't asked."""
    for one in request.headers.get("Accept-Encoding", "").lower().split(","):
        name, _, weight = one.replace(" ", "").partition(";")
        if name == encoding:
            return not REFUSED.fullmatch(weight)
    return False


def encoding_for(request: web.Request) -> str:
    """The Content-Encoding of a page for who asks, NONE for none."""
    return next((one for one in (ZSTD, GZIP) if accepts(request, one)), NONE)


def packed(body: bytes, encoding: str) -> bytes:
    """The body as it goes out under that Content-Encoding."""
    if encoding == ZSTD:
        return zstd.compress(body, ZSTD_LEVEL)
    if encoding == GZIP:
        packer = zlib.compressobj(GZIP_LEVEL, wbits=16 + zlib.MAX_WBITS)
        return packer.compress(body) + packer.flush()
    return body
