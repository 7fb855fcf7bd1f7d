"""Pages go packed to who takes it, and are the same however they go."""

from __future__ import annotations

import gzip
import re
import sys
from pathlib import Path

import pytest
from aiohttp import ClientSession
from aiohttp.test_utils import make_mocked_request

from tests.support.site import running_site
from zkdash.web.encodings import encoding_for

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

OPENED = {"zstd": zstd.decompress, "gzip": gzip.decompress, "": bytes}


@pytest.mark.parametrize(
    ("header", "encoding"),
    [
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip, deflate", "gzip"),
        ("GZIP;q=0.1", "gzip"),
        ("zstd;q=0, gzip", "gzip"),
        ("zstd; q=0.000, gzip; q=0.", ""),
        ("zstd;q=0.001", "zstd"),
        ("br", ""),
        ("xzstd, gzip2", ""),
        ("identity", ""),
        ("*", ""),
        (";;,,q=0,\x7f", ""),
        ("", ""),
    ],
)
def test_the_best_that_is_taken(header: str, encoding: str) -> None:
    assert encoding_for(make_mocked_request("GET", "/", {"Accept-Encoding": header})) == encoding


@pytest.mark.parametrize("path", ["/", "/glossary"], ids=["kept", "drawn"])
async def test_a_page_is_the_same_in_each_encoding(tmp_path: Path, path: str) -> None:
    async with (
        running_site(tmp_path, *(f"c{number}" for number in range(20))) as site,
        ClientSession(auto_decompress=False) as client,
    ):
        bodies = {}
        for encoding, opened in OPENED.items():
            headers = {"Accept-Encoding": encoding or "identity"}
            async with client.get(site.client.make_url(path), headers=headers) as answer:
                assert answer.headers.get("Content-Encoding", "") == encoding
                assert "Accept-Encoding" in answer.headers["Vary"].split(", ")
                body = await answer.read()
                assert int(answer.headers["Content-Length"]) == len(body)
                bodies[encoding] = (re.sub(rb"\d", b"", opened(body)), len(body))  # the time goes on
    assert bodies["zstd"][0] == bodies["gzip"][0] == bodies[""][0]
    assert bodies["zstd"][1] < bodies[""][1] / 2
