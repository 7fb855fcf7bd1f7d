"""What a first visit to the overview costs: bytes on the wire, and nobody else's server."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urljoin

from tests.support.site import running_site

LIMIT_BYTES = 60_000
GZIP = {"Accept-Encoding": "gzip"}
ASSET = re.compile(r'<(?:script|link)[^>]* (?:src|href)="([^"]+)"')
IMPORT = re.compile(r'(?:from|import) "(\.[^"]+)"')


async def test_the_first_load_of_the_overview_is_light(tmp_path: Path) -> None:
    async with running_site(tmp_path, *(f"cluster-{number}" for number in range(10))) as site:
        weights: dict[str, int] = {}
        wanted = ["/"]
        while wanted:
            address = wanted.pop()
            async with site.client.get(address, headers=GZIP, auto_decompress=False) as answer:
                assert answer.status == 200, address
                weights[address] = len(await answer.read())
            async with site.client.get(address, headers=GZIP) as answer:
                text = "" if answer.content_type.startswith("font/") else await answer.text()
            found = ASSET.findall(text) if address == "/" else IMPORT.findall(text) if address.endswith(".js") else []
            for each in found:
                target = urljoin(address, each)
                assert target.startswith("/"), f"{address} asks {target}"
                if target not in weights and target not in wanted and not target.endswith(".woff2"):
                    wanted.append(target)
        assert sum(weights.values()) <= LIMIT_BYTES, sorted(weights.items(), key=lambda item: -item[1])
        assert any(address.endswith("lib/clock.js") for address in weights)
